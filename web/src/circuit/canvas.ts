// Where the window is over the picture. Boxes keep their places in the picture when it is laid out anew, so the window stays too.

import { effect, signal, untracked } from "@preact/signals";
import type { Scene } from "../types";
import { at, dir, scene, select, setDirection } from "./state";

/** Window coordinates = k times picture coordinates + (x, y). */
export const view = signal({ x: 0, y: 0, k: 1 });
export const size = signal({ w: 0, h: 0 });
/** Whether the reader has been shown the whole and may have moved since. */
export const isFitted = signal(false);

const LARGEST = 1.6;
const SMALLEST = 0.08;

/** Height of the window above its tools, which the end of the circuit must not stand behind. */
function above(): { w: number; h: number } {
  const { w, h } = size.value;
  return { w, h: h - TOOLS };
}
const TOOLS = 48;

/** The whole picture in the window, not larger than 1.6 times. */
export function fit(): void {
  const shown = scene.value;
  const { w, h } = above();
  if (shown === null || w === 0) return;
  const k = Math.max(SMALLEST, Math.min(LARGEST, w / shown.width, h / shown.height));
  view.value = { x: (w - shown.width * k) / 2 - shown.left * k, y: (h - shown.height * k) / 2 - shown.top * k, k };
  isFitted.value = true;
}

/** From left to right, or from top to bottom. */
export function turn(): Promise<void> {
  return setDirection(dir.value === "lr" ? "tb" : "lr").then(fit);
}

/** Smallest scale at which texts can be read. */
const READABLE = 0.45;

/** What is seen first: the whole, or of what is too long for that its beginning, large enough to be read. */
export function enter(): void {
  fit();
  const shown = scene.value;
  const { k } = view.value;
  if (shown === null || k >= READABLE) return;
  const { w, h } = above();
  const from = (length: number, room: number) => (length * READABLE > room ? 0 : (room - length * READABLE) / 2);
  view.value = { x: from(shown.width, w) - shown.left * READABLE, y: from(shown.height, h) - shown.top * READABLE, k: READABLE };
}

/** Pictures of more boxes than this are drawn in two parts. */
const AT_ONCE = 24;
/** While only what is in the window is drawn: the rest follows when the browser has time. */
export const isPartial = signal(false);
const rest = globalThis.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 50));

// A circuit that comes is placed before it is drawn, as soon as the window's size is known.
effect(() => {
  const shown = scene.value;
  if (shown === null || isFitted.peek()) return;
  isPartial.value = shown.blocks.length > AT_ONCE;
  if (size.value.w === 0) return;
  untracked(enter);
  if (untracked(() => isPartial.value)) requestAnimationFrame(() => rest(() => (isPartial.value = false)));
});

/** What of a picture is drawn now. */
export function inWindow({ blocks, wires }: Scene): Pick<Scene, "blocks" | "wires"> {
  if (!isPartial.value) return { blocks, wires };
  const { x, y, k } = view.value;
  const { w, h } = size.value;
  const isIn = (left: number, top: number, right: number, bottom: number) => right * k + x > 0 && left * k + x < w && bottom * k + y > 0 && top * k + y < h;
  return {
    blocks: blocks.filter((one) => isIn(one.x, one.y, one.x + one.w, one.y + one.h)),
    wires: wires.filter((line) =>
      line.pieces.some(({ points }) => {
        const xs = points.map((point) => point[0]);
        const ys = points.map((point) => point[1]);
        return isIn(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys));
      }),
    ),
  };
}

/** Whether the window shows less than all. */
export function isPart(): boolean {
  const shown = scene.value;
  const { x, y, k } = view.value;
  if (shown === null) return false;
  const out = (from: number, length: number, shift: number, room: number) => from * k + shift < -40 || (from + length) * k + shift > room + 40;
  return out(shown.left, shown.width, x, size.value.w) || out(shown.top, shown.height, y, size.value.h);
}

/** Brings a place of the picture into the middle. */
export function reach(x: number, y: number): void {
  const { k } = view.value;
  view.value = { x: size.value.w / 2 - x * k, y: size.value.h / 2 - y * k, k };
}

/** Moves the window just so far that a block is in it. */
export function reveal(id: string): void {
  const block = scene.value?.blocks.find((one) => one.id === id);
  if (block === undefined) return;
  const { x, y, k } = view.value;
  const room = 24;
  const shift = (from: number, to: number, all: number) => (from < room ? room - from : to > all - room ? Math.max(all - room - to, room - from) : 0);
  const dx = shift(block.x * k + x, (block.x + block.w) * k + x, size.value.w);
  const dy = shift(block.y * k + y, (block.y + block.h) * k + y, size.value.h);
  if (dx !== 0 || dy !== 0) view.value = { x: x + dx, y: y + dy, k };
}

/** By the wheel with Ctrl around the pointer; without, the wheel moves the window. By a factor, around the middle. */
export function zoom(by: WheelEvent | number): void {
  const { x, y, k } = view.value;
  if (typeof by === "number") return around(size.value.w / 2, size.value.h / 2, k * by);
  by.preventDefault();
  if (!by.ctrlKey && !by.metaKey) {
    view.value = { x: x - by.deltaX, y: y - by.deltaY, k };
    return;
  }
  const box = (by.currentTarget as Element).getBoundingClientRect();
  around(by.clientX - box.left, by.clientY - box.top, k * Math.exp(-by.deltaY / 300));
}

function around(px: number, py: number, wanted: number): void {
  const { x, y, k } = view.value;
  const next = Math.max(SMALLEST, Math.min(3, wanted));
  view.value = { x: px - ((px - x) * next) / k, y: py - ((py - y) * next) / k, k: next };
}

/** Watches the window: its size, fingers and mouse that move it. */
export function follow(root: SVGSVGElement): () => void {
  const sizes = new ResizeObserver(() => {
    const box = root.getBoundingClientRect();
    const { w, h } = size.value;
    if (w === box.width && h === box.height) return;
    size.value = { w: box.width, h: box.height };
    if (w > 0 && isWhole) fit();
  });
  let isWhole = true;
  sizes.observe(root);
  // Not one frame later: a circuit may be waiting to be placed.
  const { width, height } = root.getBoundingClientRect();
  size.value = { w: width, h: height };
  const fingers = new Map<number, { x: number; y: number }>();
  const down = (event: PointerEvent) => {
    if (event.target !== root && event.button === 0 && (event.target as Element).closest("[data-block]:not(.frame)")) return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    root.setPointerCapture(event.pointerId);
    if (event.target === root) select(null);
  };
  const move = (event: PointerEvent) => {
    const before = fingers.get(event.pointerId);
    if (before === undefined) return;
    isWhole = false;
    const now = { x: event.clientX, y: event.clientY };
    const others = [...fingers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    fingers.set(event.pointerId, now);
    const { x, y, k } = view.value;
    const other = others[0];
    if (other === undefined) {
      view.value = { x: x + now.x - before.x, y: y + now.y - before.y, k };
      return;
    }
    const box = root.getBoundingClientRect();
    const apart = (a: { x: number; y: number }) => Math.hypot(a.x - other.x, a.y - other.y) || 1;
    around((now.x + other.x) / 2 - box.left, (now.y + other.y) / 2 - box.top, (k * apart(now)) / apart(before));
  };
  const up = (event: PointerEvent) => fingers.delete(event.pointerId);
  root.addEventListener("pointerdown", down);
  root.addEventListener("pointermove", move);
  root.addEventListener("pointerup", up);
  root.addEventListener("pointercancel", up);
  return () => {
    sizes.disconnect();
    size.value = { w: 0, h: 0 };
  };
}

/** The blocks that a wire joins to the chosen one, on one side. */
export function neighbours(side: "ins" | "outs"): string[] {
  const shown = scene.value;
  const id = at.value;
  if (shown === null || id === null) return [];
  const ends = shown.wires.flatMap((line) => line.to.map(([to]) => ({ from: line.from, to })));
  const found = side === "ins" ? ends.filter((end) => end.to === id).map((end) => end.from) : ends.filter((end) => end.from === id).map((end) => end.to);
  return [...new Set(found)];
}
