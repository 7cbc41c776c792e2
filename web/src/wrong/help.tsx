// What the marks of a birth mean.

import { Keys } from "../keylist";

export function Help() {
  return (
    <>
      <h2 id="help-title">How to read it</h2>
      <dl class="legend">
        <dt><span class="hatched swatch" /></dt>
        <dd>the gate where the first NaN or infinity was born: what it was given were numbers, what it gave is none. After it, all that is hatched is ill because of it</dd>
        <dt><span class="number alarm">NaN</span></dt>
        <dd>no number, or an infinite one</dd>
        <dt><span class="key plus" /> <span class="key minus" /></dt>
        <dd>the largest and the least number of the nearest wire that was watched, in the steps before</dd>
        <dt><span class="verdict critical">✖</span> <span class="verdict serious">▲</span> <span class="verdict watch">△</span></dt>
        <dd>a layer that does not learn as it should: critical, serious, to be watched</dd>
      </dl>
      <h2>Keys</h2>
      <Keys keys={[["→  ←", "the next birth, the one before"], ["?", "this"]]} />
    </>
  );
}
