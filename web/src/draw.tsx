// Draws wires and boxes of a scene. The places are the server's; who draws says which numbers are known already.

import type { Block, Cells, Direction, Line, Quantity } from "./types";

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

export function tone(quantity: Quantity | null): string {
  if (quantity === null) return "plain";
  if (quantity.special !== null) return "alarm";
  return quantity.zero ? "zero" : quantity.sign;
}

/** What is shown of a wire. */
export interface Shown {
  value: boolean;
  gradient: boolean;
  /** Of each piece, whether something has come back along it. */
  pieces: boolean[];
  pulse: "on" | "back" | null;
  isOnPath: boolean;
}

export function Wire({ line, shown, dir = "lr" }: { line: Line; shown: Shown; dir?: Direction | undefined }) {
  return (
    <g class={`wire${shown.isOnPath ? " on-path" : ""}`} data-wire={line.id}>
      {line.pieces.map((piece, i) => {
        const isPassed = shown.pieces[i] === true;
        const seen = isPassed ? (piece.gradient ?? line.gradient) : shown.value ? line.value : null;
        const quiet = isPassed && piece.gradient === null && line.gradient === null;
        const thick = quiet || seen === null ? 1.5 : Math.max(1.5, seen.zero ? 1.5 : seen.thickness);
        const way = path(piece.is_end ? shortened(piece.points, thick) : piece.points);
        return (
          <g key={i}>
            <path d={way} class={`line ${quiet ? "quiet" : tone(seen)}`} stroke-width={thick} />
            {piece.is_end && <path d={head(piece.points, thick)} class={`head ${quiet ? "quiet" : tone(seen)}`} />}
            {shown.pulse !== null && <path d={way} class={`pulse ${shown.pulse}`} pathLength={100} />}
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
      {line.maps !== undefined && line.place !== null && <Maps line={line} shown={shown} dir={dir} />}
      {line.place !== null && <Labels line={line} hasValue={shown.value} hasGradient={shown.gradient} />}
    </g>
  );
}

/** The colour of a number on a scale around zero. */
export function color(value: number, most: number): string {
  const part = most === 0 ? 0 : Math.min(1, Math.abs(value) / most);
  return `color-mix(in srgb, var(${value < 0 ? "--fill-minus" : "--fill-plus"}) ${Math.round(part * 100)}%, var(--fill-zero))`;
}

/** The room that the layout leaves for a picture of an array, and how many shades a sign has. */
const MAP = 28;
const SHADES = 6;

/** A small picture of an array: a path for each shade. */
function Map_({ of: { rows, columns, cells, scale }, x, y, isAbove }: { of: Cells; x: number; y: number; isAbove?: boolean }) {
  const side = Math.min(MAP / rows, MAP / columns, 9);
  const shades = new Map<number | null, string>();
  cells.forEach((value, i) => {
    const shade = typeof value === "number" ? Math.round(SHADES * Math.max(-1, Math.min(1, value / (scale || 1)))) : null;
    shades.set(shade, `${shades.get(shade) ?? ""}M${(i % columns) * side} ${Math.floor(i / columns) * side}h${side}v${side}h${-side}z`);
  });
  return (
    <g class="map" aria-hidden="true" transform={`translate(${x} ${isAbove === true ? y - rows * side : y})`}>
      {[...shades].map(([shade, d]) => (
        <path key={shade} d={d} class={shade === null ? "odd" : undefined} style={shade === null ? undefined : { fill: color(shade, SHADES) }} />
      ))}
      <rect width={columns * side} height={rows * side} />
    </g>
  );
}

/** Of a wire that carries an array: from left to right the value's picture above and the gradient's below, else side by side. */
function Maps({ line, shown, dir }: { line: Line; shown: Shown; dir: Direction }) {
  const { x, value_y, gradient_y } = line.place!;
  const { value, gradient } = line.maps!;
  const isAbove = dir === "lr";
  return (
    <>
      {shown.value && <Map_ of={value} x={x} y={isAbove ? value_y - 14 : gradient_y + 6} isAbove={isAbove} />}
      {shown.gradient && gradient !== null && <Map_ of={gradient} x={isAbove ? x : x + MAP + 6} y={gradient_y + 6} />}
    </>
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
export function width(text: string): number {
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
export function named(block: Block): string {
  const written = `${block.label} ${block.detail ?? ""}`.trim();
  return block.aria.includes(written) ? block.aria : `${written}: ${block.aria}`;
}

/** Height of the bar of a frame. */
const TITLE = 24;

/** What is seen of a box, without what it does. */
export function Body({ block }: { block: Block }) {
  const middle = block.x + block.w / 2;
  const isFrame = block.kind === "frame";
  const textY = isFrame ? block.y + TITLE / 2 : block.detail === null ? block.y + block.h / 2 : block.y + block.h / 2 - 7;
  return (
    <>
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
    </>
  );
}

/** The hatch of what is no number. */
export function Hatch() {
  return (
    <defs>
      <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="6" height="6" class="hatch-ground" />
        <path d="M0 0V6" class="hatch-line" />
      </pattern>
    </defs>
  );
}
