// How a verdict looks: a sign, a word and a pattern, so that none of them depends on colours.

import { brief, percent, whole } from "../numbers";
import { at, isSame, layers, pinned } from "../run/state";
import type { Severity, Verdict } from "../run/types";
import type { Num } from "../types";

const signs: Record<Severity, string> = { watch: "△", serious: "▲", critical: "✖" };
const weight: Record<Severity, number> = { watch: 1, serious: 2, critical: 3 };

/** How bad a list of verdicts is; 0 is healthy. */
export function badness(verdicts: Verdict[]): number {
  return verdicts.reduce((worst, one) => Math.max(worst, weight[one.severity]), 0);
}

export function worst(verdicts: Verdict[]): Verdict | null {
  return verdicts.reduce<Verdict | null>((found, one) => (found === null || weight[one.severity] > weight[found.severity] ? one : found), null);
}

const names: Record<string, string> = { dead_units: "dead units", update_ratio: "update : data", non_finite: "NaN or Inf", loss: "loss does not fall", unused: "unused" };

/** What a rule is called. */
export function ruleName(rule: string): string {
  return names[rule] ?? rule.replaceAll("_", " ");
}

export function Chip({ verdict }: { verdict: Verdict }) {
  return (
    <span class={`verdict ${verdict.severity}`}>
      <span aria-hidden="true">{signs[verdict.severity]}</span> {ruleName(verdict.rule)}
      <span class="spoken">{`, ${verdict.severity}`}</span>
    </span>
  );
}

/** The number of a verdict beside what is allowed. */
export function measured(verdict: { rule: string; x: Num; thr: Num }): string {
  const isShare = /dead|saturat/.test(verdict.rule);
  const text = (value: Num) => (isShare && typeof value === "number" ? percent(value) : brief(value, 3));
  return `${text(verdict.x)}, limit ${text(verdict.thr)}`;
}

/** When what is shown was observed, and whether the step that it is compared with has anything of its own. */
export function Observed() {
  const step = at.value?.observed;
  if (typeof step !== "number") return null;
  const now = `observed at step ${whole(step)}`;
  return <span class="note">{isSame.value ? `${now}, and so was step ${whole(pinned.value!)}: nothing to compare` : now}</span>;
}

export function layerName(id: number | null): string {
  return id === null ? "" : (layers.value.get(id)?.name ?? `layer ${id}`);
}

/** The wire that a verdict is about, or else the first of its layer. */
export function wireOf(verdict: Verdict, layer: number | null): number | null {
  const of = layer === null ? undefined : layers.value.get(layer);
  return verdict.w ?? of?.parameters[0] ?? of?.activations[0] ?? null;
}
