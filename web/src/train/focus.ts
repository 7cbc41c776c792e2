// Which layer is looked at: that of the strip's wire, unless none was chosen; then the one with the worst verdict is opened.

import { computed } from "@preact/signals";
import { at, layers, order, pick, shownWire, wire, wires } from "../run/state";
import type { Health } from "../run/types";
import { badness } from "./words";

/** The layer of the wire that was chosen. */
export const focused = computed<number | null>(() => (wire.value === null ? null : (wires.value.get(wire.value)?.layer ?? null)));

/** The layers in the order that was asked for. */
export const rows = computed<Health[]>(() => {
  const list = at.value?.layers ?? [];
  return order.value === "order" ? list : [...list].sort((a, b) => badness(b.verdicts) - badness(a.verdicts) || a.id - b.id);
});

/** The layer whose verdicts are written out. */
export const opened = computed<number | null>(() => {
  if (focused.value !== null) return focused.value;
  const list = [...(at.value?.layers ?? [])].sort((a, b) => badness(b.verdicts) - badness(a.verdicts));
  return list[0] !== undefined && badness(list[0].verdicts) > 0 ? list[0].id : null;
});

/** Looks at a layer: its first parameter, or its first activation where the strip shows values. */
export function enterLayer(id: number): void {
  const layer = layers.value.get(id);
  if (layer === undefined) return;
  const isValue = shownWire.value?.role === "activation";
  const [near, far] = isValue ? [layer.activations, layer.parameters] : [layer.parameters, layer.activations];
  const w = near[0] ?? far[0];
  if (w !== undefined) pick(w);
}

/** The layer after this one in the order that is shown, or before it. */
export function stepLayer(by: number): void {
  const ids = rows.value.map((one) => one.id);
  const now = ids.indexOf(focused.value ?? -1);
  const next = now < 0 ? (by > 0 ? ids[0] : ids[ids.length - 1]) : ids[Math.max(0, Math.min(ids.length - 1, now + by))];
  if (next !== undefined) enterLayer(next);
}
