// The network as boxes of its layers. The wider a wire, the larger the gradient that comes back through it.

import { brief, sentence } from "../numbers";
import { path } from "../draw";
import { at, isSame, network, pinned, wasNetwork } from "../run/state";
import type { Network } from "../run/types";
import { focused, enterLayer } from "./focus";
import { Pane } from "./pane";
import { Chip, Observed, worst } from "./words";

/** How small it may become before it scrolls. */
const LEAST = 0.8;
/** Room between a wire and its number, in px; how far from the end of the wire it stands, and from it what it was. */
const BESIDE = 6;
const ABOVE = 9;
const LINE = 12;
/** Right of everything, for the numbers of a second step. */
const ASIDE = 24;

function tone(gradient: unknown): string {
  if (gradient === null) return "plain quiet";
  if (typeof gradient !== "number") return "alarm";
  return gradient === 0 ? "zero" : "plus";
}

/** Where the number of a wire stands: beside its end, on the side where no other ends in the same box; of one with bends that leaves its box alone beside its beginning, where it crosses nothing. */
function beside(shown: Network, wire: Network["wires"][number]) {
  const last = (one: typeof wire): [number, number] => one.points[one.points.length - 1] ?? [0, 0];
  const end = last(wire);
  const begin = wire.points[0] ?? end;
  const room = BESIDE + wire.thickness / 2;
  if (begin[0] !== end[0] && shown.wires.every((one) => one === wire || one.from !== wire.from)) return { x: begin[0] + room, y: begin[1] + ABOVE, next: begin[1] + ABOVE + LINE, "text-anchor": "start" as const };
  const isLeft = shown.wires.some((one) => one !== wire && one.to === wire.to && last(one)[0] > end[0]);
  return { x: end[0] + (isLeft ? -room : room), y: end[1] - ABOVE, next: end[1] - ABOVE - LINE, "text-anchor": isLeft ? ("end" as const) : ("start" as const) };
}

/** Numbers stand before all wires. */
function Flow({ shown, then }: { shown: Network; then: Network | null }) {
  return (
    <>
      {shown.wires.map((wire, i) => (
        <path key={`w${i}`} d={path(wire.points)} class={`line ${tone(wire.gradient)}`} stroke-width={wire.thickness} />
      ))}
      {shown.wires.map((wire, i) => {
        const before = then?.wires[i]?.gradient ?? null;
        const { next, ...place } = beside(shown, wire);
        return wire.gradient === null ? null : (
          <g key={`t${i}`}>
            <text {...place} class={`flow ${tone(wire.gradient)}`} data-flow={`${wire.from}-${wire.to}`}>
              {`∂ ${brief(wire.gradient, 3)}`}
              <title>{`gradient, L2: ${wire.gradient}`}</title>
            </text>
            {before !== null && (
              <text {...place} y={next} class="flow before" data-before={`${wire.from}-${wire.to}`}>
                {`was ${brief(before, 3)}`}
                <title>{`at step ${pinned.value}: ${before}`}</title>
              </text>
            )}
          </g>
        );
      })}
    </>
  );
}

export function NetworkPane() {
  // Before the first step there is nothing to draw.
  const shown = (network.value?.boxes.length ?? 0) > 0 ? network.value : null;
  const health = new Map(at.value?.layers.map((one) => [one.id, one]));
  const then = isSame.value ? null : wasNetwork.value;
  const width = shown === null ? 0 : shown.width + (then === null ? 0 : ASIDE);
  return (
    <Pane name="network" title="Network" tools={pinned.value === null ? undefined : <Observed />} empty={shown === null ? "The layers are drawn once the circuit has run." : null}>
      {shown !== null && (
        <div class="scroll" role="group" tabIndex={0} aria-label="network">
          <svg class="net" viewBox={`0 0 ${width} ${shown.height}`} style={{ minWidth: `${width * LEAST}px`, maxWidth: `${width}px`, maxHeight: `max(100%, ${Math.round(shown.height * LEAST)}px)` }} role="group" aria-label="layers, from the input to the loss">
            <Flow shown={shown} then={then} />
            {shown.boxes.map((box, i) => {
              const ids = box.layers;
              const found = worst(ids.flatMap((id) => health.get(id)?.verdicts ?? []));
              const isAt = focused.value !== null && ids.includes(focused.value);
              // Of several layers in a box the one that is worst.
              const id = ids.find((one) => health.get(one)?.verdicts.includes(found!)) ?? ids[0];
              const act = id === undefined ? { role: "img" as const } : { role: "button" as const, tabIndex: 0, "aria-pressed": isAt, onClick: () => enterLayer(id), onKeyDown: (event: KeyboardEvent) => (event.key === "Enter" || event.key === " ") && enterLayer(id) };
              return (
                <g key={i} class={`block gate ${id === undefined ? "constant" : ""} ${isAt ? "at" : ""}`} data-box={i} aria-label={`${box.name} ${box.detail}${found === null ? "" : `, ${found.severity}: ${found.why}`}`} {...act}>
                  <rect class="body" x={box.x} y={box.y} width={box.w} height={box.h} rx={8} />
                  <text class="label" x={box.x + box.w / 2} y={box.y + (box.detail === "" ? box.h / 2 : box.h / 2 - 8)} text-anchor="middle">{box.name}</text>{" "}
                  {box.detail !== "" && <text class="detail" x={box.x + box.w / 2} y={box.y + box.h / 2 + 9} text-anchor="middle">{box.detail}</text>}
                  {found !== null && <Flag x={box.x + box.w} y={box.y + box.h / 2} severity={found.severity} />}
                </g>
              );
            })}
          </svg>
        </div>
      )}
      {shown !== null && at.value !== null && at.value.run.length > 0 && (
        <ul class="whole">
          {at.value.run.map((verdict, i) => (
            <li key={i}><Chip verdict={verdict} /> {sentence(verdict.why)} <em>{sentence(verdict.try)}</em></li>
          ))}
        </ul>
      )}
    </Pane>
  );
}

/** A flag at the side of a box, where no number stands. */
function Flag({ x, y, severity }: { x: number; y: number; severity: string }) {
  const sign = severity === "critical" ? "✖" : severity === "serious" ? "▲" : "△";
  return (
    <g class={`flag ${severity}`} aria-hidden="true">
      <circle cx={x} cy={y} r={9} />
      <text x={x} y={y} text-anchor="middle">{sign}</text>
    </g>
  );
}
