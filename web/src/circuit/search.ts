// What a search finds, drawn or not. The server lists everything once; each letter that is typed is looked up here.

import { computed, effect, signal } from "@preact/signals";
import { ask } from "../server";
import { fit, isFitted, reveal } from "./canvas";
import { at, bare, blocks, look, open, search, select, setOpen } from "./state";

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

const all = signal<Found[]>([]);
let listed: unknown = null;

/** The list belongs to one answer of the engine. */
effect(() => {
  const now = look.value;
  if (now === null || search.value.trim() === "" || listed === now) return;
  listed = now;
  // Without a list what is drawn can still be seen.
  void ask<Found[]>("/api/index", bare()).then((found) => (all.value = found), () => (listed = null));
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
  return query === "" ? null : all.value.filter((one) => matches(one, query));
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
