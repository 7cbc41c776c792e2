// Runs before the page is there: asks what it will ask first, so that the engine works while the page is still loaded. `server.ts`
// takes the answers.

import { asked, lenses, longer, read, usual } from "./circuit/read";
import type { Early } from "./early";
import { send } from "./send";

const ahead: Record<string, Promise<Response>> = {};

function ask(path: string, body?: unknown): void {
  const answer = send(path, body);
  // Whoever takes it learns that it failed.
  answer.catch(() => undefined);
  ahead[path + JSON.stringify(body)] = answer;
}

const link = read(location.hash);
if (link !== null) ask("/api/set", asked(link));
ask("/api/start");
Object.assign(globalThis, { early: { ahead, asked, lenses, longer, read, send, usual } satisfies Early });
