// What a search finds, drawn or not. The server lists everything once; each letter that is typed is looked up here.

import { computed, effect, signal } from "@preact/signals";
import { ask } from "../server";
import { fit, isFitted, reveal } from "./canvas";
import { at, bare, blocks, lines, look, open, search, select, setOpen } from "./state";
import type { Look } from "../types";

interface Found {
  id: string;
  label: string;
  name: string | null;
  gate: string;
  within: string | null;
  path: string | null;
  zero: boolean;
  special: boolean;
}

/** What the server listed, and for which answer of the engine. */
const all = signal<{ of: Look | null; found: Found[] }>({ of: null, found: [] });
let listed: unknown = null;

/** What is drawn, as long as the list is not there. */
function drawn(): Found[] {
  return [...blocks.value.values()].map((block) => {
    const line = lines.value.get(block.outs[0]?.wire ?? "");
    const special = line?.value?.special != null || line?.gradient?.special != null;
    return { id: block.id, label: block.label, name: block.name, gate: block.gate, within: null, path: null, zero: line?.gradient?.zero ?? false, special };
  });
}

/** The list belongs to one answer of the engine. */
effect(() => {
  const now = look.value;
  if (now === null || search.value.trim() === "" || listed === now) return;
  listed = now;
  // Without a list what is drawn can still be seen.
  void ask<Found[]>("/api/index", bare()).then((found) => (all.value = { of: now, found }), () => (listed = null));
});

/** `re:^w`, `op:relu`, `grad:0`, `nan:`, or letters that occur in this order. */
function matches(one: Found, query: string): boolean {
  const text = `${one.name ?? ""} ${one.label} ${one.gate}`.toLowerCase();
  const words = query.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return words.every((word) => {
    const [key, rest] = word.includes(":") ? [word.slice(0, word.indexOf(":")), word.slice(word.indexOf(":") + 1)] : ["", word];
    if (key === "op") return one.gate.includes(rest);
    if (key === "grad") return one.zero === (rest === "0");
    if (key === "nan") return one.special;
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

/** None while nothing is searched. */
export const hits = computed<Found[] | null>(() => {
  const query = search.value.trim();
  if (query === "") return null;
  // Opening a stage is another answer, but the same list.
  const known = all.value.of?.formula === look.value?.formula ? all.value.found : [];
  return (known.length > 0 ? known : drawn()).filter((one) => matches(one, query));
});

/** Goes to one that was found, and opens what it is in. */
export async function reach(hit: Found): Promise<void> {
  if (!blocks.value.has(hit.id) && hit.within !== null) {
    await setOpen([...new Set([...open.value, hit.within])], null);
    if (!blocks.value.has(hit.id)) return;
  }
  select(hit.id);
  if (!isFitted.value) fit();
  reveal(hit.id);
}

/** The next one after the chosen block, or the one before; from the end it goes on at the beginning. */
export function next(by: number): boolean {
  const found = hits.value ?? [];
  if (found.length === 0) return false;
  const here = found.findIndex((one) => one.id === at.value);
  const to = here < 0 ? (by > 0 ? 0 : found.length - 1) : (here + by + found.length) % found.length;
  void reach(found[to]!);
  return true;
}

/** Letters that stand together are meant before letters that only come in this order. */
export function best(): Found | null {
  const query = search.value.trim().toLowerCase();
  const found = hits.value ?? [];
  return found.find((one) => one.id !== at.value && (one.name ?? one.label).toLowerCase().includes(query)) ?? found[0] ?? null;
}
