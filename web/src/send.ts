// A question on its way to the server.

export function send(path: string, body?: unknown): Promise<Response> {
  return fetch(path, body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}
