// The engine's numbers by the names of the formula, for what the tour says and asks.

import type { Line, Look, Num, Value } from "../types";

function single(value: Num | undefined): number {
  return typeof value === "number" ? value : NaN;
}

export class Facts {
  constructor(
    private readonly look: Look,
    private readonly start: Record<string, Value>,
  ) {}

  private line(name: string): Line | undefined {
    const { blocks, wires } = this.look.scene;
    const block = blocks.find((one) => (one.name ?? one.label) === name) ?? blocks.find((one) => one.kind === "output" && one.label === name);
    const wire = (block?.outs[0] ?? block?.ins[0])?.wire;
    return wires.find((one) => one.id === wire) ?? wires.find((one) => one.name === name);
  }

  value(name: string): number {
    return single(this.line(name)?.value?.raw[0]);
  }

  /** How much the output rises for each 1 that this rises; 0 where no gradient arrives. */
  gradient(name: string): number {
    return single(this.line(name)?.gradient?.raw[0] ?? 0);
  }

  /** The local gradient of the gate that reads it. */
  local(name: string): number {
    const rows = this.look.scene.blocks.flatMap((block) => block.card.rows);
    return single(rows.find((row) => row.input === name)?.local?.raw[0]);
  }

  /** Whether an input has the value that the page gave it. */
  isAtStart(name: string): boolean {
    return this.value(name) === this.start[name];
  }
}
