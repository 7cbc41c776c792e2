// Talks to the engine. Of questions that come faster than answers only the newest is asked: latest wins.

import { early as first } from "./early";
import type { Mistake } from "./types";

/** What the server did not answer, and why. */
export class Refused extends Error {
  constructor(readonly mistakes: Mistake[]) {
    super(mistakes[0]?.what ?? "refused");
  }
}

/** The server is not there. */
export class Gone extends Error {}

interface Answer {
  status: number;
  body: unknown;
}

let way: (path: string, body: unknown) => Promise<Answer> | null = () => null;

/** Another way to the server, for the questions that it takes. */
export function carry(by: typeof way): void {
  way = by;
}

/** What was asked before the page was there, by path and body. Each answer is taken once. */
const { ahead, send } = first;

async function fetched(path: string, body: unknown): Promise<Answer> {
  const early = path + JSON.stringify(body);
  let response: Response;
  try {
    response = await (ahead[early] ?? send(path, body));
  } catch {
    throw new Gone();
  } finally {
    delete ahead[early];
  }
  return { status: response.status, body: await response.json().catch(() => null) };
}

export async function ask<T>(path: string, body?: unknown): Promise<T> {
  const answer = await (way(path, body) ?? fetched(path, body));
  if (answer.status >= 200 && answer.status < 300) return answer.body as T;
  const mistakes = (answer.body as { mistakes?: Mistake[] } | null)?.mistakes;
  throw new Refused(mistakes ?? [{ what: `the server says ${answer.status}`, hint: null, from: null, to: null }]);
}

/** One question at a time; while it is out, only the newest of those that follow waits. */
export class Latest<Question> {
  private isOut = false;
  private waiting: Question | null = null;

  constructor(private readonly answer: (question: Question) => Promise<void>) {}

  async put(question: Question): Promise<void> {
    if (this.isOut) {
      this.waiting = question;
      return;
    }
    this.isOut = true;
    try {
      let next: Question | null = question;
      while (next !== null) {
        this.waiting = null;
        await this.answer(next);
        next = this.waiting;
      }
    } finally {
      this.isOut = false;
    }
  }
}
