// What every mark of a circuit means, and the keys.

import { Keys } from "../keylist";

const keys: [string, string][] = [
  ["→  ←", "next gate, the one before; with Shift by stage"],
  ["Space", "play, pause"],
  ["Home  End", "to the beginning, to the end"],
  ["b", "where the backward pass begins"],
  ["↑  ↓", "turn the chosen input"],
  ["Enter  Backspace", "open a stage, close it"],
  ["0", "close all"],
  ["Alt + arrows", "walk along the wires"],
  ["/  n  N", "search: letters, re:^w, op:mul, grad:0, nan:; the next hit, the one before"],
  ["x", "gather gates for a stage of your own; so does Shift with a click"],
  ["f", "fit into the window"],
  ["t", "left to right, or top to bottom"],
  ["g", "only what a gradient reaches"],
  ["e", "edit the formula"],
  ["Esc", "back, out"],
  ["?", "this"],
];

export function Help() {
  return (
    <>
      <h2 id="help-title">How to read it</h2>
      <dl class="legend">
        <dt><span class="number plain">2.5</span></dt>
        <dd>above a wire: its value, flowing forward</dd>
        <dt><span class="gradient plus">∂ 0.2</span></dt>
        <dd>below it, slanted: the gradient, how much the output rises for each 1 that this rises</dd>
        <dt><span class="number plus">blue</span> <span class="number minus">−orange</span></dt>
        <dd>positive, negative</dd>
        <dt><svg width="46" height="16" aria-hidden="true"><path d="M2 8H44" class="line plus" stroke-width="5" /></svg></dt>
        <dd>the thicker, the larger: from 1 to 6 pixels by powers of ten</dd>
        <dt><svg width="46" height="16" aria-hidden="true"><path d="M2 8H44" class="line zero" stroke-width="2" /></svg></dt>
        <dd>nothing flows: a gradient of exactly 0</dd>
        <dt><svg width="46" height="16" aria-hidden="true"><circle cx="23" cy="8" r="4" class="dot" /></svg></dt>
        <dd>a copy: what comes back along the branches adds up here</dd>
        <dt><svg width="46" height="16" class="map" aria-hidden="true"><rect x="15" y="1" width="14" height="14" /><path d="M15 1h7v7h-7z" class="more" /><path d="M22 8h7v7h-7z" class="less" /></svg></dt>
        <dd>an array: each of its numbers by its colour, values above the wire, gradients below</dd>
        <dt><span class="number alarm">NaN</span></dt>
        <dd>no number, or an infinite one</dd>
      </dl>
      <h2>The rule</h2>
      <p>
        Each gate knows only its own inputs and output. It multiplies what arrives from behind by its local gradient, and passes that back: <b>local × upstream = passed back</b>. Add hands it on unchanged, multiply swaps
        its inputs, max sends all of it one way, and a copy adds up.
      </p>
      <h2>Keys</h2>
      <Keys keys={keys} />
    </>
  );
}
