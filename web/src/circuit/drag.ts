// Dragging an input changes its number. Browsers tell of a pointer once a frame; where answers take longer, the newest number wins.

import { isDragging, look, refresh, setValue, values } from "./state";
import type { Input, Value } from "../types";

/** How much one pixel changes a number: a hundredth of its size, or of 1. */
function rate(value: number): number {
  return Math.max(1, Math.abs(value)) / 100;
}

/** Rounded so that what is dragged is a number that people would write. */
export function tidy(value: number): number {
  return Number(value.toPrecision(4));
}

export function numberOf(input: Input): number {
  const told = values.value[input.name];
  const value = typeof told === "number" ? told : Number(input.values?.[0] ?? 0);
  return Number.isFinite(value) ? value : 0;
}

/** Follows a pointer from here on. Shift makes it finer. */
export function grab(event: PointerEvent, input: Input): void {
  if (event.button !== 0) return;
  const begin = numberOf(input);
  const step = rate(begin);
  let at = event.clientX;
  let moved = 0;
  const move = (next: PointerEvent) => {
    if (next.pointerId !== event.pointerId) return;
    moved += (next.clientX - at) * (next.shiftKey ? 0.1 : 1);
    at = next.clientX;
    // A hand that only clicks trembles a little.
    if (!isDragging.value && Math.abs(moved) < 3) return;
    isDragging.value = true;
    void setValue(input.name, tidy(Math.round((begin + moved * step) / (step / 10)) * (step / 10)));
  };
  const up = (next: PointerEvent) => {
    if (next.pointerId !== event.pointerId) return;
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", up);
    removeEventListener("pointercancel", up);
    if (!isDragging.value) return;
    // Now the boxes may move for numbers that need more room.
    isDragging.value = false;
    void refresh();
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", up);
  addEventListener("pointercancel", up);
}

/** One press of an arrow key. */
export function nudge(input: Input, by: number): void {
  const value = numberOf(input);
  void setValue(input.name, tidy(value + by * rate(value) * 10));
}

/** What the reader typed; none if it is no number. */
export function parsed(text: string): number | null {
  const value = Number(text.trim().replace("−", "-"));
  return text.trim() === "" || !Number.isFinite(value) ? null : value;
}

/** An array with one element changed. */
export function changed(input: Input, element: number, value: number): Value {
  const flat = [...(input.values ?? [])] as Value[];
  flat[element] = value;
  return nested(flat, input.shape);
}

function nested(flat: Value[], shape: number[]): Value {
  if (shape.length === 0) return flat[0] ?? 0;
  if (shape.length === 1) return flat;
  const inner = shape.slice(1).reduce((a, b) => a * b, 1);
  return Array.from({ length: shape[0]! }, (_, i) => nested(flat.slice(i * inner, (i + 1) * inner), shape.slice(1)));
}

export function inputNamed(name: string): Input | undefined {
  return look.value?.inputs.find((input) => input.name === name);
}
