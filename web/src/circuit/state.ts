// What the page knows, and everything that changes it.

import { batch, computed, signal } from "@preact/signals";
import { isGone, lost, onReturn, spoken, start, theme } from "../page";
import { Gone, Latest, Refused, ask } from "../server";
import type { Block, Direction, Line, Look, Mistake, Proof, Value, Why } from "../types";
import { early } from "../early";
import { keepDirection, write } from "./link";
import type { Boxed, Inside, Lens, Link, Question, Sample } from "./read";

const { asked, read, usual } = early;

export const formula = signal("");
/** An example of the run, whose circuit is shown in place of a formula. */
export const example = signal<Sample | null>(null);
export const values = signal<Record<string, Value>>({});
export const open = signal<string[]>([]);
export const dir = signal<Direction>("lr");
export const at = signal<string | null>(null);
export const boxes = signal<Boxed[]>([]);
/** One element of a product of matrices, whose own circuit is shown. */
export const inside = signal<Inside | null>(null);
/** Values at the point that numbers are compared with. */
export const against = signal<Record<string, Value> | null>(null);
/** Whether arrays on wires have small pictures. */
export const maps = signal(true);
/** Blocks that are gathered to be put into a stage. */
export const picked = signal<string[]>([]);
/** Steps done; none when both passes are over, and everything is shown. */
export const step = signal<number | null>(null);
export const look = signal<Look | null>(null);
export const mistakes = signal<Mistake[]>([]);
export const isPlaying = signal(false);
export const proof = signal<{ name: string; proof: Proof } | { name: string; mistakes: Mistake[] } | null>(null);
export const why = signal<Why | null>(null);
/** Which panel is up where there is no room for both. */
export const sheet = signal<"outline" | "card" | null>(null);
export const search = signal("");
export const gradientOnly = signal(false);
export const lens = signal<Lens>("");
/** While an input is dragged the boxes stay where they are, and only numbers change. */
export const isDragging = signal(false);
/** Counts pictures that came, for whoever waits for one. */
export const pictures = signal(0);

export const scene = computed(() => look.value?.scene ?? null);
export const blocks = computed(() => new Map<string, Block>(scene.value?.blocks.map((block) => [block.id, block])));
export const lines = computed(() => new Map<string, Line>(scene.value?.wires.map((line) => [line.id, line])));
export const selected = computed(() => (at.value === null ? null : (blocks.value.get(at.value) ?? null)));
export const total = computed(() => scene.value?.steps.length ?? 0);
export const current = computed(() => (step.value === null || step.value === 0 ? null : (scene.value?.steps[step.value - 1] ?? null)));

/** From which step on the value of a wire and its gradient are known. Inputs are known from the start. */
export const known = computed(() => {
  const value = new Map<string, number>();
  const gradient = new Map<string, number>();
  const back = new Map<string, number>();
  const forward = scene.value?.steps.filter((s) => s.pass === "forward").length ?? 0;
  scene.value?.steps.forEach((s, index) => {
    for (const wire of s.wires) {
      if (s.pass === "forward") value.set(wire, value.get(wire) ?? index + 1);
      // A wire that is read twice has its gradient when the last of its readers has passed something back.
      else gradient.set(wire, index + 1);
    }
    if (s.pass === "backward") back.set(s.block, index + 1);
  });
  return { value, gradient, back, forward };
});

/** How a gate is looked up by the wire that it makes. */
export function blockOf(wire: number): Block | null {
  const line = scene.value?.wires.find((one) => one.wire === wire && blocks.value.get(one.from)?.kind !== "frame");
  return blocks.value.get(`g${wire}`) ?? (line === undefined ? null : (blocks.value.get(line.from) ?? null));
}

function key({ formula, example, step, boxes, inside }: Partial<Question>): string {
  return JSON.stringify([formula, example, step, boxes, inside]);
}

/** What the picture shows: boxes keep their places within the same circuit. */
let drawn = "";

function question(): Question {
  const kept = selected.value;
  const place = kept === null || drawn !== key(bare()) ? {} : { at: kept.id, x: kept.x, y: kept.y };
  return { ...bare(), ...place };
}

const latest = new Latest<Question>(async (wanted) => {
  try {
    const answer = await ask<Look>("/api/set", wanted);
    batch(() => {
      drawn = key(wanted);
      take(answer);
      isGone.value = false;
      mistakes.value = [];
    });
  } catch (why) {
    if (why instanceof Refused) mistakes.value = why.mistakes;
    else if (why instanceof Gone) void lost();
    else throw why;
  }
});

function take(answer: Look): void {
  const before = look.value?.scene;
  if (isDragging.value && before !== undefined) answer.scene = renumbered(before, answer.scene);
  look.value = answer;
  open.value = answer.open;
  pictures.value += 1;
  if (at.value !== null && !blocks.value.has(at.value)) at.value = null;
  if (step.value !== null && step.value > answer.scene.steps.length) step.value = null;
}

/** The new numbers in the old places, as long as both show the same boxes. */
function renumbered(before: Look["scene"], after: Look["scene"]): Look["scene"] {
  const isSame = before.blocks.length === after.blocks.length && before.blocks.every((block, i) => block.id === after.blocks[i]?.id);
  if (!isSame || before.wires.length !== after.wires.length) return after;
  const { left, top, width, height } = before;
  const moved = after.blocks.map((block, i) => ({ ...before.blocks[i]!, card: block.card, aria: block.aria, on_gradient_path: block.on_gradient_path }));
  const wires = after.wires.map((line, i) => {
    const old = before.wires[i]!;
    if (old.pieces.length !== line.pieces.length) return line;
    const pieces = old.pieces.map((piece, k) => ({ ...piece, gradient: line.pieces[k]!.gradient }));
    return { ...old, value: line.value, gradient: line.gradient, pieces, maps: line.maps };
  });
  return { ...after, left, top, width, height, blocks: moved, wires };
}

/** Asks for the picture of what is wanted now. */
export function refresh(): Promise<void> {
  return latest.put(question());
}

onReturn(() => {
  if (look.value !== null) void refresh();
});

/** Another formula: of the values those stay whose names it has, as far as they fit. */
export function setFormula(text: string): Promise<void> {
  batch(() => {
    clear();
    formula.value = text;
    example.value = null;
    step.value = null;
    isPlaying.value = false;
    forget();
  });
  const names = new Set(text.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []);
  values.value = Object.fromEntries(Object.entries(values.value).filter(([name]) => names.has(name)));
  return refresh();
}

export function show(text: string, at_: Record<string, Value>): Promise<void> {
  batch(() => {
    clear();
    formula.value = text;
    example.value = null;
    values.value = at_;
    open.value = [];
    at.value = null;
    step.value = null;
    isPlaying.value = false;
    forget();
  });
  return refresh();
}

/** The picture before the last change of a number; a drag is one change. */
export const previous = signal<Look["scene"] | null>(null);
let isMarked = false;

export function setValue(name: string, value: Value): Promise<void> {
  if (!isDragging.value || !isMarked) previous.value = scene.value;
  isMarked = isDragging.value;
  values.value = { ...values.value, [name]: value };
  forget();
  return refresh();
}

/** What belongs to one formula alone. */
function clear(): void {
  boxes.value = [];
  inside.value = null;
  against.value = null;
  picked.value = [];
}

/** What was asked about numbers that are no longer there. */
function forget(): void {
  proof.value = null;
  why.value = null;
}

export function select(id: string | null): void {
  if (at.value === id) return;
  batch(() => {
    at.value = id;
    forget();
  });
}

/** Opens a stage or a sum, or closes it. What is open is named as the server names it. */
export function toggle(id: string): Promise<void> {
  const block = blocks.value.get(id);
  if (block === undefined) return Promise.resolve();
  // A stage whose gates stand in two places is drawn as two boxes, of one number.
  const stage = block.kind === "stage" || block.kind === "frame" ? id.replace(/-\d+$/, "") : id;
  const entry = scene.value?.stages.find((one) => one.id === stage);
  const isOpen = block.kind === "frame";
  if (!isOpen && !block.opens) return Promise.resolve();
  const isSum = isOpen && id.startsWith("c");
  // The frame of a sum is called by the gate that it closes to.
  const gate = `g${id.slice(1)}`;
  const names = [id, stage, entry?.path, isSum ? gate : undefined];
  const inside = isOpen && entry !== undefined ? (scene.value?.stages ?? []).filter((one) => one.path.startsWith(`${entry.path}.`)).flatMap((one) => [one.id, one.path]) : [];
  const closed = open.value.filter((name) => !names.includes(name) && !inside.includes(name));
  return setOpen(isOpen ? closed : [...open.value, stage], isSum ? gate : id);
}

/** Gathers a block, or lets it go again. */
export function pick(id: string): void {
  const block = blocks.value.get(id);
  if (block === undefined || (block.kind !== "gate" && block.kind !== "stage")) return;
  picked.value = picked.value.includes(id) ? picked.value.filter((one) => one !== id) : [...picked.value, id];
}

/** Puts what was gathered into a stage. */
export async function box(name: string): Promise<void> {
  const of = picked.value.map((id) => id.replace(/-\d+$/, ""));
  const before = boxes.value;
  boxes.value = [...before, { name: name.trim() || "mine", of }];
  picked.value = [];
  step.value = null;
  await refresh();
  // What can't be boxed stays as it was; the reason is on the screen.
  if (mistakes.value.length > 0) boxes.value = before;
}

/** Takes the last stage away that the reader has made: others may hold it. */
export function unbox(): Promise<void> {
  boxes.value = boxes.value.slice(0, -1);
  step.value = null;
  return refresh();
}

/** Looks at one element of a product by itself, or at the whole again. */
export async function lookInside(to: Inside | null): Promise<void> {
  const back = inside.value;
  batch(() => {
    inside.value = to;
    at.value = null;
    step.value = null;
    isPlaying.value = false;
    forget();
  });
  await refresh();
  if (to === null && back !== null && blocks.value.has(`g${back.wire}`)) select(`g${back.wire}`);
}

/** From here on, numbers are compared with those of now; or no longer. */
export function compare(isWanted: boolean): Promise<void> {
  // Inputs that were given no value have one all the same.
  const now = Object.fromEntries((look.value?.inputs ?? []).flatMap((input) => (input.values === null || input.shape.length > 0 ? [] : [[input.name, input.values[0]!]])));
  against.value = isWanted ? { ...now, ...values.value } : null;
  return refresh();
}

/** What is open changes what there is to step through: a pass that was half done starts anew with all of it shown. */
export function setOpen(names: string[], keep: string | null): Promise<void> {
  batch(() => {
    open.value = names;
    if (keep !== null) at.value = keep;
    step.value = null;
    isPlaying.value = false;
  });
  return refresh();
}

export function setDirection(wanted: Direction): Promise<void> {
  dir.value = wanted;
  keepDirection(wanted);
  return refresh();
}

export function go(to: number | null): void {
  const next = to === null ? null : Math.max(0, Math.min(total.value, to));
  step.value = next;
  const done = current.value;
  if (done !== null) {
    at.value = done.block;
    spoken.value = done.text;
  } else {
    spoken.value = next === 0 ? "start: only the inputs are known" : "all values and gradients are shown";
  }
  forget();
}

/** Forward: after the last step there is nothing more. Before the first step from the whole picture is the beginning. */
export function move(by: number): void {
  isPlaying.value = false;
  const from = step.value ?? total.value;
  go(Math.max(0, Math.min(total.value, from + by)));
}

/** Of an input by its name, of any other block by its id. */
export async function prove(name: string, element: number, isInput = true): Promise<void> {
  await told(async () => {
    proof.value = { name, proof: await ask<Proof>("/api/check", { ...bare(), ...(isInput ? { name } : { at: name }), element }) };
  }, (found) => {
    proof.value = { name, mistakes: found };
  });
}

export async function explain(block: string): Promise<void> {
  await told(async () => {
    why.value = await ask<Why>("/api/paths", { ...bare(), at: block });
  }, () => {
    why.value = null;
  });
}

export function bare(): Question {
  return asked(link.value);
}

async function told(work: () => Promise<void>, refused: (mistakes: Mistake[]) => void): Promise<void> {
  try {
    await work();
  } catch (why) {
    if (why instanceof Refused) refused(why.mistakes);
    else if (why instanceof Gone) void lost();
    else throw why;
  }
}

export const link = computed<Link>(() => ({
  example: example.value,
  formula: formula.value,
  values: values.value,
  open: open.value,
  at: at.value,
  step: step.value,
  dir: dir.value,
  theme: theme.value,
  boxes: boxes.value,
  inside: inside.value,
  against: against.value,
  maps: maps.value,
  lens: lens.value,
  only: gradientOnly.value,
}));

export function hash(): string {
  return write(link.value);
}

function follow(to: Link): void {
  batch(() => {
    formula.value = to.formula;
    example.value = to.example;
    values.value = to.values;
    open.value = to.open;
    at.value = null;
    dir.value = to.dir;
    // A link that says nothing of colours leaves them as they are.
    if (to.theme !== "") theme.value = to.theme;
    boxes.value = to.boxes;
    inside.value = to.inside;
    against.value = to.against;
    maps.value = to.maps;
    lens.value = to.lens;
    gradientOnly.value = to.only;
    picked.value = [];
    step.value = null;
    isPlaying.value = false;
    forget();
  });
}

/** Shows what a link says. The block and the step come after the picture in which they are. */
export async function visit(hash: string): Promise<boolean> {
  const to = read(hash);
  if (to === null) return false;
  follow(to);
  await refresh();
  batch(() => {
    if (to.step !== null) step.value = Math.min(to.step, total.value);
    const here = to.at ?? current.value?.block ?? null;
    if (here !== null && blocks.value.has(here)) at.value = here;
  });
  return true;
}

/** What the command line asked for. */
export async function begin(): Promise<void> {
  const first = start.value;
  if (first === null) return;
  batch(() => {
    formula.value = first.formula;
    values.value = first.values;
    open.value = first.open;
    dir.value = usual();
  });
  await refresh();
}
