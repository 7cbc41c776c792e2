// The health of the gradients, a row for each layer. The axes stay where they are, so that what changes moves.

import { brief, percent, power, sentence, whole } from "../numbers";
import { at, choose, isSame, order, pick, pinned, run, was, wires } from "../run/state";
import type { Health, Verdict } from "../run/types";
import type { Num } from "../types";
import { enterLayer, focused, opened, rows } from "./focus";
import { Pane } from "./pane";
import { Chip, Observed, layerName, measured, ruleName, wireOf } from "./words";

/** Powers of ten of the axis, unless something lies outside. */
const LOW = -8;
const HIGH = 2;

function exponent(value: Num): number | null {
  return typeof value === "number" && value > 0 ? Math.log10(value) : null;
}

/** The axis for all layers, widened in steps of two powers of ten. */
function axis(list: Health[]): [number, number] {
  let [low, high] = [LOW, HIGH];
  for (const one of list) {
    for (const found of [exponent(one.gradient?.mean ?? 0), exponent(one.gradient?.max ?? 0)]) {
      if (found === null) continue;
      while (found < low) low -= 2;
      while (found > high) high += 2;
    }
  }
  return [low, high];
}

/** What a number was at the step that is compared with: how many times as large it is now, of shares how much larger. */
function Was({ now, then, isShare }: { now: Num | null; then: Num | null | undefined; isShare?: boolean }) {
  if (then === undefined || then === null) return null;
  const change = typeof now !== "number" || typeof then !== "number" ? "" : isShare === true ? ` (${now < then ? "" : "+"}${brief((now - then) * 100, 2)})` : then === 0 ? "" : ` (×${brief(now / then, 2)})`;
  return <small class="was" title={`at step ${pinned.value}: ${then}`}>{`was ${isShare === true && typeof then === "number" ? percent(then) : brief(then, 3)}${change}`}</small>;
}

/** A layer at the step that is compared with, where that is another observation. */
function before(id: number): Health | undefined {
  return isSame.value ? undefined : was.value?.layers.find((one) => one.id === id);
}

/** Mean as a bar, the largest as a line that goes on from it. */
function Bar({ health, low, high }: { health: Health; low: number; high: number }) {
  const { gradient } = health;
  if (gradient === null) return <span class="none" title="no gradient of this layer has been observed yet">–</span>;
  const place = (value: Num) => {
    const found = exponent(value);
    return found === null ? 0 : ((found - low) / (high - low)) * 100;
  };
  const then = before(health.id)?.gradient;
  const isBad = typeof gradient.mean !== "number" || typeof gradient.max !== "number";
  return (
    <>
      <span class="pair">
        <span title={`mean |∂| ${gradient.mean}`}><small>mean</small> <b data-num="mean" class={isBad ? "number alarm" : ""}>{brief(gradient.mean, 3)}</b><Was now={gradient.mean} then={then?.mean} /></span>
        <span title={`max |∂| ${gradient.max}`}><small>max</small> <b data-num="max" class={isBad ? "number alarm" : ""}>{brief(gradient.max, 3)}</b><Was now={gradient.max} then={then?.max} /></span>
      </span>
      <span class={`bar${isBad ? " hatched" : ""}`} aria-hidden="true">
        {!isBad && place(gradient.max) > 0 && <span class="most" style={{ width: `${place(gradient.max)}%` }} />}
        {!isBad && <span class="mean" style={{ width: `${place(gradient.mean)}%` }} />}
      </span>
    </>
  );
}

/** The last 60 observed norms, by powers of ten. */
function Spark({ health }: { health: Health }) {
  const points = (health.gradient?.spark ?? []).filter((one): one is [number, number] => typeof one[1] === "number");
  const end = points[points.length - 1];
  if (end === undefined || points.length < 2) return <span class="none" title="a line needs two observed steps">–</span>;
  const [from, to] = [points[0]![0], end[0]];
  const lows = Math.min(...points.map(([, y]) => y));
  const highs = Math.max(...points.map(([, y]) => y));
  // At least a power of ten, so that trembling is not taken for a slide.
  const span = Math.max(1, highs - lows);
  const middle = (lows + highs) / 2;
  const place = ([s, y]: [number, number]) => `${(((s - from) / Math.max(1, to - from)) * 66 + 2).toFixed(1)} ${(13 - ((y - middle) / span) * 20).toFixed(1)}`;
  return (
    <svg class="spark" width="70" height="26" viewBox="0 0 70 26" role="img" aria-label={`gradient norm from ${power(Number(points[0]![1].toFixed(1)))} to ${power(Number(end[1].toFixed(1)))}`}>
      <path d={`M${points.map(place).join("L")}`} />
      <circle cx={place(end).split(" ")[0]} cy={place(end).split(" ")[1]} r="2.4" />
    </svg>
  );
}

/** A share of units, with marks where it becomes worth watching, serious and critical. */
function Share({ share, then, marks, why, name }: { share: Num | null; then: Num | null | undefined; marks: number[]; why: string; name: string }) {
  if (share === null) return <span class="none" title={why}>–</span>;
  if (typeof share !== "number") return <b class="number alarm">{brief(share)}</b>;
  const level = marks.filter((mark) => share > mark).length;
  return (
    <span class="share">
      <b data-num={name} title={String(share)}>{percent(share)}</b>
      <span class={`strip level-${level}`} aria-hidden="true">
        <span style={{ width: `${Math.max(share > 0 ? 2 : 0, share * 100)}%` }} />
        {marks.map((mark) => <i key={mark} style={{ left: `${mark * 100}%` }} />)}
      </span>
      <Was now={share} then={then} isShare={true} />
    </span>
  );
}

/** Powers of ten of the scale of update to data, and between which all is well. */
const RATIO: [number, number] = [-6, 0];
const WELL: [number, number] = [-4, -2];

function isOff(ratio: number): boolean {
  return ratio < WELL[0] || ratio > WELL[1];
}

function Ratio({ ratio, then }: { ratio: Num | null; then: Num | null | undefined }) {
  if (ratio === null) return <span class="none" title="no update of this layer has been observed yet">–</span>;
  const isNumber = typeof ratio === "number";
  const part = isNumber ? Math.max(0, Math.min(1, (ratio - RATIO[0]) / (RATIO[1] - RATIO[0]))) : 0;
  return (
    <span class="share">
      <b data-num="ratio" title={`log10 of update to data: ${ratio}`}>{isNumber ? brief(10 ** ratio, 2) : brief(ratio)}</b>
      <span class="ratio" aria-hidden="true">
        <span class="well" />
        {isNumber && <i class={isOff(ratio) ? "off" : ""} style={{ left: `${part * 100}%` }} />}
      </span>
      <Was now={isNumber ? 10 ** ratio : ratio} then={typeof then === "number" ? 10 ** then : then} />
    </span>
  );
}

function Said({ verdict, layer }: { verdict: Verdict; layer: number }) {
  const w = wireOf(verdict, layer);
  return (
    <li>
      <p><Chip verdict={verdict} /> <span class="measured">{measured(verdict)}</span></p>
      <p>{sentence(verdict.why)}</p>
      <p><b>Try:</b> {sentence(verdict.try)}</p>
      {w !== null && <button type="button" class="chip" onClick={() => pick(w)}>{`show ${wires.value.get(w)?.name ?? "it"} over training`}</button>}
    </li>
  );
}

/** Whether something is out of bounds now, though not for as many observed steps as a verdict takes. */
function isOdd({ gradient, dead, saturated, ratio }: Health): boolean {
  const above = (share: Num | null, limit: number) => typeof share === "number" && share > limit;
  return gradient?.max === 0 || (typeof ratio === "number" && isOff(ratio)) || above(dead, 0.05) || above(saturated, 0.2);
}

function Unjudged({ health }: { health: Health }) {
  if (health.gradient === null) return <span class="verdict fine">○ not observed</span>;
  if (isOdd(health)) return <span class="verdict fine" title="a verdict takes several observed steps">○ no verdict yet</span>;
  return <span class="verdict fine">✓ healthy</span>;
}

function Row({ health, low, high }: { health: Health; low: number; high: number }) {
  const isAt = focused.value === health.id;
  const then = before(health.id);
  const isOpen = opened.value === health.id && health.verdicts.length > 0;
  return (
    <>
      <tr class={isAt ? "at" : ""} data-layer={health.id} onClick={() => enterLayer(health.id)}>
        <th scope="row">
          <button type="button" class="layer" aria-pressed={isAt} onClick={(event) => { event.stopPropagation(); enterLayer(health.id); }}>{layerName(health.id).split(/(?<=[._])/).map((part, i) => [i > 0 && <wbr />, part])}</button>
          <span class="chips">
            {health.verdicts.length === 0 ? <Unjudged health={health} /> : health.verdicts.map((one, i) => <Chip key={i} verdict={one} />)}
          </span>
        </th>
        <td class="gradient-cell" data-label="gradient"><Bar health={health} low={low} high={high} /></td>
        <td data-label="norm"><Spark health={health} /></td>
        <td data-label="dead"><Share share={health.dead} then={then?.dead} name="dead" marks={[0.05, 0.2, 0.5]} why="this layer has no relu: nothing here can die" /></td>
        <td data-label="saturated"><Share share={health.saturated} then={then?.saturated} name="saturated" marks={[0.05, 0.2]} why="this layer has no tanh or sigmoid: nothing here saturates" /></td>
        <td data-label="update : data"><Ratio ratio={health.ratio} then={then?.ratio} /></td>
      </tr>
      {isOpen && (
        <tr class="said">
          <td colSpan={6}>
            <ul>{health.verdicts.map((one, i) => <Said key={i} verdict={one} layer={health.id} />)}</ul>
          </td>
        </tr>
      )}
    </>
  );
}

function Alerts() {
  const list = run.value?.alerts ?? [];
  if (list.length === 0) return null;
  return (
    <details class="alerts">
      <summary>{`${list.length} alert${list.length === 1 ? "" : "s"}`}</summary>
      <ul>
        {list.slice(-40).reverse().map((alert, i) => (
          <li key={i}>
            <button type="button" class="chip" onClick={() => choose(alert.s)}>{`step ${whole(alert.s)}`}</button> {`${ruleName(alert.rule)} in ${alert.at}: ${measured(alert)}`}
          </li>
        ))}
      </ul>
    </details>
  );
}

export function HealthPane() {
  const list = rows.value;
  const [low, high] = axis(list);
  const marks = [low, (low + high) / 2, high];
  return (
    <Pane
      name="at"
      title="Gradient health"
      tools={
        <>
          <Observed />
          <Alerts />
          <label class="switch">
            sort by
            <select value={order.value} onChange={(event) => (order.value = event.currentTarget.value === "worst" ? "worst" : "order")}>
              <option value="order">program order</option>
              <option value="worst">worst first</option>
            </select>
          </label>
        </>
      }
      empty={at.value === null ? "Nothing has been observed yet: the first step is always observed." : list.length === 0 ? "No module of this circuit has parameters, so there is no layer to judge." : null}
    >
      <div class="scroll">
        <table class="health">
          <thead>
            <tr>
              <th scope="col">layer</th>
              <th scope="col">
                gradient
                <span class="axis" aria-hidden="true">{marks.map((mark) => <span key={mark}>{power(mark)}</span>)}</span>
              </th>
              <th scope="col" title="at the last 60 observed steps">norm</th>
              <th scope="col">dead</th>
              <th scope="col">saturated</th>
              <th scope="col">update : data</th>
            </tr>
          </thead>
          <tbody>{list.map((one) => <Row key={one.id} health={one} low={low} high={high} />)}</tbody>
        </table>
      </div>
    </Pane>
  );
}
