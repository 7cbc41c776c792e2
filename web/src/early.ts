// What `first.js` asked before the page was there, and the functions that it asked with: they are not bundled twice.

import type { asked, lenses, longer, read, usual } from "./circuit/read";
import type { send } from "./send";

export interface Early {
  /** Answers by path and body. */
  ahead: Record<string, Promise<Response>>;
  asked: typeof asked;
  lenses: typeof lenses;
  longer: typeof longer;
  read: typeof read;
  send: typeof send;
  usual: typeof usual;
}

export const { early } = globalThis as unknown as { early: Early };
