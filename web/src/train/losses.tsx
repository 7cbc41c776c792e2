// The loss over the steps. A click looks at that step; what is said of it stands beside the picture.

import { computed } from "@preact/signals";
import { useMemo, useState } from "preact/hooks";
import { brief, power, whole } from "../numbers";
import { Canvas, type Ink, type Paint, stripes, ticks } from "../paint";
import { births, choose, first, isLog, last, losses, pinned, run, shownStep } from "../run/state";
import type { Losses } from "../run/types";
import type { Num } from "../types";
import { Pane } from "./pane";

/** Room of the axes, in px. */
const LEFT = 48;
const RIGHT = 12;
const TOP = 14;
const BOTTOM = 20;
/** From how much larger the largest loss is than the least the axis is one of powers of ten. */
const SPAN = 50;
/** Rows of the hidden table. */
const ROWS = 20;

/** The index of the last step that is not after this one. */
export function before(steps: number[], step: number): number {
  let low = 0;
  let high = steps.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (steps[middle]! <= step) low = middle;
    else high = middle - 1;
  }
  return low;
}

interface Scale {
  x: (step: number) => number;
  y: (loss: number) => number;
  marks: number[];
  text: (mark: number) => string;
}

/** Whether the axis is one of powers of ten. */
export const isLogAxis = computed(() => {
  if (isLog.value !== null) return isLog.value;
  const finite = (losses.value?.loss ?? []).filter((one): one is number => typeof one === "number");
  const low = Math.min(...finite);
  return low > 0 && Math.max(...finite) > SPAN * low;
});

/** Between which numbers the curve lies. */
function range(shown: Losses, log: boolean): [number, number] {
  const finite = (list: Num[]) => list.filter((one): one is number => typeof one === "number" && (!log || one > 0));
  const all = [...finite(shown.loss), ...finite(shown.tries.loss)];
  if (all.length === 0) return [0, 1];
  const low = Math.min(...all);
  const high = Math.max(...all);
  if (log) return [Math.log10(low), Math.max(Math.log10(high), Math.log10(low) + 0.1)];
  return [Math.min(0, low), high > low ? high : low + 1];
}

function scale(shown: Losses, w: number, h: number, log: boolean): Scale {
  const [low, high] = range(shown, log);
  const span = Math.max(1, last.value - first.value);
  const marks = log ? ticks(low, high, 4).filter((mark) => high - low < 2 || Number.isInteger(mark)) : ticks(low, high, 4);
  return {
    x: (step) => LEFT + ((step - first.value) / span) * (w - LEFT - RIGHT),
    y: (loss) => h - BOTTOM - (((log ? Math.log10(Math.max(loss, Number.MIN_VALUE)) : loss) - low) / (high - low)) * (h - TOP - BOTTOM),
    marks,
    text: (mark) => (log ? (Number.isInteger(mark) ? power(mark) : brief(10 ** mark, 2)) : brief(mark, 3)),
  };
}

function axes(brush: CanvasRenderingContext2D, w: number, h: number, to: Scale, ink: Ink, log: boolean): void {
  brush.strokeStyle = ink.edge;
  brush.fillStyle = ink.muted;
  brush.lineWidth = 1;
  brush.textAlign = "right";
  for (const mark of to.marks) {
    const y = Math.round(to.y(log ? 10 ** mark : mark)) + 0.5;
    brush.beginPath();
    brush.moveTo(LEFT, y);
    brush.lineTo(w - RIGHT, y);
    brush.stroke();
    brush.fillText(to.text(mark), LEFT - 6, y);
  }
  brush.textAlign = "center";
  for (const mark of ticks(first.value, last.value, Math.floor(w / 90))) {
    if (!Number.isInteger(mark)) continue;
    const x = to.x(mark);
    const half = brush.measureText(whole(mark)).width / 2;
    brush.fillText(whole(mark), Math.min(w - half - 1, Math.max(half + 1, x)), h - BOTTOM / 2);
  }
}

function curve(brush: CanvasRenderingContext2D, steps: number[], list: Num[], to: Scale, log: boolean): void {
  brush.beginPath();
  let isOn = false;
  steps.forEach((step, i) => {
    const loss = list[i];
    if (typeof loss !== "number" || (log && loss <= 0)) {
      isOn = false;
      return;
    }
    if (isOn) brush.lineTo(to.x(step), to.y(loss));
    else brush.moveTo(to.x(step), to.y(loss));
    isOn = true;
  });
  brush.stroke();
}

/** Where nothing finite was found: stripes down to the axis. */
function alarms(brush: CanvasRenderingContext2D, shown: Losses, h: number, to: Scale, ink: Ink): void {
  const bad = new Set(shown.s.filter((_, i) => typeof shown.loss[i] !== "number"));
  for (const birth of births.value ?? []) bad.add(birth.s);
  for (const step of bad) stripes(brush, to.x(step) - 3, TOP, 6, h - TOP - BOTTOM, ink);
  brush.fillStyle = ink.minus;
  for (const alert of run.value?.alerts ?? []) {
    const x = to.x(alert.s);
    brush.beginPath();
    brush.moveTo(x - 4, 2);
    brush.lineTo(x + 4, 2);
    brush.lineTo(x, 9);
    brush.fill();
  }
}

function painter(shown: Losses | null, step: number, hover: number | null, pin: number | null, log: boolean): Paint {
  return (brush, w, h, ink) => {
    if (shown === null || shown.s.length === 0) return;
    const to = scale(shown, w, h, log);
    axes(brush, w, h, to, ink, log);
    brush.lineJoin = "round";
    brush.lineWidth = shown.s.length > 500 ? 1 : 1.6;
    brush.strokeStyle = ink.plus;
    curve(brush, shown.s, shown.loss, to, log);
    brush.lineWidth = 2;
    brush.strokeStyle = ink.minus;
    brush.setLineDash([6, 3]);
    curve(brush, shown.tries.s, shown.tries.loss, to, log);
    brush.setLineDash([]);
    brush.fillStyle = ink.minus;
    shown.tries.s.forEach((at, i) => {
      const loss = shown.tries.loss[i];
      if (typeof loss !== "number") return;
      brush.save();
      brush.translate(to.x(at), to.y(loss));
      brush.rotate(Math.PI / 4);
      brush.fillRect(-3, -3, 6, 6);
      brush.restore();
    });
    alarms(brush, shown, h, to, ink);
    for (const [at, colour, dash] of [[hover, ink.muted, []], [pin, ink.text, [4, 3]], [step, ink.text, []]] as const) {
      if (at === null) continue;
      const x = Math.round(to.x(at)) + 0.5;
      brush.strokeStyle = colour;
      brush.lineWidth = 1;
      brush.beginPath();
      brush.moveTo(x, TOP - 4);
      brush.lineTo(x, h - BOTTOM);
      brush.setLineDash([...dash]);
      brush.stroke();
      brush.setLineDash([]);
      const loss = shown.loss[before(shown.s, at)];
      if (typeof loss !== "number") continue;
      brush.fillStyle = colour;
      brush.beginPath();
      brush.arc(x, to.y(loss), 3.5, 0, 7);
      brush.fill();
    }
  };
}

/** What is known of a step in numbers. */
function Facts({ shown, step }: { shown: Losses; step: number }) {
  const i = before(shown.s, step);
  const t = before(shown.tries.s, step);
  const tried = shown.tries.s[t] !== undefined && shown.tries.s[t]! <= step ? t : null;
  const accuracy = tried === null ? null : (shown.tries.accuracy[tried] ?? null);
  return (
    <dl class="facts">
      <div><dt>step</dt><dd data-fact="s">{whole(shown.s[i] ?? 0)}</dd></div>
      <div><dt><span class="key plus" /> training loss</dt><dd data-fact="loss" title={String(shown.loss[i])} class={typeof shown.loss[i] === "number" ? "" : "number alarm"}>{brief(shown.loss[i] ?? "nan")}</dd>{pinned.value !== null && <dd class="was">{`was ${brief(shown.loss[before(shown.s, pinned.value)] ?? "nan")}`}</dd>}</div>
      {tried !== null && <div><dt><span class="key minus" /> validation</dt><dd data-fact="tried" title={String(shown.tries.loss[tried])}>{brief(shown.tries.loss[tried] ?? "nan")}</dd></div>}
      {typeof accuracy === "number" && <div><dt>accuracy</dt><dd>{`${brief(accuracy * 100, 3)} %`}</dd></div>}
      <div><dt>rate</dt><dd data-fact="lr">{brief(shown.lr[i] ?? "nan", 3)}</dd></div>
    </dl>
  );
}

function Table({ shown }: { shown: Losses }) {
  const by = Math.max(1, Math.ceil(shown.s.length / ROWS));
  const rows = shown.s.map((step, i) => [step, shown.loss[i]] as const).filter((_, i) => i % by === 0 || i === shown.s.length - 1);
  return (
    <div class="spoken">
      <table>
        <caption>the loss over the steps</caption>
        <thead><tr><th scope="col">step</th><th scope="col">loss</th></tr></thead>
        <tbody>
          {rows.map(([step, loss]) => (
            <tr key={step}><th scope="row">{step}</th><td>{brief(loss ?? "nan")}</td></tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function LossPane() {
  const [hover, setHover] = useState<number | null>(null);
  const shown = losses.value;
  const step = shownStep.value;
  const log = isLogAxis.value;
  const pin = pinned.value;
  const paint = useMemo(() => painter(shown, step, hover, pin, log), [shown, step, hover, pin, log, births.value, run.value]);
  const stepAt = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const part = (event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT);
    return Math.round(first.value + Math.max(0, Math.min(1, part)) * (last.value - first.value));
  };
  const isEmpty = shown === null || shown.s.length === 0;
  return (
    <Pane
      name="losses"
      title="Loss"
      tools={
        <label class="switch">
          <input type="checkbox" checked={log} onChange={() => (isLog.value = !log)} />
          log axis
        </label>
      }
      empty={isEmpty ? "No step is done yet: the curve begins with the first." : null}
    >
      {!isEmpty && <Facts shown={shown} step={hover ?? step} />}
      <Canvas
        class="loss-plate"
        paint={paint}
        onPointerMove={(event: PointerEvent) => setHover(stepAt(event))}
        onPointerLeave={() => setHover(null)}
        onClick={(event: MouseEvent) => choose(stepAt(event as PointerEvent))}
      />
      {!isEmpty && <Table shown={shown} />}
    </Pane>
  );
}
