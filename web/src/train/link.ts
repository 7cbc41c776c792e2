// #/t?s=120&vs=20&w=17&f=g&sort=worst: without a step it follows the last one.

import { batch, computed } from "@preact/signals";
import { theme } from "../page";
import { readTheme } from "../theme";
import { choose, chosen, field, isLog, order, pin, pinned, wire } from "../run/state";
import type { Field } from "../run/types";

export interface Place {
  s?: number | null;
  w?: number | null;
  f?: Field | null;
}

/** The address of a step and a wire. */
export function link({ s = null, w = null, f = null }: Place): string {
  const query = new URLSearchParams();
  if (s !== null) query.set("s", String(s));
  if (w !== null) query.set("w", String(w));
  if (f !== null) query.set("f", f);
  if (pinned.value !== null) query.set("vs", String(pinned.value));
  if (order.value === "worst") query.set("sort", "worst");
  if (isLog.value !== null) query.set("log", isLog.value ? "1" : "0");
  if (theme.value !== "") query.set("theme", theme.value);
  const text = query.toString();
  return text === "" ? "#/t" : `#/t?${text}`;
}

export const here = computed(() => link({ s: chosen.value, w: wire.value, f: field.value }));

function number(text: string | null): number | null {
  const read = Number.parseInt(text ?? "", 10);
  return Number.isFinite(read) && read >= 0 ? read : null;
}

/** Looks at what an address says. */
export function visit(hash: string): void {
  const at = hash.indexOf("?");
  if (!hash.startsWith("#/t") || at < 0) return;
  const query = new URLSearchParams(hash.slice(at + 1));
  const f = query.get("f");
  batch(() => {
    wire.value = number(query.get("w"));
    field.value = f === "v" || f === "g" || f === "p" || f === "u" ? f : null;
    order.value = query.get("sort") === "worst" ? "worst" : "order";
    isLog.value = query.has("log") ? query.get("log") === "1" : null;
    if (query.has("theme")) theme.value = readTheme(query.get("theme"));
  });
  choose(number(query.get("s")));
  const vs = number(query.get("vs"));
  if (vs !== pinned.value) pin(vs);
}
