// The keys of the page. Fields, trees and sliders take their own keys first.

import { isHelpOpen } from "../page";
import { fit, neighbours, reveal, turn } from "./canvas";
import { nudge } from "./drag";
import { play } from "./scrubber";
import { next } from "./search";
import { at, blocks, current, go, gradientOnly, inside, isPlaying, known, look, lookInside, move, pick, picked, scene, select, setOpen, sheet, step, toggle, total } from "./state";

/** Where Alt+arrow came from, so that the way back is the way that was taken. */
const visited: string[] = [];

function walk(side: "ins" | "outs"): void {
  const here = at.value;
  if (here === null) {
    const first = scene.value?.blocks.find((block) => block.kind !== "frame");
    if (first !== undefined) focus(first.id);
    return;
  }
  const near = neighbours(side);
  const last = visited[visited.length - 1];
  const to = last !== undefined && near.includes(last) ? last : near[0];
  if (to === undefined) return;
  if (to === last) visited.pop();
  else visited.push(here);
  focus(to);
}

/** The next of the blocks that the same wire joins, up or down. */
function beside(by: number): void {
  const here = at.value === null ? undefined : blocks.value.get(at.value);
  if (here === undefined) return walk("outs");
  const column = (scene.value?.blocks ?? []).filter((block) => block.kind !== "frame" && Math.abs(block.x + block.w / 2 - here.x - here.w / 2) < 60).sort((a, b) => a.y - b.y);
  const next = column[column.findIndex((block) => block.id === here.id) + by];
  if (next !== undefined) focus(next.id);
}

export function focus(id: string): void {
  select(id);
  reveal(id);
  document.querySelector<SVGElement>(`[data-block="${CSS.escape(id)}"]`)?.focus();
}

/** The first step of the next stage, or of the one before. */
function leap(by: number): void {
  const steps = scene.value?.steps ?? [];
  const frame = (i: number) => blocks.value.get(steps[i - 1]?.block ?? "")?.frame ?? null;
  let to = step.value ?? total.value;
  const from = frame(to);
  do {
    to += by;
  } while (to > 0 && to < total.value && frame(to) === from);
  move(to - (step.value ?? total.value));
}

function escape(): void {
  if (isHelpOpen.value) isHelpOpen.value = false;
  else if (sheet.value !== null) sheet.value = null;
  else if (step.value !== null) go(null);
  else if (picked.value.length > 0) picked.value = [];
  else if (inside.value !== null) void lookInside(null).then(fit);
  else select(null);
}

function alter(by: number): boolean {
  const input = look.value?.inputs.find((one) => `g${one.wire}` === at.value);
  if (input === undefined || input.shape.length > 0) return false;
  nudge(input, by);
  return true;
}

function closeAround(): void {
  const here = at.value === null ? undefined : blocks.value.get(at.value);
  const frame = here?.kind === "frame" ? here.id : here?.frame;
  if (frame !== undefined && frame !== null) void toggle(frame);
}

const plain: Record<string, () => unknown> = {
  ArrowRight: () => move(1),
  ArrowLeft: () => move(-1),
  ArrowUp: () => alter(1),
  ArrowDown: () => alter(-1),
  Home: () => go(0),
  End: () => go(total.value),
  " ": play,
  Enter: () => void (at.value !== null && blocks.value.get(at.value)?.opens === true && toggle(at.value)),
  Backspace: closeAround,
  Escape: escape,
  b: () => go(known.value.forward + 1),
  f: fit,
  "0": () => void setOpen([], null).then(fit),
  t: () => void turn(),
  g: () => {
    gradientOnly.value = !gradientOnly.value;
  },
  n: () => next(1),
  N: () => next(-1),
  x: () => at.value !== null && pick(at.value),
  "/": () => {
    sheet.value = "outline";
    const field = document.getElementById("search");
    field?.focus();
    // Where it comes up in a sheet, it can't be entered before it is there.
    if (document.activeElement !== field) setTimeout(() => field?.focus(), 50);
  },
  e: () => document.getElementById("formula")?.focus(),
  "?": () => {
    isHelpOpen.value = !isHelpOpen.value;
  },
};

export function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey) return;
  if (event.altKey) {
    const way = { ArrowRight: () => walk("outs"), ArrowLeft: () => walk("ins"), ArrowUp: () => beside(-1), ArrowDown: () => beside(1) }[event.key];
    if (way === undefined) return;
    event.preventDefault();
    return way();
  }
  const target = event.target as Element;
  if (target.closest("input, select, textarea") !== null && event.key !== "Escape") return;
  if ((event.key === " " || event.key === "Enter") && target.closest("button, a") !== null) return;
  if (event.shiftKey && (event.key === "ArrowRight" || event.key === "ArrowLeft")) {
    event.preventDefault();
    return leap(event.key === "ArrowRight" ? 1 : -1);
  }
  const work = plain[event.key];
  if (work === undefined || (isHelpOpen.value && !["Escape", "?"].includes(event.key))) return;
  isPlaying.value = event.key === " " ? isPlaying.value : false;
  if (work() !== false) event.preventDefault();
  const now = current.value;
  if (now !== null) reveal(now.block);
}
