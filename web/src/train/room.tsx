// The screen Train: a run, live or from a file. The scrubber is a time machine for every panel.

import "./train.css";
import { isHelpOpen } from "../page";
import type { Room } from "../room";
import { begin, births, choose, first, isLog, isRun, last, order, pick, run, shownField, shownStep, shownWire } from "../run/state";
import { Bar } from "../run/bar";
import { BoundaryPane } from "./boundary";
import { stepLayer } from "./focus";
import { HealthPane } from "./health";
import { Help } from "./help";
import { here, visit } from "./link";
import { LossPane, isLogAxis } from "./losses";
import { NetworkPane } from "./network";
import { Scrubber, comparing, oneStep, rewind, toggle } from "./scrubber";
import { StripPane } from "./strip";

function Born() {
  const list = births.value ?? [];
  const found = list[0];
  if (found === undefined) return null;
  return (
    <a class="born" href="#/w?n=0">
      <span aria-hidden="true">✖</span>
      <span>{found.text.split("\n")[0]}</span>
      <b>What went wrong →</b>
    </a>
  );
}

function View() {
  if (run.value === null) {
    return (
      <main class="train-room waiting">
        <p class="why-empty">{isRun.value ? "Asking for the run …" : "There is no run to look at: chainrule train digits --web shows one while it trains, chainrule view FILE.run.jsonl one from a file."}</p>
      </main>
    );
  }
  return (
    <>
      <main class={`train-room${run.value.has_boundary ? " planar" : ""}`}>
        <Born />
        <LossPane />
        <BoundaryPane />
        <NetworkPane />
        <HealthPane />
        <StripPane />
      </main>
      <Scrubber />
    </>
  );
}

/** So many steps along the time, a hundredth of it with Shift. */
function move(by: number, isFar: boolean): void {
  const far = Math.max(1, Math.round(last.value / 20));
  const to = shownStep.value + by * (isFar ? far : 1);
  choose(to >= last.value ? null : to);
}

function turnField(): void {
  const now = shownWire.value;
  if (now === null) return;
  const next = now.fields[(now.fields.indexOf(shownField.value ?? "g") + 1) % now.fields.length];
  if (next !== undefined) pick(now.w, next);
}

function turnWire(by: number): void {
  const list = run.value?.wires ?? [];
  const at = list.findIndex((one) => one.w === shownWire.value?.w);
  const next = list[Math.max(0, Math.min(list.length - 1, at + by))];
  if (next !== undefined) pick(next.w);
}

const plain: Record<string, (event: KeyboardEvent) => void> = {
  ArrowRight: (event) => move(1, event.shiftKey),
  ArrowLeft: (event) => move(-1, event.shiftKey),
  Home: () => choose(first.value),
  End: () => choose(null),
  ArrowUp: () => stepLayer(-1),
  ArrowDown: () => stepLayer(1),
  "[": () => turnWire(-1),
  "]": () => turnWire(1),
  f: turnField,
  s: () => (order.value = order.value === "worst" ? "order" : "worst"),
  l: () => (isLog.value = !isLogAxis.value),
  " ": toggle,
  ".": oneStep,
  r: rewind,
  c: comparing,
  "?": () => (isHelpOpen.value = !isHelpOpen.value),
};

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target as Element;
  if (target.closest("input, select, textarea, dialog") !== null) return;
  if ((event.key === " " || event.key === "Enter") && target.closest("button, a, summary, [role=button]") !== null) return;
  const work = plain[event.key];
  if (work === undefined) return;
  work(event);
  event.preventDefault();
}

export const train: Room = {
  key: "t",
  title: "Train",
  isThere: () => isRun.value,
  Bar,
  View,
  Help,
  link: here,
  visit: async (hash) => {
    visit(hash);
    await begin();
  },
  onKey,
};
