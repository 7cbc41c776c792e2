// The circuit as a list, in the order of the forward pass, with the same facts as the picture. `/` searches it.

import { reveal } from "./canvas";
import { at, blocks, lines, scene, search, select, setOpen, sheet, open, toggle } from "./state";
import type { Block, Entry } from "../types";

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

/** `re:^w`, `op:relu`, `grad:0`, `nan:`, or letters that occur in this order. */
export function matches(block: Block, query: string): boolean {
  const text = `${block.name ?? ""} ${block.label} ${block.gate}`.toLowerCase();
  const words = query.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return words.every((word) => {
    const [key, rest] = word.includes(":") ? [word.slice(0, word.indexOf(":")), word.slice(word.indexOf(":") + 1)] : ["", word];
    const line = lines.value.get(block.outs[0]?.wire ?? "");
    if (key === "op") return block.gate.includes(rest);
    if (key === "grad") return rest === "0" ? (line?.gradient?.zero ?? false) : line?.gradient !== null;
    if (key === "nan") return line !== undefined && (line.value?.special != null || line.gradient?.special != null);
    if (key === "re") {
      try {
        return new RegExp(rest, "i").test(text);
      } catch {
        return false;
      }
    }
    return inOrder(text, rest);
  });
}

function inOrder(text: string, letters: string): boolean {
  let from = 0;
  for (const letter of letters) {
    const found = text.indexOf(letter, from);
    if (found < 0) return false;
    from = found + 1;
  }
  return true;
}

/** Stages that are not drawn, being inside closed ones. */
function hidden(query: string): Entry[] {
  if (query === "" || query.includes(":")) return [];
  return (scene.value?.stages ?? []).filter((stage) => !stage.visible && inOrder(stage.path.toLowerCase(), query.toLowerCase())).slice(0, 50);
}

function openTo(entry: Entry): void {
  const parts = entry.path.split(".");
  const around = parts.slice(1).map((_, i) => parts.slice(0, i + 1).join("."));
  void setOpen([...new Set([...open.value, ...around])], null).then(() => {
    select(entry.id);
    reveal(entry.id);
  });
}

function pick(id: string): void {
  select(id);
  reveal(id);
}

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
  const shown = leaves().filter((leaf) => query === "" || matches(leaf.block, query));
  const first = shown.some((leaf) => leaf.block.id === at.value) ? at.value : (shown[0]?.block.id ?? null);
  const typed = (event: KeyboardEvent) => {
    event.stopPropagation();
    const field = event.currentTarget as HTMLInputElement;
    if (event.key === "Escape") {
      search.value = "";
      field.blur();
    }
    if (event.key === "Enter" && shown[0] !== undefined) pick(shown[0].block.id);
    else if (event.key === "Enter" && hidden(query)[0] !== undefined) openTo(hidden(query)[0]!);
  };
  return (
    <aside class={`panel outline${sheet.value === "outline" ? " up" : ""}`} aria-label="outline" id="outline">
      <button type="button" class="close" aria-label="close the outline" onClick={() => (sheet.value = null)}>×</button>
      <input id="search" type="search" placeholder="search  /" aria-label="search the circuit" value={search.value} onInput={(event) => (search.value = event.currentTarget.value)} onKeyDown={typed} />
      <ul role="tree" aria-label="gates in the order of the forward pass">
        {shown.map(({ block, level }, index) => {
          const { value, gradient } = facts(block);
          return (
            <li
              key={block.id}
              role="treeitem"
              data-leaf={block.id}
              aria-level={query === "" ? level : 1}
              aria-selected={at.value === block.id}
              aria-expanded={block.kind === "frame" ? true : block.opens ? false : undefined}
              aria-label={block.aria}
              tabIndex={first === block.id ? 0 : -1}
              class={block.kind}
              style={{ paddingInlineStart: `${(query === "" ? level - 1 : 0) * 12 + 8}px` }}
              onClick={() => pick(block.id)}
              onDblClick={() => void toggle(block.id)}
              onKeyDown={(event) => key(event, shown, index)}
            >
              <span class="what">
                {`${block.kind === "frame" ? "▾ " : block.kind === "stage" ? "▸ " : ""}${title(block)}`}
                <small>{reads(block)}</small>
              </span>
              <span class="value">{value}</span>
              <span class="gradient">{gradient === "" ? "" : `∂ ${gradient}`}</span>
            </li>
          );
        })}
      </ul>
      {shown.length === 0 && blocks.value.size > 0 && <p class="hint">Nothing drawn is called so.</p>}
      {hidden(query).map((entry) => (
        <button key={entry.id} type="button" class="found" onClick={() => openTo(entry)}>
          {`inside closed stages: ${entry.path}`}
        </button>
      ))}
    </aside>
  );
}

/** What it is, and what it reads: several gates have the same sign. */
function title(block: Block): string {
  if (block.kind === "stage" || block.kind === "frame") return block.name ?? block.label;
  const name = block.name !== null && block.name !== block.label ? ` ${block.name}` : "";
  return `${block.label}${name}`;
}

function reads(block: Block): string {
  return block.kind === "output" || block.ins.length === 0 ? "" : block.ins.map((port) => port.name).join(", ");
}
