// A circuit that is only looked at: every number is known, and what is no number is hatched, with the way that it took.

import { Body, Hatch, Wire, named } from "../draw";
import type { Block, Line, Scene } from "../types";

/** The gates that gave something that is no number, forward; or in a backward pass, that no number came back to. */
function sick(scene: Scene, isBack: boolean): Set<string> {
  const special = (line: Line) => (isBack ? line.gradient : line.value)?.special ?? null;
  return new Set(scene.wires.filter((line) => special(line) !== null).map((line) => line.from));
}

export function Still({ scene, born, isBack }: { scene: Scene; born: string; isBack: boolean }) {
  const ill = sick(scene, isBack);
  const shown = (line: Line) => ({ value: true, gradient: true, pieces: line.pieces.map((piece) => piece.gradient !== null || line.gradient !== null), pulse: null, isOnPath: false });
  const box = (block: Block) => {
    const isBorn = block.id === born;
    const name = ["block", block.kind, isBorn ? "birthplace" : ill.has(block.id) && block.kind !== "input" ? "ill" : ""].filter((one) => one !== "").join(" ");
    return (
      <g key={block.id} class={name} data-still={block.id} data-born={isBorn ? "" : undefined}>
        <Body block={block} />
      </g>
    );
  };
  const frames = scene.blocks.filter((block) => block.kind === "frame");
  const others = scene.blocks.filter((block) => block.kind !== "frame");
  return (
    <div class="still" role="group" tabIndex={0} aria-label="the circuit around it">
      <svg class="circuit" viewBox={`${scene.left} ${scene.top} ${scene.width} ${scene.height}`} style={{ minWidth: `${scene.width * 0.6}px`, maxWidth: `${scene.width * 1.5}px` }} aria-hidden="true">
        <Hatch />
        {frames.map(box)}
        {scene.wires.map((line) => <Wire key={line.id} line={line} shown={shown(line)} />)}
        {others.map(box)}
      </svg>
      <ol class="spoken">
        {scene.blocks.map((block) => <li key={block.id}>{`${block.id === born ? "here it was born: " : ""}${named(block)}`}</li>)}
      </ol>
    </div>
  );
}
