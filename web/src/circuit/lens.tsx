// What the colour of a box says besides what it is: how large its gradient is, its share of all, or what the last change did to it.

import { computed } from "@preact/signals";
import { early } from "../early";
import type { Lens } from "./read";
import { against, compare, lens, lines, maps, previous, refresh, scene } from "./state";
import type { Block, Line, Quantity } from "../types";

const names: Record<Lens, string> = { "": "no colour", size: "|gradient|", share: "share of all", changed: "changed since last" };

/** Of an array its root mean square. */
function size(quantity: Quantity | null): number {
  return quantity?.magnitude == null ? 0 : 10 ** quantity.magnitude;
}

function change(now: Line, before: Line | undefined): number {
  if (before === undefined) return 0;
  const apart = (a: Quantity | null, b: Quantity | null) => Math.max(0, ...(a?.raw ?? []).map((x, i) => Math.abs(Number(x) - Number(b?.raw[i])) || 0));
  return Math.max(apart(now.value, before.value), apart(now.gradient, before.gradient));
}

/** For each block from 0 to 1, by the wire that leaves it; what is written in the colour's legend. */
export const heat = computed(() => {
  const parts = new Map<string, number>();
  const kind = lens.value;
  const shown = scene.value;
  if (kind === "" || shown === null) return { parts, says: "" };
  const before = new Map(previous.value?.wires.map((line) => [line.id, line]));
  const measured = shown.blocks.flatMap((block: Block) => {
    const line = lines.value.get(block.outs[0]?.wire ?? "");
    if (line === undefined || block.kind === "frame") return [];
    return [{ id: block.id, x: kind === "changed" ? change(line, before.get(line.id)) : size(line.gradient) }];
  });
  const xs = measured.map((one) => one.x).filter((x) => x > 0);
  const [most, least, all] = [Math.max(0, ...xs), Math.min(...xs), xs.reduce((a, b) => a + b, 0)];
  for (const { id, x } of measured) {
    // Sizes go over many powers of ten; shares and changes don't need to.
    const part = kind === "size" ? (Math.log10(x / least) + 0.5) / (Math.log10(most / least) + 0.5) : kind === "share" ? x / all : x / most;
    parts.set(id, x > 0 ? part : 0);
  }
  const text = (x: number) => Number(x.toPrecision(2));
  const says = xs.length === 0 ? (kind === "changed" ? "nothing has changed yet" : "no gradients") : kind === "size" ? `${text(least)} to ${text(most)}` : kind === "share" ? `at most ${text((100 * most) / all)} %` : `at most ${text(most)}`;
  return { parts, says };
});

export function Lenses() {
  return (
    <>
      <select aria-label="colour by" value={lens.value} onChange={(event) => (lens.value = event.currentTarget.value as Lens)}>
        {early.lenses.map((one) => (
          <option key={one} value={one}>{names[one]}</option>
        ))}
      </select>
      {lens.value !== "" && <output class="says">{heat.value.says}</output>}
      {scene.value?.wires.some((line) => line.spec !== null) === true && (
        <button type="button" aria-pressed={maps.value} title="small pictures of the arrays on wires" onClick={() => ((maps.value = !maps.value), void refresh())}>
          arrays
        </button>
      )}
      <button type="button" aria-pressed={against.value !== null} title="write the numbers of now beside those to come" onClick={() => void compare(against.value === null)}>
        {against.value === null ? "compare" : "end comparing"}
      </button>
    </>
  );
}
