// The steps before a birth: the least and the largest number of the nearest wire that was watched, by powers of ten around zero.

import { useMemo } from "preact/hooks";
import { brief, power, whole } from "../numbers";
import { Canvas, type Paint, stripes } from "../paint";
import type { Birth } from "../run/types";
import type { Num } from "../types";

type Past = Birth["before"];

const LEFT = 52;
const RIGHT = 14;
const TOP = 10;
const BOTTOM = 22;
/** Powers of ten below the largest that are told from zero. */
const DEPTH = 12;

interface Scale {
  /** The power of ten below which everything is zero, and the highest one. */
  low: number;
  high: number;
  hasMinus: boolean;
  hasPlus: boolean;
}

function scaleOf(past: Past): Scale {
  const all = past.flatMap((one) => [one.min, one.max]).filter((one): one is number => typeof one === "number");
  const powers = all.filter((one) => one !== 0).map((one) => Math.log10(Math.abs(one)));
  const high = powers.length === 0 ? 0 : Math.ceil(Math.max(...powers) + 1e-9);
  const low = powers.length === 0 ? -1 : Math.max(high - DEPTH, Math.floor(Math.min(...powers)) - 1);
  return { low, high: Math.max(high, low + 1), hasMinus: all.some((one) => one < 0), hasPlus: !all.every((one) => one < 0) };
}

/** From 0 below to 1 above. */
function place(scale: Scale, value: number): number {
  const part = value === 0 ? 0 : Math.max(0, Math.min(1, (Math.log10(Math.abs(value)) - scale.low) / (scale.high - scale.low)));
  if (!scale.hasMinus) return part;
  if (!scale.hasPlus) return 1 - part;
  return 0.5 + (Math.sign(value) * part) / 2;
}

function painter(past: Past, born: number): Paint {
  return (brush, w, h, ink) => {
    const scale = scaleOf(past);
    const from = past[0]!.s;
    const x = (step: number) => LEFT + ((step - from) / Math.max(1, born - from)) * (w - LEFT - RIGHT);
    const y = (value: number) => TOP + (1 - place(scale, value)) * (h - TOP - BOTTOM);
    const signs = [...(scale.hasPlus ? [1] : []), ...(scale.hasMinus ? [-1] : [])];
    const by = Math.max(1, Math.ceil((scale.high - scale.low) / (h / signs.length / 26)));
    brush.textAlign = "right";
    brush.lineWidth = 1;
    const line = (at: number, text: string, colour: string) => {
      brush.strokeStyle = colour;
      brush.fillStyle = ink.muted;
      brush.beginPath();
      brush.moveTo(LEFT, Math.round(at) + 0.5);
      brush.lineTo(w - RIGHT, Math.round(at) + 0.5);
      brush.stroke();
      brush.fillText(text, LEFT - 6, at);
    };
    for (const sign of signs) for (let e = scale.high; e > scale.low; e -= by) line(y(sign * 10 ** e), `${sign < 0 ? "−" : ""}${power(e)}`, ink.edge);
    line(y(0), "0", ink["strong-edge"]);
    for (const [key, colour, dash] of [["max", ink.plus, []], ["min", ink.minus, [6, 3]]] as const) {
      brush.strokeStyle = colour;
      brush.fillStyle = colour;
      brush.lineWidth = 2;
      brush.setLineDash([...dash]);
      brush.beginPath();
      past.forEach((one) => typeof one[key] === "number" && brush.lineTo(x(one.s), y(one[key])));
      brush.stroke();
      brush.setLineDash([]);
      past.forEach((one) => typeof one[key] === "number" && brush.fillRect(x(one.s) - 2, y(one[key]) - 2, 4, 4));
    }
    for (const one of past) if (one.nan > 0 || typeof one.min !== "number" || typeof one.max !== "number") stripes(brush, x(one.s) - 3, TOP, 6, h - TOP - BOTTOM, ink);
    stripes(brush, x(born) - 4, TOP, 8, h - TOP - BOTTOM, ink);
    brush.fillStyle = ink.muted;
    brush.textAlign = "left";
    brush.fillText(whole(from), LEFT, h - 9);
    brush.textAlign = "right";
    brush.fillStyle = ink.alarm;
    brush.fillText(`born at ${whole(born)}`, w - 2, h - 9);
  };
}

function cell(value: Num) {
  return <td>{brief(value)}</td>;
}

export function Before({ past, born, name }: { past: Past; born: number; name: string }) {
  const paint = useMemo(() => painter(past, born), [past, born]);
  return (
    <>
      <p class="facts">
        <span><span class="key" /> max</span>
        <span><span class="key minus" /> min</span>
        <span class="note">{`of ${name}, by powers of ten around zero`}</span>
      </p>
      <Canvas class="before-plate" paint={paint} />
      <div class="spoken">
        <table>
          <caption>{`${name} in the steps before`}</caption>
          <thead><tr><th scope="col">step</th><th scope="col">min</th><th scope="col">max</th></tr></thead>
          <tbody>{past.map((one) => <tr key={one.s}><th scope="row">{one.s}</th>{cell(one.min)}{cell(one.max)}</tr>)}</tbody>
        </table>
      </div>
    </>
  );
}
