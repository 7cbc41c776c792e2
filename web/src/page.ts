// What all rooms share: colours, what is spoken, and whether the server is there.

import { signal } from "@preact/signals";
import { Gone, ask } from "./server";
import { stored } from "./store";
import { type Theme, readTheme } from "./theme";
import type { Value } from "./types";

export const theme = signal<Theme>(readTheme(stored("theme")));
export const isGone = signal(false);
export const isHelpOpen = signal(false);
/** What is said once to those who listen. */
export const spoken = signal("");

export interface Start {
  /** The room that opens where the address names none. */
  page?: "circuit" | "train";
  formula: string;
  values: Record<string, Value>;
  open: string[];
  /** Whether there is a training to look at. */
  run?: boolean;
}

/** What the command line asked for; none until the server has said it. */
export const start = signal<Start | null>(null);

const returned = new Set<() => void>();

/** Does this each time that a server which was gone is there again. */
export function onReturn(work: () => void): void {
  returned.add(work);
}

export const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

let isKnocking = false;

/** Knocks once a second until the server is there again; then everything goes on where it was. */
export async function lost(): Promise<void> {
  isGone.value = true;
  if (isKnocking) return;
  isKnocking = true;
  for (;;) {
    await wait(1000);
    if (await knock()) break;
  }
  isKnocking = false;
  isGone.value = false;
  for (const work of returned) work();
}

async function knock(): Promise<boolean> {
  try {
    start.value = await ask<Start>("/api/start");
    return true;
  } catch (why) {
    return !(why instanceof Gone);
  }
}

/** Asks what the command line wants, until there is an answer. */
export async function greet(): Promise<void> {
  while (!(await knock())) {
    isGone.value = true;
    await wait(1000);
  }
  isGone.value = false;
}

/** Whether the page is dark now. */
export function isDark(): boolean {
  return theme.value === "" ? matchMedia("(prefers-color-scheme: dark)").matches : theme.value === "dark";
}
