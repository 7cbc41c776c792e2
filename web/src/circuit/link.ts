// The address of what is looked at; `read.ts` reads it, as `first.js` has done already.

import { early } from "../early";
import { store } from "../store";
import type { Direction } from "../types";
import type { Link } from "./read";

const { longer, usual } = early;

export function keepDirection(dir: Direction): void {
  store("dir", dir);
}

export function write(link: Link): string {
  const query = new URLSearchParams();
  if (link.example === null) query.set("f", link.formula);
  else {
    query.set("x", String(link.example.row));
    if (link.example.step !== null) query.set("xs", String(link.example.step));
  }
  if (Object.keys(link.values).length > 0) query.set("v", JSON.stringify(link.values));
  if (link.open.length > 0) query.set("open", link.open.join(","));
  if (link.at !== null) query.set("at", link.at);
  if (link.step !== null) query.set("step", String(link.step));
  if (link.dir !== usual() || link.dir !== longer()) query.set("dir", link.dir);
  if (link.theme !== "") query.set("theme", link.theme);
  if (link.boxes.length > 0) query.set("b", JSON.stringify(link.boxes));
  if (link.inside !== null) query.set("in", `${link.inside.wire}.${link.inside.element}`);
  if (link.against !== null) query.set("vs", JSON.stringify(link.against));
  if (!link.maps) query.set("maps", "0");
  if (link.lens !== "") query.set("by", link.lens);
  if (link.only) query.set("only", "1");
  return `#/c?${query}`;
}
