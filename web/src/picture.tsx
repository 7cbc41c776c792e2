// The circuit, drawn from the scene: the places are the server's, what is known at this step decides what is shown.

import { useEffect, useRef } from "preact/hooks";
import { fit, follow, isFitted, reach, size, view, zoom } from "./canvas";
import { grab } from "./drag";
import { at, blocks, current, go, gradientOnly, isDragging, known, look, scene, select, step, toggle, why } from "./state";
import type { Block, Line, Piece, Quantity, Scene } from "./types";

/** Radius of a wire's corners. */
const ROUND = 7;

export function path(points: [number, number][]): string {
  const first = points[0];
  if (first === undefined) return "";
  let text = `M${first[0]} ${first[1]}`;
  for (let i = 1; i < points.length; i += 1) {
    const [x, y] = points[i]!;
    const next = points[i + 1];
    if (next === undefined) {
      text += `L${x} ${y}`;
      continue;
    }
    const before = points[i - 1]!;
    const room = Math.min(ROUND, length(before, [x, y]) / 2, length([x, y], next) / 2);
    const [ax, ay] = toward([x, y], before, room);
    const [bx, by] = toward([x, y], next, room);
    text += `L${ax} ${ay}Q${x} ${y} ${bx} ${by}`;
  }
  return text;
}

/** How long an arrow head is. */
function headLength(thick: number): number {
  return 6 + thick / 2;
}

/** The way without the room of its arrow head. */
function shortened(points: [number, number][], thick: number): [number, number][] {
  const end = points[points.length - 1];
  const before = points[points.length - 2];
  if (end === undefined || before === undefined) return points;
  return [...points.slice(0, -1), toward(end, before, Math.min(headLength(thick) - 1, length(end, before)))];
}

/** The arrow head of the forward pass, at the end of a way. */
function head(points: [number, number][], thick: number): string {
  const [x, y] = points[points.length - 1] ?? [0, 0];
  const [bx, by] = points[points.length - 2] ?? [x - 1, y];
  const dx = Math.sign(x - bx);
  const dy = Math.sign(y - by);
  const long = headLength(thick);
  const half = 2.6 + thick * 0.6;
  return `M${x} ${y}L${x - dx * long - dy * half} ${y - dy * long + dx * half}L${x - dx * long + dy * half} ${y - dy * long - dx * half}Z`;
}

function length(a: [number, number], b: [number, number]): number {
  return Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]);
}

function toward(from: [number, number], to: [number, number], by: number): [number, number] {
  const all = length(from, to) || 1;
  return [from[0] + ((to[0] - from[0]) * by) / all, from[1] + ((to[1] - from[1]) * by) / all];
}

function tone(quantity: Quantity | null): string {
  if (quantity === null) return "plain";
  if (quantity.special !== null) return "alarm";
  return quantity.zero ? "zero" : quantity.sign;
}

/** Whether a number is known at this step; everything is known when no step is chosen. */
function isKnown(from: number | undefined): boolean {
  return step.value === null || (from !== undefined && from <= step.value) || from === 0;
}

/** From which step on the gradient along a piece is known. */
function passed(line: Line, piece: Piece): number | undefined {
  const ends = piece.ends.map((end) => line.to[end]?.[0]).filter((id) => id !== undefined);
  const steps = ends.map((id) => (blocks.value.get(id)?.kind === "output" ? known.value.forward + 1 : known.value.back.get(id)));
  return steps.reduce((a, b) => (a === undefined || b === undefined ? a ?? b : Math.max(a, b)), undefined) ?? known.value.gradient.get(line.id);
}

function valueFrom(line: Line): number {
  return known.value.value.get(line.id) ?? 0;
}

function gradientFrom(line: Line): number | undefined {
  const ends = line.to.some(([id]) => blocks.value.get(id)?.kind === "output");
  return known.value.gradient.get(line.id) ?? (ends ? known.value.forward + 1 : undefined);
}

function Wire({ line, isOnPath }: { line: Line; isOnPath: boolean }) {
  const lit = current.value?.wires.includes(line.id) ?? false;
  const isBack = current.value?.pass === "backward";
  const hasGradient = isKnown(gradientFrom(line));
  return (
    <g class={`wire${isOnPath ? " on-path" : ""}`} data-wire={line.id}>
      {line.pieces.map((piece, i) => {
        const isPassed = isKnown(passed(line, piece));
        const shown = isPassed ? (piece.gradient ?? line.gradient) : isKnown(valueFrom(line)) ? line.value : null;
        const quiet = isPassed && piece.gradient === null && line.gradient === null;
        const thick = quiet || shown === null ? 1.5 : Math.max(1.5, shown.zero ? 1.5 : shown.thickness);
        const way = path(piece.is_end ? shortened(piece.points, thick) : piece.points);
        return (
          <g key={i}>
            <path d={way} class={`line ${quiet ? "quiet" : tone(shown)}`} stroke-width={thick} />
            {piece.is_end && <path d={head(piece.points, thick)} class={`head ${quiet ? "quiet" : tone(shown)}`} />}
            {lit && <path d={way} class={`pulse ${isBack ? "back" : "on"}`} pathLength={100} />}
            {piece.place !== null && piece.gradient !== null && isPassed && (
              <text x={piece.place[0]} y={piece.place[1]} class={`gradient branch ${tone(piece.gradient)}`}>
                {piece.gradient.text}
              </text>
            )}
          </g>
        );
      })}
      {line.dots.map(([x, y], i) => (
        <circle key={i} cx={x} cy={y} r={4} class="dot" />
      ))}
      {line.place !== null && <Labels line={line} hasValue={isKnown(valueFrom(line))} hasGradient={hasGradient} />}
    </g>
  );
}

/** Room of `∂` and its arrow head, and between a name and its value, as the layout left it. */
const MARK = 20;
const AFTER_NAME = 6;

function Labels({ line, hasValue, hasGradient }: { line: Line; hasValue: boolean; hasGradient: boolean }) {
  const { x, value_y, gradient_y } = line.place!;
  const { name, value, gradient } = line;
  return (
    <>
      {name !== null && (
        <text x={x} y={value_y} class="wire-name">
          {name}
        </text>
      )}
      {value !== null && hasValue && (
        <text x={name === null ? x : x + width(name) + AFTER_NAME} y={value_y} class={`value ${tone(value)}`} data-value={line.id}>
          {value.text}
          <title>{exact(value)}</title>
        </text>
      )}
      {gradient !== null && hasGradient && (
        <g class={`gradient ${tone(gradient)}`}>
          <path d={`M${x} ${gradient_y - 4.5}l7 -4v8z`} class="head" />
          <text x={x + 10} y={gradient_y}>∂</text>
          <text x={x + MARK} y={gradient_y} data-gradient={line.id}>
            {gradient.text}
            <title>{exact(gradient)}</title>
          </text>
        </g>
      )}
    </>
  );
}

const ruler = document.createElement("canvas").getContext("2d");

/** Of a label beside a wire, in px. */
function width(text: string): number {
  if (ruler === null) return text.length * 7;
  ruler.font = "12.5px Helvetica, Arial, 'Liberation Sans', sans-serif";
  return ruler.measureText(text).width;
}

/** All digits, for those who hover. */
export function exact(quantity: Quantity): string {
  const text = quantity.raw.join(", ");
  return quantity.shape.length === 0 ? text : `[${quantity.shape.join(", ")}] ${text}`;
}

/** The sentence about a block, with what is written in it: who speaks to a computer says what is seen. */
function named(block: Block): string {
  const written = `${block.label} ${block.detail ?? ""}`.trim();
  return block.aria.includes(written) ? block.aria : `${written}: ${block.aria}`;
}

/** Height of the bar of a frame. */
const TITLE = 24;

function Box({ block }: { block: Block }) {
  const isAt = at.value === block.id;
  const isLit = current.value?.block === block.id;
  const input = look.value?.inputs.find((one) => `g${one.wire}` === block.id);
  const canDrag = input !== undefined && input.shape.length === 0;
  const classes = ["block", block.kind, isAt ? "at" : "", isLit ? `lit ${current.value?.pass}` : "", canDrag ? "drag" : "", block.on_gradient_path ? "" : "off-path"];
  const middle = block.x + block.w / 2;
  const isFrame = block.kind === "frame";
  const textY = isFrame ? block.y + TITLE / 2 : block.detail === null ? block.y + block.h / 2 : block.y + block.h / 2 - 7;
  const down = (event: PointerEvent) => {
    select(block.id);
    if (canDrag) grab(event, input);
  };
  const isButton = block.kind !== "output";
  return (
    <g
      class={classes.filter((name) => name !== "").join(" ")}
      data-block={block.id}
      role={isButton ? "button" : "img"}
      aria-label={named(block)}
      aria-pressed={isButton ? isAt : undefined}
      aria-expanded={isFrame ? true : block.opens ? false : undefined}
      tabIndex={isButton ? (isAt ? 0 : -1) : undefined}
      onPointerDown={isButton ? down : undefined}
      onFocus={isButton ? () => select(block.id) : undefined}
      onDblClick={() => void toggle(block.id)}
    >
      <rect x={block.x} y={block.y} width={block.w} height={block.h} rx={block.kind === "input" ? Math.min(block.h / 2, 14) : isFrame ? 10 : 8} class="body" />
      {block.kind === "stage" && <rect x={block.x + 3} y={block.y + 3} width={block.w - 6} height={block.h - 6} rx={6} class="inner" />}
      <text x={isFrame ? block.x + 12 : middle} y={textY} class="label" text-anchor={isFrame ? "start" : "middle"}>
        {isFrame ? `▾ ${block.label}` : block.label}
      </text>{" "}
      {block.detail !== null && !isFrame && (
        <text x={middle} y={block.y + block.h / 2 + 9} class="detail" text-anchor="middle">
          {block.detail}
        </text>
      )}
    </g>
  );
}

interface Area {
  x: number;
  y: number;
  w: number;
  h: number;
}

function overlap(a: Area, b: Area): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/** Of the places around a gate the one that hides least: at the gate, or beyond the whole picture with a line to the gate. */
function spot(shown: Scene, block: Block, w: number, h: number): Area {
  const x = block.x + block.w / 2 - w / 2;
  const heights = [block.y - h - 8, block.y + block.h + 8, shown.top - h + 8, shown.top + shown.height - 8];
  const texts = shown.wires.flatMap((line) => (line.place === null ? [] : [{ x: line.place.x, y: line.place.value_y - 12, w: 70, h: 34 }]));
  const things: Area[] = [...shown.blocks.filter((one) => one.kind !== "frame"), ...texts];
  const { x: left, y: top, k } = view.value;
  const isOutside = (y: number) => (y * k + top < 0 || (y + h) * k + top > size.value.h ? 100 : 0) + (x * k + left < 0 || (x + w) * k + left > size.value.w ? 100 : 0);
  const places = heights.map((y) => ({ x, y, w, h }));
  const cost = (place: Area) => isOutside(place.y) + things.filter((thing) => overlap(place, thing)).length;
  return places.reduce((best, one) => (cost(one) < cost(best) ? one : best));
}

/** What the lit gate passes back, floating at the gate. From top to bottom there is no room for it: the sentence above says it. */
function Sums({ isLine }: { isLine: boolean }) {
  const now = current.value;
  const shown = scene.value;
  const block = now?.pass === "backward" ? blocks.value.get(now.block) : undefined;
  const rows = block?.card.rows.filter((row) => row.local !== null && row.upstream !== null && row.back !== null).slice(0, 3) ?? [];
  if (block === undefined || shown === null || shown.direction === "tb" || rows.length === 0 || block.kind === "frame") return null;
  const texts = rows.map((row) => `${row.input}: ${row.local!.text} × ${row.upstream!.text} = ${row.back!.text}`);
  // As large on the screen however small the picture is.
  const scale = Math.max(1, 1 / view.value.k);
  const { x, y, w, h } = spot(shown, block, (Math.max(...texts.map((text) => text.length)) * 6.6 + 20) * scale, (rows.length * 18 + 10) * scale);
  const middle = block.x + block.w / 2;
  const isAbove = y < block.y;
  // The line runs behind boxes, the sums stand before them.
  if (isLine) return <path class="leader" d={isAbove ? `M${middle} ${y + h}V${block.y}` : `M${middle} ${y}V${block.y + block.h}`} />;
  return (
    <g class="sums" aria-hidden="true">
      <rect x={x} y={y} width={w} height={h} rx={6 * scale} />
      {texts.map((text, i) => (
        <text key={i} x={middle} y={y + (17.5 + i * 18) * scale} font-size={12.5 * scale} text-anchor="middle">
          {text}
        </text>
      ))}
    </g>
  );
}

/** Where in the whole one is. */
function Minimap({ shown }: { shown: Scene }) {
  const scale = Math.min(180 / shown.width, 110 / shown.height);
  const { x, y, k } = view.value;
  const { w, h } = size.value;
  const jump = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    reach((event.clientX - box.left) / scale + shown.left, (event.clientY - box.top) / scale + shown.top);
  };
  return (
    <svg class="minimap" aria-hidden="true" width={shown.width * scale} height={shown.height * scale} viewBox={`${shown.left} ${shown.top} ${shown.width} ${shown.height}`} onPointerDown={jump}>
      {shown.blocks.map((block) => (
        <rect key={block.id} x={block.x} y={block.y} width={block.w} height={block.h} class={`${block.kind}${at.value === block.id ? " at" : ""}`} />
      ))}
      <rect class="window" x={-x / k} y={-y / k} width={w / k} height={h / k} stroke-width={2 / scale} />
    </svg>
  );
}

export function Picture() {
  const root = useRef<SVGSVGElement>(null);
  useEffect(() => follow(root.current!), []);
  const shown = scene.value;
  useEffect(() => {
    if (shown !== null && !isFitted.value && size.value.w > 0) fit();
  }, [shown, size.value]);
  const { x, y, k } = view.value;
  const onPath = new Set(why.value?.lines);
  const frames = shown?.blocks.filter((block) => block.kind === "frame") ?? [];
  const others = shown?.blocks.filter((block) => block.kind !== "frame") ?? [];
  const isDense = (shown?.blocks.length ?? 0) > 150 && k < 0.7;
  const classes = ["circuit", step.value === null ? "" : "stepping", onPath.size > 0 ? "traced" : "", gradientOnly.value ? "gradient-only" : "", isDragging.value ? "dragging" : "", isDense ? "dense" : ""];
  return (
    <div class="canvas">
      <svg ref={root} class={classes.filter((name) => name !== "").join(" ")} role="group" aria-label="the circuit" onWheel={zoom}>
        <defs>
          <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="6" height="6" class="hatch-ground" />
            <path d="M0 0V6" class="hatch-line" />
          </pattern>
        </defs>
        <g transform={`translate(${x} ${y}) scale(${k})`}>
          {frames.map((block) => (
            <Box key={block.id} block={block} />
          ))}
          {shown?.wires.map((line) => (
            <Wire key={line.id} line={line} isOnPath={onPath.has(line.id)} />
          ))}
          <Sums isLine={true} />
          {others.map((block) => (
            <Box key={block.id} block={block} />
          ))}
          <Sums isLine={false} />
        </g>
      </svg>
      {shown !== null && shown.blocks.length >= 60 && <Minimap shown={shown} />}
      <div class="tools" role="toolbar" aria-label="view">
        <button type="button" title="fit (f)" aria-label="fit the picture into the window" onClick={fit}>⤢</button>
        <button type="button" title="larger" aria-label="larger" onClick={() => zoom(1.25)}>+</button>
        <button type="button" title="smaller" aria-label="smaller" onClick={() => zoom(0.8)}>−</button>
      </div>
      {step.value !== null && (
        <button type="button" class="all" onClick={() => go(null)}>
          show all numbers
        </button>
      )}
    </div>
  );
}
