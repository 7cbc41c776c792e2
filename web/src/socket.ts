// The socket: the page says what it can see, and is told what is new, one message at a time. Questions of a drag go this way too.
// Where there is none, everything is asked with fetch.

import { signal } from "@preact/signals";
import { isGone, lost, onReturn, wait } from "./page";
import { Gone, carry } from "./server";

/** What the page can see of a run. Nothing of it is sent that is not seen. */
export interface See {
  /** Losses from this step on; none are wanted. */
  losses: number | null;
  at: boolean;
  network: boolean;
  strip: { w: number; f: string } | null;
  boundary: boolean;
}

interface Answer {
  status: number;
  body: unknown;
}

/** Milliseconds between two attempts to connect. */
const AGAIN = 1000;

export const isConnected = signal(false);

let socket: WebSocket | null = null;
let isTrying = false;
let seen = "";
let hear: (news: Record<string, unknown>) => void = () => undefined;
let questions = 0;
const open = new Map<number, { done: (answer: Answer) => void; failed: (why: Error) => void }>();

/** What the page can see now; nothing is sent when that is what the server knows. */
export function see(what: See): void {
  const text = JSON.stringify({ k: "see", ...what });
  if (text === seen) return;
  seen = text;
  if (isConnected.value) socket?.send(text);
}

/** Who is told the news of the run. */
export function onNews(work: (news: Record<string, unknown>) => void): void {
  hear = work;
}

/** Once the browser has drawn. A tab that is hidden or slow says nothing until then, and is told the newest afterwards. */
function drawn(): Promise<unknown> {
  return new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
}

async function read(from: WebSocket, text: string): Promise<void> {
  const message = JSON.parse(text) as { k: string; seq?: number; id?: number } & Record<string, unknown>;
  if (message.k === "news") {
    hear(message);
    await drawn();
    if (from.readyState === WebSocket.OPEN) from.send(JSON.stringify({ k: "ack", seq: message.seq }));
  } else if (message.k === "answer") {
    const question = open.get(message.id ?? -1);
    open.delete(message.id ?? -1);
    question?.done({ status: Number(message["status"]), body: message["body"] });
  }
}

/** One attempt. True when it is open. */
function attempt(): Promise<boolean> {
  return new Promise((done) => {
    const next = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
    next.onopen = () => {
      socket = next;
      isConnected.value = true;
      if (seen !== "") next.send(seen);
      done(true);
    };
    next.onmessage = (event) => void read(next, String(event.data));
    next.onclose = () => {
      done(false);
      if (socket !== next) return;
      socket = null;
      isConnected.value = false;
      for (const question of open.values()) question.failed(new Gone());
      open.clear();
      // Leaving the page closes it too: then there is nobody to tell.
      if (!isLeaving) void lost();
    };
  });
}

let isLeaving = false;

/** Connects, and tries again every second as long as the server is there without letting us in. */
export async function connect(): Promise<void> {
  if (isTrying || socket !== null) return;
  isTrying = true;
  while (!isGone.value && !(await attempt())) await wait(AGAIN);
  isTrying = false;
}

/** The way of a question whose answers follow a hand. None without a socket. */
function by(path: string, body: unknown): Promise<Answer> | null {
  const now = socket;
  if (now === null || path !== "/api/set") return null;
  questions += 1;
  const id = questions;
  return new Promise((done, failed) => {
    open.set(id, { done, failed });
    now.send(JSON.stringify({ k: "ask", id, path, body }));
  });
}

carry(by);
onReturn(() => void connect());
addEventListener("pagehide", () => (isLeaving = true));
addEventListener("pageshow", () => (isLeaving = false));
