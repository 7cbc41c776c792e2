// What the server says, as `crates/explorer/src/scene` and `crates/explorer/src/web` define it.

export type Num = number | "nan" | "inf" | "-inf";
export type Direction = "lr" | "tb";
export type Kind = "input" | "constant" | "gate" | "stage" | "frame" | "output";
export type Sign = "plus" | "minus" | "zero" | "mixed";

export interface Quantity {
  text: string;
  raw: Num[];
  shape: number[];
  sign: Sign;
  special: "nan" | "inf" | "neginf" | null;
  magnitude: number | null;
  thickness: number;
  zero: boolean;
}

export interface Port {
  x: number;
  y: number;
  wire: string;
  name: string;
}

export interface Row {
  input: string;
  wire: number;
  local: Quantity | null;
  upstream: Quantity | null;
  back: Quantity | null;
}

export interface Check {
  output: string;
  input: string;
  local: Quantity;
  product: Quantity;
  factors: Quantity[];
  paths: number;
  apart: Num;
}

export interface Card {
  title: string;
  formula: string;
  local: string;
  numbers: string;
  rows: Row[];
  upstream: Quantity | null;
  pattern: { key: string; title: string; sentence: string } | null;
  checks: Check[];
  source: string | null;
  spec: string;
}

export interface Block {
  id: string;
  kind: Kind;
  label: string;
  detail: string | null;
  name: string | null;
  gate: string;
  frame: string | null;
  opens: boolean;
  x: number;
  y: number;
  w: number;
  h: number;
  ins: Port[];
  outs: Port[];
  step: number | null;
  on_gradient_path: boolean;
  card: Card;
  aria: string;
}

export interface Piece {
  points: [number, number][];
  ends: number[];
  is_end: boolean;
  gradient: Quantity | null;
  place: [number, number] | null;
}

export interface Line {
  id: string;
  wire: number;
  name: string | null;
  from: string;
  to: [string, number][];
  spec: string | null;
  value: Quantity | null;
  gradient: Quantity | null;
  place: { x: number; value_y: number; gradient_y: number } | null;
  pieces: Piece[];
  dots: [number, number][];
  maps?: { value: Cells; gradient: Cells | null } | undefined;
}

/** An array as coloured cells. */
export interface Cells {
  rows: number;
  columns: number;
  /** Rows and columns of the array in one cell, which is their mean. */
  step: [number, number];
  cells: Num[];
  scale: number;
  outliers: number[];
}

export interface Entry {
  id: string;
  path: string;
  parent: string | null;
  depth: number;
  gates: number;
  open: boolean;
  visible: boolean;
}

export interface Step {
  pass: "forward" | "backward";
  number: number;
  block: string;
  wires: string[];
  text: string;
}

export interface Scene {
  version: number;
  direction: Direction;
  left: number;
  top: number;
  width: number;
  height: number;
  numbers: boolean;
  blocks: Block[];
  wires: Line[];
  stages: Entry[];
  steps: Step[];
  crossings: number;
}

/** Numbers of an input: one, or nested lists. */
export type Value = Num | boolean | Value[];

export interface Input {
  name: string;
  wire: number;
  shape: number[];
  dtype: string;
  is_param: boolean;
  is_started: boolean;
  values: Num[] | null;
}

export interface Look {
  formula: string;
  output: string;
  inputs: Input[];
  note: string | null;
  /** Of an example of a run: its row, and the step whose weights are shown. */
  example?: number | null;
  step?: number | null;
  open: string[];
  scene: Scene;
}

export interface Mistake {
  what: string;
  hint: string | null;
  from: number | null;
  to: number | null;
}

export interface Proof {
  x: Num;
  h: Num;
  above: Num;
  below: Num;
  numeric: Num;
  analytic: Num;
  error: Num;
}

export interface Why {
  wire: number;
  uses: { gate: number; input: number; passed: Num }[];
  count: number;
  paths: { wires: number[]; locals: Num[]; product: Num }[];
  total: Num | null;
  blocks: string[];
  lines: string[];
}
