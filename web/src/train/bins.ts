// Where a bin of a strip lies: positive numbers above, the largest on top, negative ones below, zero between them. The distance
// from the middle is the power of two, so that what vanishes slides to the middle.

import { power } from "../numbers";
import type { Strip } from "../run/types";

/** Below the least power of two that has bins of its own lies one bin for all smaller numbers. */
const LEAST = -40;
/** log2(1.5): where an octave is halved. */
const HALF = Math.log2(1.5);

export interface Axis {
  /** log2 of the innermost and the outermost edge. */
  low: number;
  high: number;
  hasMinus: boolean;
  hasPlus: boolean;
}

/** log2 of the outer edge of a bin with this inner edge. */
function outer(inner: number): number {
  if (inner < LEAST) return LEAST;
  return inner - Math.floor(inner) < 0.1 ? inner + HALF : Math.floor(inner) + 1;
}

export function axisOf(strip: Strip): Axis {
  const low = Math.min(...strip.bins);
  const high = Math.max(...strip.bins.map(outer));
  return { low: Number.isFinite(low) ? Math.floor(low) : -1, high: Number.isFinite(high) ? Math.ceil(high) : 1, hasMinus: strip.sign.includes(-1), hasPlus: strip.sign.includes(1) };
}

/** From 0 at the largest negative number to 1 at the largest positive one. */
export function placeOf(axis: Axis, sign: number, exponent: number): number {
  const part = (exponent - axis.low) / (axis.high - axis.low);
  if (!axis.hasMinus) return part;
  if (!axis.hasPlus) return 1 - part;
  return 0.5 + (sign * part) / 2;
}

/** Both edges of a bin. */
export function edges(axis: Axis, strip: Strip, bin: number): [number, number] {
  const inner = strip.bins[bin] ?? 0;
  const sign = strip.sign[bin] ?? 1;
  const ends = [placeOf(axis, sign, Math.max(axis.low, inner)), placeOf(axis, sign, outer(inner))];
  return [Math.min(...ends), Math.max(...ends)];
}

/** Powers of ten along the axis, for at most so many labels a side. */
export function marksOf(axis: Axis, most: number): { place: number; text: string }[] {
  const from = Math.ceil(axis.low * Math.log10(2) - 1e-9);
  const to = Math.floor(axis.high * Math.log10(2) + 1e-9);
  const sides = [...(axis.hasPlus ? [1] : []), ...(axis.hasMinus ? [-1] : [])];
  const by = Math.max(1, Math.ceil((to - from + 1) / Math.max(1, most)));
  const found = [];
  for (const sign of sides) {
    for (let exponent = to; exponent >= from; exponent -= by) {
      const place = placeOf(axis, sign, exponent * Math.log2(10));
      // Nearest to zero there is no room beside the zero itself.
      if (Math.abs(place - 0.5) > 0.04 || sides.length === 1) found.push({ place, text: `${sign < 0 ? "−" : "+"}${power(exponent)}` });
    }
  }
  return found;
}
