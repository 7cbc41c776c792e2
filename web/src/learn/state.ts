// Where in the tour one is, what was answered, and what the engine says to it.

import { batch, computed, signal, untracked } from "@preact/signals";
import { isFitted } from "../circuit/canvas";
import { dir, formula, isDragging, isPlaying, known, look, setOpen, show as draw, step, values } from "../circuit/state";
import { spoken } from "../page";
import { store, stored } from "../store";
import { Facts } from "./facts";
import { type Page, isNear, pages } from "./pages";

interface Progress {
  last: number;
  solved: number[];
}

function kept(): Progress {
  try {
    const { last, solved } = JSON.parse(stored("learn") ?? "{}") as Partial<Progress>;
    return { last: Number.isInteger(last) ? last! : 0, solved: Array.isArray(solved) ? solved.filter(Number.isInteger) : [] };
  } catch {
    return { last: 0, solved: [] };
  }
}

function keep(): void {
  store("learn", JSON.stringify({ last: number.value, solved: [...solved.value] } satisfies Progress));
}

const before = kept();
/** The page, from 0. */
export const number = signal(Math.max(0, Math.min(pages.length - 1, before.last)));
export const solved = signal(new Set(before.solved));
/** What was typed into the field. */
export const answer = signal("");
export const verdict = signal<{ isRight: boolean; text: string } | null>(null);
/** Whether the picture of the page is there. */
export const isReady = signal(false);

export const page = computed<Page>(() => pages[number.value]!);
export const facts = computed(() => (look.value === null || look.value.formula !== page.value.formula ? null : new Facts(look.value, page.value.values)));

/** The page as it is in the book. */
export async function show(next: number): Promise<void> {
  batch(() => {
    number.value = Math.max(0, Math.min(pages.length - 1, next));
    answer.value = "";
    verdict.value = null;
    isReady.value = false;
    isFitted.value = false;
    isPlaying.value = false;
    dir.value = innerWidth <= 760 ? "tb" : "lr";
  });
  keep();
  const shown = page.value;
  await draw(shown.formula, { ...shown.values });
  if (page.value !== shown) return;
  batch(() => {
    step.value = shown.shown === "all" ? null : shown.shown === "values" ? known.value.forward : shown.shown === "inputs" ? 0 : shown.shown;
    isReady.value = true;
    spoken.value = `page ${number.value + 1} of ${pages.length}: ${shown.title}`;
  });
}

/** Whether the circuit on the screen is this page's: another room may have changed it. */
export function isHere(): boolean {
  return isReady.value && formula.value === page.value.formula;
}

/** Asks the engine's numbers whether the answer is right, and says why. */
export function check(): void {
  const n = facts.value;
  if (n === null || !isReady.value) return;
  const { ask } = page.value;
  if (ask.kind === "drag") {
    const isRight = ask.isReached(n);
    return settle(isRight, isRight ? ask.right(n) : ask.wrong(n));
  }
  const given = Number(answer.value.trim().replace("−", "-").replace(",", "."));
  if (answer.value.trim() === "" || !Number.isFinite(given)) return settle(false, "Write a number, as 0.5 or −4.");
  const isRight = isNear(given, ask.truth(n));
  settle(isRight, isRight ? ask.right(n) : ask.wrong(n, given));
}

function settle(isRight: boolean, text: string): void {
  batch(() => {
    verdict.value = { isRight, text };
    if (!isRight) return;
    solved.value = new Set([...solved.value, number.value]);
    // Now the numbers that were asked for may be seen.
    step.value = null;
  });
  if (isRight) keep();
}

/** What was said belongs to numbers that are gone. What was found while dragging counts at once. */
export function follow(): void {
  const n = facts.value;
  const { ask } = page.value;
  if (n === null || !isReady.value || isDragging.value || ask.kind !== "drag") return;
  untracked(() => {
    if (ask.isReached(n)) {
      if (verdict.value?.isRight !== true) settle(true, ask.right(n));
    } else if (verdict.value?.isRight === true || !isSame(values.value, page.value.values)) {
      verdict.value = { isRight: false, text: ask.wrong(n) };
    }
  });
}

function isSame(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The circuit as the page gave it. */
export async function reset(): Promise<void> {
  await show(number.value);
  await setOpen([], null);
}
