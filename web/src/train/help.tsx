// What every mark of a training means, and the keys.

import { Keys } from "../keylist";

const keys: [string, string][] = [
  ["→  ←", "one step on, back; with Shift a twentieth of all"],
  ["Home  End", "the first step; follow the last"],
  ["Space", "pause the training, go on"],
  [".", "one step"],
  ["r", "go back to a step that is held, and train from there"],
  ["c", "compare: keep this step beside those that you go to"],
  ["↑  ↓", "choose a layer"],
  ["[  ]", "choose a wire"],
  ["f", "values, gradients, parameters, updates"],
  ["s", "sort layers: program order, worst first"],
  ["l", "log axis of the loss"],
  ["?", "this"],
];

export function Help() {
  return (
    <>
      <h2 id="help-title">How to read it</h2>
      <dl class="legend">
        <dt><span class="verdict watch">△</span> <span class="verdict serious">▲</span> <span class="verdict critical">✖</span></dt>
        <dd>a rule was broken: to be watched, serious, critical. Each says its number, its limit and what to try</dd>
        <dt><span class="bar sample"><span class="most" style={{ width: "80%" }} /><span class="mean" style={{ width: "50%" }} /></span></dt>
        <dd>of all |∂| of a layer the mean (full) and the largest (thin), on an axis of powers of ten</dd>
        <dt><svg width="46" height="16" aria-hidden="true"><path d="M2 8H44" class="line plus" stroke-width="5" /></svg></dt>
        <dd>in the network: the wider a wire, the larger the gradient that comes back through it</dd>
        <dt><span class="share"><span class="ratio"><span class="well" /><i style={{ left: "55%" }} /></span></span></dt>
        <dd>how large an update is beside what it updates; the band is well, about a thousandth</dd>
        <dt><span class="number plus">blue</span> <span class="number minus">−orange</span></dt>
        <dd>in strips: how many numbers are positive, negative, each by its power of ten. What vanishes slides to the middle</dd>
        <dt><span class="hatched swatch" /></dt>
        <dd>NaN and infinities, in lanes of their own</dd>
      </dl>
      <h2>Time</h2>
      <p>The line below is a time machine: all panels show the step that it stands at. At its end it follows the training. Notches are steps that can be gone back to.</p>
      <h2>Keys</h2>
      <Keys keys={keys} />
    </>
  );
}
