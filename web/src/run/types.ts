// What the server says about a run, live or from a file, as `crates/explorer/src/live` defines it.

import type { Num, Scene } from "../types";

export type Field = "v" | "g" | "p" | "u";
export type Order = "order" | "worst";
export type Severity = "watch" | "serious" | "critical";
export type Deed = "pause" | "resume" | "step" | "rewind";

export interface Wire {
  w: number;
  role: "parameter" | "activation";
  name: string;
  m: number;
  op: string;
  path: boolean;
  shape: number[] | null;
  layer: number | null;
  fields: Field[];
}

export interface Layer {
  id: number;
  name: string;
  parameters: number[];
  activations: number[];
}

export interface Alert {
  s: number;
  rule: string;
  at: string;
  x: Num;
  thr: Num;
}

export interface Run {
  live: boolean;
  head: { id: string; t: number; argv: string[]; host: string; dtype: string };
  state: "running" | "paused" | "ended";
  end: { s: number; why: "done" | "nan" | "interrupted" } | null;
  /** None before the first is done. */
  steps: { first: number | null; last: number | null; total: number | null };
  t: number;
  per_second: number | null;
  /** Empty for a file. */
  can: Deed[];
  /** Steps that one can go back to. */
  rewinds: number[];
  observing: { share: number | null; budget: number; every: number | null };
  layers: Layer[];
  wires: Wire[];
  alerts: Alert[];
  births: number;
  has_boundary: boolean;
  /** Why nothing more comes, as of a file that is damaged. */
  trouble?: string | null;
}

export interface Losses {
  from: number;
  s: number[];
  loss: Num[];
  lr: Num[];
  tries: { s: number[]; loss: Num[]; accuracy: (Num | null)[] };
}

export interface Verdict {
  rule: string;
  severity: Severity;
  x: Num;
  thr: Num;
  why: string;
  try: string;
  /** The name of the wire or layer; the wire, where it is watched. */
  at: string;
  w: number | null;
}

export interface Health {
  id: number;
  gradient: { mean: Num; max: Num; l2: Num; spark: [number, Num][] } | null;
  dead: Num | null;
  saturated: Num | null;
  /** log10 of update to data. */
  ratio: Num | null;
  verdicts: Verdict[];
}

export interface At {
  s: number;
  observed: number | null;
  loss: Num | null;
  lr: Num | null;
  layers: Health[];
  run: Verdict[];
}

export interface Network {
  width: number;
  height: number;
  boxes: { layer: number | null; layers: number[]; name: string; detail: string; x: number; y: number; w: number; h: number }[];
  wires: { from: number; to: number; points: [number, number][]; gradient: Num | null; thickness: number }[];
}

export interface Column {
  s: number;
  n: number;
  nan: number;
  pinf: number;
  ninf: number;
  zero: number;
  min: Num;
  max: Num;
  mean: Num;
  std: Num;
  l2: Num;
  counts: number[];
}

export interface Strip {
  w: number;
  f: Field;
  /** log2 of the edge nearer to zero. */
  bins: number[];
  sign: number[];
  columns: Column[];
}

export interface Boundary {
  s: number | null;
  x: [number, number];
  y: [number, number];
  n: number;
  classes: number;
  /** At n by n places, both ends of each side included, the lowest row first. Class + p / 1.0001: the whole part is the class, the rest how sure it is. */
  values: Num[];
  points: { row: number; x: Num; y: Num; label: number }[];
  /** Names of the two numbers, and of the classes. */
  names: string[];
  labels: string[];
}

export interface Reading {
  w: number;
  name: string;
  /** None where the element is not one of its own. */
  v?: Num;
  min: Num;
  max: Num;
}

export interface Birth {
  s: number;
  pass: "fwd" | "bwd" | "upd";
  gate: number;
  op: string;
  kind: string;
  at: number[];
  in: Reading[];
  of: number;
  of_op: string;
  of_in: Reading[];
  local: Num[];
  up?: Num;
  module: string;
  src: string;
  within: string[];
  try: string;
  text: string;
  path: { gate: number; op: string; module: string }[];
  before: { s: number; min: Num; max: Num; nan: number }[];
  before_wire: { w: number; name: string } | null;
  mini: Scene;
  mini_gate: string;
}
