// One birth: the first gate that gave what is no number though it was given numbers.

import { brief, tone, whole } from "../numbers";
import type { Birth, Reading } from "../run/types";
import type { Num } from "../types";
import { link } from "../train/link";
import { Before } from "./before";
import { Still } from "./still";

const passes = { fwd: "forward", bwd: "backward", upd: "update" };

function Figure({ value }: { value: Num }) {
  return <span class={`number ${tone(value)}`} title={String(value)}>{brief(value)}</span>;
}

function Read({ one }: { one: Reading }) {
  const { v, min, max } = one;
  return (
    <tr>
      <th scope="row">{one.name}</th>
      <td data-read={one.w}>
        {v !== undefined ? <Figure value={v} /> : <>from <Figure value={min} /> to <Figure value={max} /></>}
      </td>
    </tr>
  );
}

function Numbers({ birth }: { birth: Birth }) {
  const isBack = birth.pass === "bwd";
  const inputs = isBack ? birth.of_in : birth.in;
  return (
    <table class="reads">
      <caption>{isBack ? "What met there" : "What it was given"}</caption>
      <tbody>
        {inputs.map((one) => <Read key={`i${one.w}`} one={one} />)}
        {birth.local.map((value, i) => (
          <tr key={`l${i}`}><th scope="row">local gradient</th><td><Figure value={value} /></td></tr>
        ))}
        {birth.up !== undefined && <tr><th scope="row">upstream</th><td><Figure value={birth.up} /></td></tr>}
        {isBack && birth.in.map((one) => <Read key={`g${one.w}`} one={{ ...one, name: `${birth.op} of ${one.name}` }} />)}
        <tr class="gave"><th scope="row">{`gave, at ${birth.at.length === 0 ? "its only element" : `[${birth.at.join(", ")}]`}`}</th><td><b class="number alarm">{`✖ ${birth.kind === "nan" ? "NaN" : "infinity"}`}</b></td></tr>
      </tbody>
    </table>
  );
}

function name(gate: { op: string; module: string }): string {
  return gate.module === "" ? gate.op : `${gate.module}.${gate.op}`;
}

function Path({ birth }: { birth: Birth }) {
  if (birth.path.length === 0) return <p class="note">It reached nothing else: the circuit ends there.</p>;
  return (
    <ol class="path">
      {birth.path.map((gate, i) => (
        <li key={i} class={i === 0 ? "first" : ""}>{name(gate)}</li>
      ))}
    </ol>
  );
}

/** What was seen of the nearest watched wire. A line takes two steps. */
function Past({ birth }: { birth: Birth }) {
  const { before, before_wire: wire } = birth;
  const only = before[0];
  if (wire === null || only === undefined) return <p class="note">No wire near it had been observed before this step.</p>;
  return (
    <>
      {before.length > 1 ? (
        <Before past={before} born={birth.s} name={wire.name} />
      ) : (
        <p>{`Only step ${whole(only.s)} had been observed: ${wire.name} lay between ${brief(only.min)} and ${brief(only.max)}.`}</p>
      )}
      <a href={link({ s: birth.s, w: wire.w })}>its strip over the training</a>
    </>
  );
}

export function BirthView({ birth }: { birth: Birth }) {
  const place = birth.of_op === "" ? birth.op : birth.of_op;
  const [headline, ...rest] = birth.text.split("\n");
  return (
    <article class="birth-view" aria-labelledby="born">
      <h2 id="born">{headline}</h2>
      <div class="birth-grid">
        <figure class="mini">
          <figcaption>{`${name({ op: place, module: birth.module })} and its neighbours, ${passes[birth.pass]} pass of step ${whole(birth.s)}`}</figcaption>
          <Still scene={birth.mini} born={birth.mini_gate} isBack={birth.pass === "bwd"} />
        </figure>
        <div class="told">
          <Numbers birth={birth} />
          <dl class="where">
            <dt>where</dt>
            <dd>{[...birth.within, name({ op: place, module: birth.module })].join(" › ")}</dd>
            {birth.src !== "" && <><dt>source</dt><dd><code>{birth.src}</code></dd></>}
          </dl>
          {birth.try !== "" && <p class="try"><b>Try</b> {birth.try}</p>}
          <section class="went" aria-labelledby="went">
            <h3 id="went">The way it took</h3>
            <Path birth={birth} />
            {rest.length > 0 && (
              <details>
                <summary>as the terminal says it</summary>
                <pre>{birth.text}</pre>
              </details>
            )}
          </section>
        </div>
        <section class="past" aria-labelledby="past">
          <h3 id="past">The steps before</h3>
          <Past birth={birth} />
        </section>
      </div>
    </article>
  );
}
