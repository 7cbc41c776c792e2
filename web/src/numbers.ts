// Numbers for people.

import type { Num } from "./types";

/** Minus as a minus sign, four digits. */
export function brief(value: Num, digits = 4): string {
  if (typeof value !== "number") return { nan: "NaN", inf: "∞", "-inf": "−∞" }[value];
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 1e6 || size < 1e-4 ? value.toExponential(digits - 1).replace(/\.?0+e/, "e").replace("e+", "e") : String(Number(value.toPrecision(digits)));
  return text.replace("-", "−");
}

/** The colour of its sign. */
export function tone(value: Num): string {
  if (typeof value !== "number") return "alarm";
  return value === 0 ? "zero" : value > 0 ? "plus" : "minus";
}

/** Thousands apart. */
export function whole(value: number): string {
  return value.toLocaleString("en-US").replaceAll(",", " ");
}

/** A share of one, in percent. */
export function percent(share: number): string {
  return `${brief(share * 100, share < 0.1 ? 2 : 3)} %`;
}

/** A power of ten as people write it. */
export function power(exponent: number): string {
  return exponent === 0 ? "1" : `1e${exponent < 0 ? "−" : ""}${Math.abs(exponent)}`;
}
