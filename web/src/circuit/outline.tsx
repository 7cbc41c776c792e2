// The circuit as a list, in the order of the forward pass, with the same facts as the picture. `/` searches it.

import { isPartial, reveal } from "./canvas";
import { best, hits, next, reach } from "./search";
import { at, blocks, lines, scene, search, select, sheet, toggle } from "./state";
import type { Block } from "../types";

interface Leaf {
  block: Block;
  level: number;
}

/** Blocks in order, each as deep as the frames around it. */
function leaves(): Leaf[] {
  const depth = new Map<string, number>();
  return (scene.value?.blocks ?? []).map((block) => {
    const level = block.frame === null ? 1 : (depth.get(block.frame) ?? 0) + 1;
    depth.set(block.id, level);
    return { block, level };
  });
}

function facts(block: Block): { value: string; gradient: string } {
  const wire = block.kind === "output" ? block.ins[0]?.wire : block.outs[0]?.wire;
  const line = wire === undefined ? undefined : lines.value.get(wire);
  return { value: line?.value?.text ?? "", gradient: line?.gradient?.text ?? "" };
}

function pick(id: string): void {
  select(id);
  reveal(id);
}

/** So many rows fill the panel: the others follow with the rest of the picture. */
const FIRST = 24;
/** So many hits inside closed stages are listed. */
const LISTED = 50;

/** Keys within the tree, as trees have them. What is left goes to the page. */
function key(event: KeyboardEvent, shown: Leaf[], index: number): void {
  const leaf = shown[index]!;
  const to = (i: number) => {
    const next = shown[Math.max(0, Math.min(shown.length - 1, i))];
    if (next === undefined) return;
    pick(next.block.id);
    (event.currentTarget as HTMLElement).parentElement?.querySelector<HTMLElement>(`[data-leaf="${next.block.id}"]`)?.focus();
  };
  const { kind, opens } = leaf.block;
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "ArrowDown") to(index + 1);
  else if (event.key === "ArrowUp") to(index - 1);
  else if (event.key === "Home") to(0);
  else if (event.key === "End") to(shown.length - 1);
  else if (event.key === "ArrowRight" && kind !== "frame" && opens) void toggle(leaf.block.id);
  else if (event.key === "ArrowLeft" && kind === "frame") void toggle(leaf.block.id);
  else if (event.key === "ArrowLeft" && leaf.block.frame !== null) to(shown.findIndex((one) => one.block.id === leaf.block.frame));
  else if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
  event.preventDefault();
  event.stopPropagation();
}

export function Outline() {
  const query = search.value.trim();
  const found = hits.value;
  const ids = new Set(found?.map((one) => one.id));
  const shown = leaves().filter((leaf) => found === null || ids.has(leaf.block.id));
  const hidden = found?.filter((one) => !blocks.value.has(one.id)) ?? [];
  const here = found?.findIndex((one) => one.id === at.value) ?? -1;
  const first = shown.some((leaf) => leaf.block.id === at.value) ? at.value : (shown[0]?.block.id ?? null);
  const typed = (event: KeyboardEvent) => {
    event.stopPropagation();
    const field = event.currentTarget as HTMLInputElement;
    if (event.key === "Escape") {
      search.value = "";
      field.blur();
    }
    const first = here >= 0 ? null : best();
    if (event.key === "Enter" && first !== null) void reach(first);
    else if (event.key === "Enter") next(event.shiftKey ? -1 : 1);
  };
  return (
    <aside class={`panel outline${sheet.value === "outline" ? " up" : ""}`} aria-label="outline" id="outline">
      <button type="button" class="close" aria-label="close the outline" onClick={() => (sheet.value = null)}>×</button>
      <input id="search" type="search" placeholder="search  /" aria-label="search the circuit" value={search.value} onInput={(event) => (search.value = event.currentTarget.value)} onKeyDown={typed} />
      {found !== null && (
        <p class="hits" role="status">
          {found.length === 0 ? "Nothing is called so." : here < 0 ? `${found.length} found` : `${here + 1} of ${found.length}`}
          {found.length > 0 && <small>{" Enter, n, N"}</small>}
        </p>
      )}
      <ul role="tree" aria-label="gates in the order of the forward pass">
        {(isPartial.value ? shown.slice(0, FIRST) : shown).map(({ block, level }, index) => {
          const { value, gradient } = facts(block);
          return (
            <li
              key={block.id}
              role="treeitem"
              data-leaf={block.id}
              aria-level={query === "" ? level : 1}
              aria-selected={at.value === block.id}
              aria-expanded={block.kind === "frame" ? true : block.opens ? false : undefined}
              tabIndex={first === block.id ? 0 : -1}
              class={block.kind}
              style={{ paddingInlineStart: `${(query === "" ? level - 1 : 0) * 12 + 8}px` }}
              onClick={() => pick(block.id)}
              onDblClick={() => void toggle(block.id)}
              onKeyDown={(event) => key(event, shown, index)}
            >
              <span class="what">
                {`${block.kind === "frame" ? "▾\u00a0" : block.kind === "stage" ? "▸\u00a0" : ""}${broken(title(block))}`}
                <small>{broken(reads(block))}</small>
              </span>
              <span class="value">{value}</span>
              <span class="gradient">{gradient === "" ? "" : `∂ ${gradient}`}</span>
              <span class="spoken said">{block.aria}</span>
            </li>
          );
        })}
      </ul>
      {hidden.slice(0, LISTED).map((one) => (
        <button key={one.id} type="button" class="found" onClick={() => void reach(one)}>
          {one.name ?? one.label}
          <small>{one.path === null ? "" : ` in ${one.path}`}</small>
        </button>
      ))}
      {hidden.length > LISTED && <p class="hint">{`and ${hidden.length - LISTED} more`}</p>}
    </aside>
  );
}

/** What it is, and what it reads: several gates have the same sign. */
function title(block: Block): string {
  if (block.kind === "stage" || block.kind === "frame") return block.name ?? block.label;
  const name = block.name !== null && block.name !== block.label ? ` ${block.name}` : "";
  return `${block.label}${name}`;
}

/** Long names go on below, behind a dot. */
function broken(path: string): string {
  return path.replace(/\.(?=\D)/g, ".\u200b");
}

function reads(block: Block): string {
  return block.kind === "output" || block.ins.length === 0 ? "" : block.ins.map((port) => port.name).join(", ");
}
