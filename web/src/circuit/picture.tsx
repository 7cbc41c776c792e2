// The circuit, drawn from the scene: the places are the server's, what is known at this step decides what is shown.

import { useLayoutEffect, useRef } from "preact/hooks";
import { fit, follow, inWindow, isPart, isPartial, reach, size, turn, view, zoom } from "./canvas";
import { Body, Hatch, type Shown, Wire, named, width } from "../draw";
import { grab } from "./drag";
import { Lenses, heat } from "./lens";
import { at, blocks, current, go, gradientOnly, isDragging, known, look, pick, picked, scene, select, step, toggle, why } from "./state";
import type { Block, Line, Piece, Scene } from "../types";

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

/** What is known of a wire at this step. */
function shownOf(line: Line, isOnPath: boolean): Shown {
  const now = current.value;
  return {
    value: isKnown(valueFrom(line)),
    gradient: isKnown(gradientFrom(line)),
    pieces: line.pieces.map((piece) => isKnown(passed(line, piece))),
    pulse: now?.wires.includes(line.id) === true ? (now.pass === "backward" ? "back" : "on") : null,
    isOnPath,
  };
}

function Box({ block }: { block: Block }) {
  const isAt = at.value === block.id;
  const isLit = current.value?.block === block.id;
  const input = look.value?.inputs.find((one) => `g${one.wire}` === block.id);
  const canDrag = input !== undefined && input.shape.length === 0;
  const classes = ["block", block.kind, isAt ? "at" : "", isLit ? `lit ${current.value?.pass}` : "", canDrag ? "drag" : "", block.on_gradient_path ? "" : "off-path", picked.value.includes(block.id) ? "picked" : ""];
  const isFrame = block.kind === "frame";
  const hot = heat.value.parts.get(block.id);
  const down = (event: PointerEvent) => {
    select(block.id);
    if (event.shiftKey && !canDrag) return pick(block.id);
    if (canDrag) grab(event, input);
  };
  const isButton = block.kind !== "output";
  return (
    <g
      class={classes.filter((name) => name !== "").join(" ")}
      data-block={block.id}
      style={hot === undefined ? undefined : { "--hot": `${Math.round(hot * 50)}%` }}
      data-hot={hot === undefined ? undefined : hot.toFixed(3)}
      role={isButton ? "button" : "img"}
      aria-label={named(block)}
      aria-pressed={isButton ? isAt : undefined}
      aria-expanded={isFrame ? true : block.opens ? false : undefined}
      tabIndex={isButton ? (isAt ? 0 : -1) : undefined}
      onPointerDown={isButton ? down : undefined}
      onFocus={isButton ? () => select(block.id) : undefined}
      onDblClick={() => void toggle(block.id)}
    >
      <Body block={block} />
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
  const { x: left, y: top, k } = view.value;
  // Not beyond the sides of the window, as far as it has the room.
  const x = Math.max(-left / k, Math.min(block.x + block.w / 2 - w / 2, (size.value.w - left) / k - w));
  const heights = [block.y - h - 8, block.y + block.h + 8, shown.top - h + 8, shown.top + shown.height - 8];
  const texts = shown.wires.flatMap((line) => (line.place === null ? [] : [{ x: line.place.x, y: line.place.value_y - 12, w: 70, h: 34 }]));
  const things: Area[] = [...shown.blocks.filter((one) => one.kind !== "frame"), ...texts];
  const isOutside = (y: number) => (y * k + top < 0 || (y + h) * k + top > size.value.h ? 100 : 0);
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
  const { x, y, w, h } = spot(shown, block, (Math.max(...texts.map(width)) + 24) * scale, (rows.length * 18 + 10) * scale);
  const middle = block.x + block.w / 2;
  const isAbove = y < block.y;
  // The line runs behind boxes, the sums stand before them.
  if (isLine) return <path class="leader" d={isAbove ? `M${middle} ${y + h}V${block.y}` : `M${middle} ${y}V${block.y + block.h}`} />;
  return (
    <g class="sums" aria-hidden="true">
      <rect x={x} y={y} width={w} height={h} rx={6 * scale} />
      {texts.map((text, i) => (
        <text key={i} x={x + w / 2} y={y + (17.5 + i * 18) * scale} font-size={12.5 * scale} text-anchor="middle">
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

/** `isWhole`: with everything that can be done to it, not as part of a text. */
export function Picture({ isWhole = true }: { isWhole?: boolean }) {
  const root = useRef<SVGSVGElement>(null);
  useLayoutEffect(() => follow(root.current!), []);
  const shown = scene.value;
  const { x, y, k } = view.value;
  const onPath = new Set(why.value?.lines);
  const { blocks, wires } = shown === null ? { blocks: [], wires: [] } : inWindow(shown);
  const frames = blocks.filter((block) => block.kind === "frame");
  const others = blocks.filter((block) => block.kind !== "frame");
  const isDense = (shown?.blocks.length ?? 0) > 150 && k < 0.7;
  const classes = ["circuit", step.value === null ? "" : "stepping", onPath.size > 0 ? "traced" : "", gradientOnly.value ? "gradient-only" : "", heat.value.parts.size > 0 ? "heated" : "", isDragging.value ? "dragging" : "", isDense ? "dense" : ""];
  return (
    <div class="canvas">
      <svg ref={root} class={classes.filter((name) => name !== "").join(" ")} role="group" aria-label="the circuit" aria-busy={isPartial.value} onWheel={zoom}>
        <Hatch />
        <g transform={`translate(${x} ${y}) scale(${k})`}>
          {frames.map((block) => (
            <Box key={block.id} block={block} />
          ))}
          {wires.map((line) => (
            <Wire key={line.id} line={line} dir={shown?.direction} shown={shownOf(line, onPath.has(line.id))} />
          ))}
          <Sums isLine={true} />
          {others.map((block) => (
            <Box key={block.id} block={block} />
          ))}
          <Sums isLine={false} />
        </g>
      </svg>
      {shown !== null && (shown.blocks.length >= 60 || (shown.blocks.length > 12 && isPart())) && <Minimap shown={shown} />}
      <div class="tools" role="toolbar" aria-label="view">
        {step.value !== null && (
          <button type="button" class="all" onClick={() => go(null)}>
            show all numbers
          </button>
        )}
        <button type="button" title="fit (f)" aria-label="fit the picture into the window" onClick={fit}>⤢</button>
        <button type="button" title="larger" aria-label="larger" onClick={() => zoom(1.25)}>+</button>
        <button type="button" title="smaller" aria-label="smaller" onClick={() => zoom(0.8)}>−</button>
        {isWhole && <button type="button" title="left to right, or top to bottom (t)" aria-label="turn the picture" onClick={turn}>{shown?.direction === "tb" ? "⇄" : "⇅"}</button>}
        {isWhole && <Lenses />}
      </div>
    </div>
  );
}
