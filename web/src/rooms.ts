// The rooms of the page, and which one we are in: the address says it. `#/c` is Circuit, `#/t` Train, `#/w` What went wrong,
// `#/learn` the tour.

import { signal } from "@preact/signals";
import { circuit } from "./circuit/room";
import { learn } from "./learn/room";
import type { Room } from "./room";
import { train } from "./train/room";
import { wrong } from "./wrong/room";

/** In the order of their doors. */
export const rooms: Room[] = [circuit, train, wrong, learn];

export const here = signal<Room>(circuit);

/** None where the address names no room. */
export function roomOf(hash: string): Room | null {
  const key = /^#\/([a-z]+)/.exec(hash)?.[1];
  return rooms.find((room) => room.key === key) ?? null;
}
