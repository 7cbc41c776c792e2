// What the network answers all over the plane, and the points that it learns from. A point leads to its own circuit.

import { signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { brief, percent, whole } from "../numbers";
import { Canvas, type Ink, type Paint } from "../paint";
import { boundary, pinned, run, shownStep, wasBoundary } from "../run/state";
import type { Boundary } from "../run/types";
import { Pane } from "./pane";

/** A point whose numbers are numbers. */
type Point = { row: number; x: number; y: number; label: number };

function pointsOf(shown: Boundary): Point[] {
  return shown.points.filter((one): one is Point => typeof one.x === "number" && typeof one.y === "number");
}

/** Of classes after the first two, which have the colours of signs. Each class has a shape too. */
const more = ["#1b9e8f", "#8f6bc9", "#b5a127", "#5c7fa8", "#c06a9a", "#7a8a3a", "#a0715a", "#6b7280"];
const shapes = ["circle", "square", "triangle", "diamond"] as const;
/** How near in px a pointer must be. */
const NEAR = 24;
/** Around data that no plane has been drawn for, as a part of it. */
const ROOM = 0.06;

/** The index of the point that was chosen. */
const held = signal<number | null>(null);

function colour(label: number, ink: Ink): string {
  if (label === 0) return ink["fill-minus"];
  return label === 1 ? ink["fill-plus"] : more[(label - 2) % more.length]!;
}

/** Class and probability of a cell. */
function read(value: Boundary["values"][number]): { label: number; sure: number } | null {
  if (typeof value !== "number") return null;
  const label = Math.floor(value);
  return { label, sure: Math.min(1, (value - label) * 1.0001) };
}

function mark(brush: CanvasRenderingContext2D, shape: (typeof shapes)[number], x: number, y: number, r: number): void {
  brush.beginPath();
  if (shape === "circle") brush.arc(x, y, r, 0, 7);
  else if (shape === "square") brush.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8);
  else if (shape === "triangle") {
    brush.moveTo(x, y - r * 1.15);
    brush.lineTo(x + r * 1.1, y + r * 0.85);
    brush.lineTo(x - r * 1.1, y + r * 0.85);
    brush.closePath();
  } else {
    brush.moveTo(x, y - r * 1.25);
    brush.lineTo(x + r * 1.25, y);
    brush.lineTo(x, y + r * 1.25);
    brush.lineTo(x - r * 1.25, y);
    brush.closePath();
  }
  brush.fill();
  brush.stroke();
}

function place(shown: Boundary, point: Point, w: number, h: number): [number, number] {
  const [x0, x1] = shown.x;
  const [y0, y1] = shown.y;
  return [((point.x - x0) / (x1 - x0)) * w, h - ((point.y - y0) / (y1 - y0)) * h];
}

/** Red, green and blue; a brush writes any opaque colour as `#rrggbb`. */
function parts(brush: CanvasRenderingContext2D, colour: string): [number, number, number] {
  brush.fillStyle = colour;
  const bits = Number.parseInt(brush.fillStyle.slice(1), 16);
  return [bits >> 16, (bits >> 8) & 255, bits & 255];
}

/** A pixel for each cell, the top row first. Where two classes are as likely nothing is sure, and nothing is coloured. */
function cells(shown: Boundary, ink: Ink): HTMLCanvasElement {
  const { n, classes, values } = shown;
  const small = document.createElement("canvas");
  small.width = n;
  small.height = n;
  const brush = small.getContext("2d");
  if (brush === null) return small;
  const image = brush.createImageData(n, n);
  const floor = 1 / Math.max(2, classes);
  const tints = new Map<number, [number, number, number]>();
  values.forEach((value, i) => {
    const cell = read(value);
    const label = cell?.label ?? -1;
    const tint = tints.get(label) ?? parts(brush, cell === null ? ink.alarm : colour(label, ink));
    tints.set(label, tint);
    const opacity = cell === null ? 1 : Math.max(0, (cell.sure - floor) / (1 - floor)) * 0.62;
    image.data.set([...tint, Math.round(opacity * 255)], 4 * ((n - 1 - Math.floor(i / n)) * n + (i % n)));
  });
  brush.putImageData(image, 0, 0);
  return small;
}

/** Where the answer turns from one class to another, as a line: in each square of four places, between those of its sides that it crosses. */
function border({ n, values }: Boundary, w: number, h: number): Path2D {
  const line = new Path2D();
  const most = Math.max(1, n - 1);
  const at = (i: number, j: number): [number, number] => [(i / most) * w, h - (j / most) * h];
  for (let j = 0; j + 1 < n; j += 1)
    for (let i = 0; i + 1 < n; i += 1) {
      const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]] as const;
      const crossed = corners.flatMap(([x, y], k) => {
        const [x2, y2] = corners[(k + 1) % 4]!;
        const [a, b] = [read(values[y * n + x]!), read(values[y2 * n + x2]!)];
        if (a === null || b === null || a.label === b.label) return [];
        // Of two classes this is where both are as likely.
        const [left, right] = [Math.max(1e-9, a.sure - 0.5), Math.max(1e-9, b.sure - 0.5)];
        const t = left / (left + right);
        return [at(x + t * (x2 - x), y + t * (y2 - y))];
      });
      const middle = crossed.length > 2 ? at(i + 0.5, j + 0.5) : crossed[0];
      for (const end of crossed.length > 2 ? crossed : crossed.slice(1)) {
        line.moveTo(...middle!);
        line.lineTo(...end);
      }
    }
  return line;
}

function painter(shown: Boundary | null, then: Boundary | null, chosen: number | null): Paint {
  return (brush, w, h, ink) => {
    if (shown === null) return;
    brush.fillStyle = ink.raised;
    brush.fillRect(0, 0, w, h);
    brush.imageSmoothingQuality = "high";
    // The outermost places lie on the border: half of their cells is outside.
    const [cw, ch] = [w / Math.max(1, shown.n - 1), h / Math.max(1, shown.n - 1)];
    if (shown.n > 1) brush.drawImage(cells(shown, ink), -cw / 2, -ch / 2, w + cw, h + ch);
    if (then !== null) {
      brush.strokeStyle = ink.text;
      brush.lineWidth = 2;
      brush.setLineDash([6, 4]);
      brush.stroke(border(then, w, h));
      brush.setLineDash([]);
    }
    pointsOf(shown).forEach((point, i) => {
      const [x, y] = place(shown, point, w, h);
      brush.fillStyle = colour(point.label, ink);
      brush.strokeStyle = i === chosen ? ink.text : ink.ground;
      brush.lineWidth = i === chosen ? 2.5 : 1;
      mark(brush, shapes[point.label % shapes.length]!, x, y, i === chosen ? 7 : 4);
    });
  };
}

/** The point that a place on the picture is nearest to. */
function nearest(shown: Boundary, x: number, y: number, w: number, h: number): number | null {
  let best: number | null = null;
  let least = NEAR;
  pointsOf(shown).forEach((point, i) => {
    const [px, py] = place(shown, point, w, h);
    const apart = Math.hypot(px - x, py - y);
    if (apart >= least) return;
    least = apart;
    best = i;
  });
  return best;
}

/** What the network answers at a point. */
function answer(shown: Boundary, point: Point): { label: number; sure: number } | null {
  const cell = (value: number, [low, high]: [number, number]) => Math.max(0, Math.min(shown.n - 1, Math.round(((value - low) / (high - low)) * (shown.n - 1))));
  const value = shown.values[cell(point.y, shown.y) * shown.n + cell(point.x, shown.x)];
  return value === undefined ? null : read(value);
}

/** A name that is only a number says that it is a class. */
function className(shown: Boundary, label: number): string {
  const name = shown.labels[label] ?? String(label);
  return Number.isNaN(Number(name)) ? name : `class ${name}`;
}

/** Where the circuit of one example is. */
export function exampleLink(row: number, step: number | null): string {
  return `#/c?x=${row}${step === null ? "" : `&xs=${step}`}`;
}

/** Before the network has said anything, the plane is as large as the data, and a little more. */
function roomy(shown: Boundary): Boundary {
  if (shown.n > 0) return shown;
  const wider = ([low, high]: [number, number]): [number, number] => [low - (high - low) * ROOM, high + (high - low) * ROOM];
  return { ...shown, x: wider(shown.x), y: wider(shown.y) };
}

/** What is dashed, or why nothing is. */
function dashed(shown: Boundary, then: Boundary | null): string {
  const step = `step ${whole(pinned.value!)}`;
  if (then === null || then.s === null || then.n === 0) return `Of ${step} there is no picture: the first was drawn later.`;
  return then.s === shown.s ? `Of ${step} there is no other picture than this.` : `Dashed: where the boundary was at step ${whole(then.s)}.`;
}

function Plane({ shown: given }: { shown: Boundary }) {
  const shown = useMemo(() => roomy(given), [given]);
  const points = pointsOf(shown);
  // A file holds neither weights nor data.
  const canOpen = run.value?.live === true;
  const chosen = held.value !== null && held.value < points.length ? held.value : null;
  const then = wasBoundary.value;
  const paint = useMemo(() => painter(shown, then?.s === shown.s ? null : then, chosen), [shown, then, chosen]);
  const point = chosen === null ? null : points[chosen]!;
  const said = point === null ? null : answer(shown, point);
  const find = (event: MouseEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return nearest(shown, event.clientX - box.left, event.clientY - box.top, box.width, box.height);
  };
  const key = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (by !== undefined) held.value = ((chosen ?? (by > 0 ? -1 : 0)) + by + points.length) % points.length;
    else if (event.key === "Enter" && point !== null && canOpen) location.hash = exampleLink(point.row, shown.s);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const text = point === null ? "no point chosen" : `row ${point.row}: ${brief(point.x, 3)}, ${brief(point.y, 3)}, ${className(shown, point.label)}`;
  return (
    <>
      <div class="plane-focus" role="slider" tabIndex={0} aria-label="points of the data" aria-valuemin={0} aria-valuemax={points.length} aria-valuenow={chosen === null ? 0 : chosen + 1} aria-valuetext={text} onKeyDown={key}>
        <Canvas
          class="plane-plate"
          paint={paint}
          onPointerMove={(event: PointerEvent) => event.pointerType === "mouse" && (held.value = find(event) ?? held.value)}
          onClick={(event: MouseEvent) => {
            const found = find(event);
            if (found === null) return;
            held.value = found;
            if (canOpen) location.hash = exampleLink(points[found]!.row, shown.s);
          }}
        />
      </div>
      {pinned.value !== null && <p class="plane-key" data-then={then?.s ?? ""}>{dashed(shown, then)}</p>}
      <p class="plane-key">
        {point === null ? (
          <span>{canOpen ? "Click a point: its own circuit opens." : "Point at an example to read it."}</span>
        ) : (
          <>
            {canOpen ? <a href={exampleLink(point.row, shown.s)}>{`row ${point.row}`}</a> : <span>{`row ${point.row}`}</span>}
            <span>{`(${brief(point.x, 3)}, ${brief(point.y, 3)}), ${className(shown, point.label)}${said === null ? "" : `; answered ${className(shown, said.label)}, ${percent(said.sure)}`}`}</span>
          </>
        )}
      </p>
    </>
  );
}

/** Only where the data lies in a plane. */
export function BoundaryPane() {
  if (run.value?.has_boundary !== true) return null;
  const shown = boundary.value;
  return (
    <Pane name="boundary" title="Decision boundary" tools={shown !== null && shown.s !== null && shown.s !== shownStep.value ? <span class="note">{`drawn at step ${whole(shown.s)}`}</span> : undefined} empty={shown === null ? "No boundary has been drawn yet: the first comes with the first observed step." : null}>
      {shown !== null && <Plane shown={shown} />}
    </Pane>
  );
}
