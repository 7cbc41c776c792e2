// Everything that is looked at stands in the address, so that a link shows the same to others:
// #/c?f=FORMULA&v={"x":2}&open=sigma&at=g5&step=7&dir=tb&by=size&only=1&theme=dark, or of a run #/c?x=ROW&xs=STEP

import { stored } from "../store";
import { type Theme, readTheme } from "../theme";
import type { Direction, Value } from "../types";

/** One example of a run: its row in the data, and the step whose weights are taken; none are the last ones. */
export interface Sample {
  row: number;
  step: number | null;
}

/** Blocks that the reader has put into a stage. */
export interface Boxed {
  name: string;
  of: string[];
}

/** One element of a product of matrices. */
export interface Inside {
  wire: number;
  element: number;
}

export interface Link {
  /** Of the run, in place of the formula. */
  example: Sample | null;
  formula: string;
  values: Record<string, Value>;
  open: string[];
  at: string | null;
  /** Steps done; none when both passes are over. */
  step: number | null;
  dir: Direction;
  theme: Theme;
  boxes: Boxed[];
  inside: Inside | null;
  /** The point that numbers are compared with. */
  against: Record<string, Value> | null;
  /** Whether arrays on wires have small pictures. */
  maps: boolean;
  /** What boxes are coloured by. */
  lens: Lens;
  /** Whether only what a gradient reaches is seen well. */
  only: boolean;
}

/** None; by the size of gradients, by their shares, by the last change. */
export const lenses = ["", "size", "share", "changed"] as const;
export type Lens = (typeof lenses)[number];

/** What the server is asked about a circuit. */
export interface Question {
  formula?: string;
  example?: number;
  step?: number;
  values: Record<string, Value>;
  open: string[];
  dir: Direction;
  boxes?: Boxed[];
  inside?: Inside;
  against?: Record<string, Value>;
  maps?: boolean;
  at?: string;
  x?: number;
  y?: number;
}

/** The question whose answer shows what is looked at. What is not there is not asked for. */
export function asked({ example, formula, values, open, dir, boxes, inside, against, maps }: Link): Question {
  return {
    ...(example === null ? { formula } : example.step === null ? { example: example.row } : { example: example.row, step: example.step }),
    values,
    open,
    dir,
    ...(boxes.length > 0 && { boxes }),
    ...(inside !== null && { inside }),
    ...(against !== null && { against }),
    ...(maps && { maps }),
  };
}

/** The longer side of the window, as a circuit is longer than it is wide. */
export function longer(): Direction {
  return innerHeight > innerWidth ? "tb" : "lr";
}

/** The direction that was chosen last, if one was. */
export function usual(): Direction {
  const kept = stored("dir");
  return kept === "tb" || kept === "lr" ? kept : longer();
}

/** None if the address names no formula, as that of the plain page. */
export function read(hash: string): Link | null {
  const at = hash.indexOf("?");
  if (!hash.startsWith("#/c") || at < 0) return null;
  const query = new URLSearchParams(hash.slice(at + 1));
  const formula = query.get("f");
  const row = count(query.get("x"));
  if (formula === null && row === null) return null;
  return {
    example: row === null ? null : { row, step: count(query.get("xs")) },
    formula: formula ?? "",
    values: values(query.get("v")),
    open: (query.get("open") ?? "").split(",").filter((name) => name !== ""),
    at: query.get("at"),
    step: count(query.get("step")),
    dir: query.get("dir") === null ? usual() : query.get("dir") === "tb" ? "tb" : "lr",
    theme: readTheme(query.get("theme")),
    boxes: boxes(query.get("b")),
    inside: inside(query.get("in")),
    against: query.get("vs") === null ? null : values(query.get("vs")),
    maps: query.get("maps") !== "0",
    lens: lenses.find((one) => one === query.get("by")) ?? "",
    only: query.has("only"),
  };
}

function count(text: string | null): number | null {
  const read = Number.parseInt(text ?? "", 10);
  return Number.isFinite(read) && read >= 0 ? read : null;
}

/** A link that was cut or edited by hand still shows its formula. */
function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

function values(text: string | null): Record<string, Value> {
  const read = parsed(text);
  return typeof read === "object" && read !== null && !Array.isArray(read) ? (read as Record<string, Value>) : {};
}

function boxes(text: string | null): Boxed[] {
  const read = parsed(text);
  return Array.isArray(read) ? read.filter((one: Partial<Boxed> | null) => typeof one?.name === "string" && Array.isArray(one.of)) : [];
}

function inside(text: string | null): Inside | null {
  const [wire, element] = (text ?? "").split(".").map((part) => count(part));
  return wire == null || element == null ? null : { wire, element };
}
