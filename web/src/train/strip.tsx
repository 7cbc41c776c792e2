// The numbers of one wire over the training: each column a histogram, on the same bins for all wires and steps.

import { signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { brief, percent, whole } from "../numbers";
import { Canvas, type Ink, type Paint, stripes } from "../paint";
import { choose, first, last, pick, pinned, run, shownField, shownStep, shownWire, strip } from "../run/state";
import type { Column, Field, Strip } from "../run/types";
import { type Axis, axisOf, edges, marksOf, placeOf } from "./bins";
import { before } from "./losses";
import { Pane } from "./pane";
import { layerName } from "./words";

/** Room of the axis, and height of a lane for what has no bin, in px. */
const LEFT = 50;
const LANE = 13;
const LANES = 3;
const GAP = 4;
/** Rows of the hidden table. */
const ROWS = 20;

const fieldNames: Record<Field, string> = { v: "values", g: "gradients", p: "parameters", u: "updates" };

/** The step under the pointer or the keys; none shows the step of the scrubber. */
const hovered = signal<number | null>(null);

function left(step: number, w: number): number {
  return LEFT + ((step - first.value) / Math.max(1, last.value + 1 - first.value)) * (w - LEFT);
}

/** Where a column begins and ends: until the next step that was observed. */
function span(shown: Strip, i: number, w: number): [number, number] {
  const from = left(shown.columns[i]!.s, w);
  const next = shown.columns[i + 1];
  return [Math.floor(from), next === undefined ? w : Math.max(Math.floor(from) + 1, Math.floor(left(next.s, w)))];
}

/** Counts are shown by the root of their share, so that few are seen beside many. */
function strength(count: number, most: number): number {
  return most === 0 ? 0 : Math.sqrt(count / most);
}

const lanes: [string, (column: Column) => number][] = [
  ["NaN", (column) => column.nan],
  ["±Inf", (column) => column.pinf + column.ninf],
  ["zero", (column) => column.zero],
];

function ground(brush: CanvasRenderingContext2D, w: number, h: number, axis: Axis, ink: Ink): void {
  const top = LANES * LANE + GAP;
  brush.fillStyle = ink.raised;
  brush.fillRect(LEFT, 0, w - LEFT, LANES * LANE);
  brush.fillRect(LEFT, top, w - LEFT, h - top);
  brush.fillStyle = ink.muted;
  brush.textAlign = "right";
  lanes.forEach(([name], i) => brush.fillText(name, LEFT - 6, i * LANE + LANE / 2));
  brush.strokeStyle = ink.edge;
  brush.lineWidth = 1;
  for (const { place, text } of marksOf(axis, Math.floor((h - top) / 44))) {
    const y = Math.round(h - place * (h - top)) + 0.5;
    brush.beginPath();
    brush.moveTo(LEFT, y);
    brush.lineTo(w, y);
    brush.stroke();
    brush.fillText(text, LEFT - 6, Math.max(top + 5, Math.min(h - 6, y)));
  }
}

function painter(shown: Strip | null, at: number | null, step: number, pin: number | null): Paint {
  return (brush, w, h, ink) => {
    if (shown === null || shown.columns.length === 0) return;
    const axis = axisOf(shown);
    const top = LANES * LANE + GAP;
    ground(brush, w, h, axis, ink);
    const most = shown.columns.reduce((most, column) => Math.max(most, ...column.counts.map((count) => count / Math.max(1, column.n))), 0);
    const bins = shown.bins.map((_, bin) => edges(axis, shown, bin).map((place) => Math.round(h - place * (h - top))) as [number, number]);
    shown.columns.forEach((column, i) => {
      const [from, to] = span(shown, i, w);
      column.counts.forEach((count, bin) => {
        if (count === 0) return;
        const [under, over] = bins[bin]!;
        brush.globalAlpha = 0.12 + 0.88 * strength(count / Math.max(1, column.n), most);
        brush.fillStyle = (shown.sign[bin] ?? 1) < 0 ? ink["fill-minus"] : ink["fill-plus"];
        brush.fillRect(from, over, to - from, Math.max(1, under - over));
      });
      brush.globalAlpha = 1;
      lanes.forEach(([, of], lane) => {
        const share = of(column) / Math.max(1, column.n);
        if (share === 0) return;
        if (lane < 2) return stripes(brush, from, lane * LANE + 1, Math.max(3, to - from), LANE - 2, ink);
        brush.globalAlpha = 0.2 + 0.8 * Math.sqrt(share);
        brush.fillStyle = ink.muted;
        brush.fillRect(from, lane * LANE + 1, to - from, LANE - 2);
        brush.globalAlpha = 1;
      });
    });
    if (axis.hasMinus && axis.hasPlus) {
      const y = Math.round(h - 0.5 * (h - top)) + 0.5;
      brush.fillStyle = ink.muted;
      brush.fillText("0", LEFT - 6, y);
      brush.strokeStyle = ink["strong-edge"];
      brush.setLineDash([3, 3]);
      brush.beginPath();
      brush.moveTo(LEFT, y);
      brush.lineTo(w, y);
      brush.stroke();
      brush.setLineDash([]);
    }
    brush.lineWidth = 1.5;
    brush.strokeStyle = ink.text;
    for (const [where, dash] of [[step, []], [pin, [4, 3]]] as const) {
      if (where === null) continue;
      const x = Math.min(w - 1, left(where, w));
      brush.setLineDash([...dash]);
      brush.beginPath();
      brush.moveTo(x, 0);
      brush.lineTo(x, h);
      brush.stroke();
    }
    brush.setLineDash([]);
    if (at !== null) {
      const [from, to] = span(shown, at, w);
      brush.strokeRect(from - 0.5, 0.75, to - from + 1, h - 1.5);
    }
  };
}

/** How the numbers of one column are distributed; those of the step that is compared with as outlines over them. */
function section(shown: Strip, column: Column, other: Column | null): Paint {
  return (brush, w, h, ink) => {
    const axis = axisOf(shown);
    const floor = h - 16;
    const most = Math.max(1, ...column.counts, ...(other?.counts ?? []));
    const across = (place: number) => 1 + place * (w - 2);
    for (const one of [column, other]) {
      one?.counts.forEach((count, bin) => {
        if (count === 0) return;
        const [from, to] = edges(axis, shown, bin);
        const tall = Math.max(1, (count / most) * (floor - 4));
        const bar = [across(from) + 0.5, floor - tall, Math.max(1, across(to) - across(from) - 1), tall] as const;
        brush.fillStyle = (shown.sign[bin] ?? 1) < 0 ? ink["fill-minus"] : ink["fill-plus"];
        brush.strokeStyle = ink.text;
        if (one === other) brush.strokeRect(...bar);
        else brush.fillRect(...bar);
      });
    }
    brush.strokeStyle = ink["strong-edge"];
    brush.beginPath();
    brush.moveTo(0, floor + 0.5);
    brush.lineTo(w, floor + 0.5);
    brush.stroke();
    brush.fillStyle = ink.muted;
    brush.textAlign = "center";
    const marks = [...marksOf(axis, Math.max(1, Math.floor(w / 110))), ...(axis.hasMinus && axis.hasPlus ? [{ place: placeOf(axis, 1, axis.low), text: "0" }] : [])];
    let end = -100;
    for (const { place, text } of marks.sort((a, b) => a.place - b.place)) {
      const half = brush.measureText(text).width / 2;
      const x = Math.max(half + 1, Math.min(w - half - 1, across(place)));
      if (x - half < end + 6) continue;
      brush.fillText(text, x, h - 7);
      end = x + half;
    }
  };
}

function Stats({ column, other }: { column: Column; other: Column | null }) {
  const fact = (key: "min" | "mean" | "max" | "std" | "l2") => {
    const value = column[key];
    const name = key === "l2" ? "L2" : key;
    return (
      <div key={key}>
        <dt>{name}</dt>
        <dd data-stat={name} title={String(value)} class={typeof value === "number" ? "" : "number alarm"}>{brief(value, 3)}</dd>
        {other !== null && <dd class="was">{`was ${brief(other[key], 3)}`}</dd>}
      </div>
    );
  };
  const bad = column.nan + column.pinf + column.ninf;
  return (
    <dl class="facts">
      <div><dt>step</dt><dd data-stat="s">{whole(column.s)}</dd>{other !== null && <dd class="was">{`beside ${whole(other.s)}`}</dd>}</div>
      {(["min", "mean", "max", "std", "l2"] as const).map(fact)}
      <div><dt>zeros</dt><dd data-stat="zero" title={String(column.zero)}>{percent(column.zero / Math.max(1, column.n))}</dd></div>
      {bad > 0 && <div class="alarmed"><dt>NaN, Inf</dt><dd data-stat="bad">{`✖ ${whole(column.nan)}, ${whole(column.pinf + column.ninf)}`}</dd></div>}
    </dl>
  );
}

function Table({ shown }: { shown: Strip }) {
  const by = Math.max(1, Math.ceil(shown.columns.length / ROWS));
  return (
    <div class="spoken">
      <table>
        <caption>the numbers of this wire over the steps</caption>
        <thead><tr>{["step", "min", "mean", "max", "zeros", "NaN", "infinite"].map((name) => <th key={name} scope="col">{name}</th>)}</tr></thead>
        <tbody>
          {shown.columns.filter((_, i) => i % by === 0 || i === shown.columns.length - 1).map((column) => (
            <tr key={column.s}>
              <th scope="row">{column.s}</th>
              <td>{brief(column.min)}</td>
              <td>{brief(column.mean)}</td>
              <td>{brief(column.max)}</td>
              <td>{column.zero}</td>
              <td>{column.nan}</td>
              <td>{column.pinf + column.ninf}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Tools() {
  const known = run.value?.wires ?? [];
  const now = shownWire.value;
  const groups = new Map<string, typeof known>();
  for (const one of known) groups.set(layerName(one.layer) || "other", [...(groups.get(layerName(one.layer) || "other") ?? []), one]);
  return (
    <div class="strip-tools">
      <select class="wires" aria-label="wire" value={now === null ? "" : String(now.w)} onChange={(event) => pick(Number(event.currentTarget.value))}>
        {[...groups].map(([name, list]) => (
          <optgroup key={name} label={name}>
            {list.map((one) => <option key={one.w} value={String(one.w)}>{one.shape === null || one.shape.length === 0 ? one.name : `${one.name} [${one.shape.join(", ")}]`}</option>)}
          </optgroup>
        ))}
      </select>
      <div class="fields" role="group" aria-label="what of it">
        {(now?.fields ?? []).map((one) => (
          <button key={one} type="button" aria-pressed={one === shownField.value} onClick={() => now !== null && pick(now.w, one)}>{fieldNames[one]}</button>
        ))}
      </div>
    </div>
  );
}

function Heat({ shown }: { shown: Strip }) {
  const step = shownStep.value;
  const steps = useMemo(() => shown.columns.map((column) => column.s), [shown]);
  const at = before(steps, hovered.value ?? step);
  const column = shown.columns[at]!;
  const pin = pinned.value;
  const then = pin === null ? column : shown.columns[before(steps, pin)]!;
  // Of the same observation there is nothing to compare.
  const other = then === column ? null : then;
  const paint = useMemo(() => painter(shown, hovered.value === null ? null : at, step, pin), [shown, at, hovered.value, step, pin, last.value]);
  const low = useMemo(() => section(shown, column, other), [shown, column, other]);
  const under = (event: PointerEvent | MouseEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const part = Math.max(0, Math.min(1, (event.clientX - box.left - LEFT) / (box.width - LEFT)));
    return first.value + part * (last.value - first.value);
  };
  const key = (event: KeyboardEvent) => {
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: steps.length - 1 }[event.key];
    if (event.key === "Enter") choose(column.s);
    else if (event.key === "Escape" && hovered.value !== null) hovered.value = null;
    else if (to !== undefined) hovered.value = steps[Math.max(0, Math.min(steps.length - 1, to))] ?? null;
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      <div
        class="heat-focus"
        role="slider"
        tabIndex={0}
        aria-label="step of the distribution"
        aria-valuemin={0}
        aria-valuemax={steps.length - 1}
        aria-valuenow={at}
        aria-valuetext={`step ${column.s}: from ${brief(column.min, 3)} to ${brief(column.max, 3)}${column.nan + column.pinf + column.ninf > 0 ? ", with NaN or infinities" : ""}`}
        onKeyDown={key}
        onBlur={() => (hovered.value = null)}
      >
        <Canvas
          class="heat-plate"
          paint={paint}
          onPointerMove={(event: PointerEvent) => (hovered.value = Math.round(under(event)))}
          onPointerLeave={() => (hovered.value = null)}
          onClick={() => choose(column.s)}
        />
      </div>
      <p class="heat-key" aria-hidden="true">
        <span>{`step ${whole(first.value)}`}</span>
        <span class="ramp">few <i /> many</span>
        <span>{whole(last.value)}</span>
      </p>
      <Canvas class="section-plate" paint={low} />
      <Stats column={column} other={other} />
      <Table shown={shown} />
    </>
  );
}

export function StripPane() {
  const shown = strip.value;
  const now = shownWire.value;
  let empty: string | null = null;
  if (now === null) empty = "Nothing of this run was summarised: it has no wires to choose from.";
  else if (now.fields.length === 0) empty = `Nothing of ${now.name} has been observed yet: the first step is always observed.`;
  else if (shown === null) empty = "Asking for its numbers …";
  else if (shown.columns.length === 0) empty = `The ${fieldNames[shown.f]} of ${now.name} have not been observed yet.`;
  return (
    <Pane name="strip" title="Numbers over training" tools={now === null ? undefined : <Tools />} empty={empty}>
      {shown !== null && shown.columns.length > 0 && <Heat shown={shown} />}
    </Pane>
  );
}
