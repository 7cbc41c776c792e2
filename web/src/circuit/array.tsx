// Arrays as coloured cells, symmetric around zero: the last axis runs across. What lies far beyond the rest is marked.

import { effect, signal } from "@preact/signals";
import { fit } from "./canvas";
import { color } from "../draw";
import { brief } from "../numbers";
import { ask } from "../server";
import { at, bare, lines, look, lookInside, selected } from "./state";
import type { Cells } from "../types";

interface Arrays {
  wire: number;
  shape: number[];
  opens: boolean;
  value: Cells;
  gradient: Cells | null;
}

const arrays = signal<{ id: string; arrays: Arrays } | null>(null);

/** Asked anew for each block that is chosen, and when numbers change. */
effect(() => {
  const block = selected.value;
  const now = look.value;
  const spec = block === null ? null : (lines.value.get(block.outs[0]?.wire ?? "")?.spec ?? null);
  if (block === null || spec === null) {
    arrays.value = null;
    return;
  }
  const { id } = block;
  void ask<Arrays>("/api/array", { ...bare(), at: id }).then(
    (found) => {
      if (at.value === id && look.value === now) arrays.value = { id, arrays: found };
    },
    // Without a picture the card has its numbers.
    () => undefined,
  );
});

/** Largest cells, and the room for all of a row. */
const CELL = 28;
const ROOM = 270;

export function place(flat: number, shape: number[]): number[] {
  const at: number[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    at.unshift(flat % shape[axis]!);
    flat = Math.floor(flat / shape[axis]!);
  }
  return at;
}

interface Props {
  title: string;
  cells: Cells;
  shape: number[];
  chosen?: number;
  choose?: ((i: number) => void) | undefined;
}

export function Heat({ title, cells, shape, chosen, choose }: Props) {
  const { columns, step, scale, outliers } = cells;
  const size = Math.max(4, Math.min(CELL, Math.floor(ROOM / columns) - 1));
  const isWhole = step[0] * step[1] === 1;
  const far = new Set(outliers);
  return (
    <figure class="heat">
      <figcaption>
        {title}
        <small>{` −${brief(scale, 3)} to ${brief(scale, 3)}${isWhole ? "" : `, a cell is the mean of ${step[0]} × ${step[1]}`}${far.size > 0 ? `, ${far.size} beyond that` : ""}`}</small>
      </figcaption>
      <div class="cells" style={{ gridTemplateColumns: `repeat(${columns}, ${size}px)`, gridAutoRows: `${size}px` }}>
        {cells.cells.map((v, i) => {
          const text = `${isWhole ? `[${place(i, shape).join(", ")}] ` : ""}${brief(v)}${far.has(i) ? ", beyond the scale" : ""}`;
          const props = { class: `cell${far.has(i) ? " far" : ""}${typeof v === "number" ? "" : " odd"}`, title: text, style: typeof v === "number" ? { background: color(v, scale) } : {} };
          return choose === undefined || !isWhole ? <span key={i} {...props} /> : <button key={i} type="button" {...props} aria-label={text} aria-pressed={chosen === undefined ? undefined : i === chosen} onClick={() => choose(i)} />;
        })}
      </div>
    </figure>
  );
}

/** What the chosen block gives out, where that is an array; of an input that is turned the values are there already. Elements of a
 * product can be looked into. */
export function Pictures({ isTurned }: { isTurned: boolean }) {
  const shown = arrays.value;
  if (shown === null || shown.id !== at.value) return null;
  const { wire, shape, opens, value, gradient } = shown.arrays;
  const into = opens ? (element: number) => void lookInside({ wire, element }).then(fit) : undefined;
  return (
    <section class="arrays">
      {!isTurned && <Heat title="value" cells={value} shape={shape} choose={into} />}
      {opens && <p class="hint">Each element is a dot product: click one to look into it.</p>}
      {gradient !== null && <Heat title="gradient" cells={gradient} shape={shape} />}
    </section>
  );
}
