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

/** A power of ten as people write it: near 1 with its digits. */
export function power(exponent: number): string {
  if (Math.abs(exponent) <= 3) return String(Number((10 ** exponent).toPrecision(6)));
  return `1e${exponent < 0 ? "−" : ""}${Math.abs(exponent)}`;
}

/** What the engine says begins small and ends without a stop, as in the terminal. Standing alone it is a sentence. */
export function sentence(text: string): string {
  const end = /[.!?]$/.test(text) || text === "" ? "" : ".";
  // What begins with code, as log(x + eps), stays as it is.
  const begin = /^\w*\(/.test(text) ? "" : text.slice(0, 1).toUpperCase();
  return `${begin}${text.slice(begin.length)}${end}`;
}
