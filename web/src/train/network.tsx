// The network as boxes of its layers. The wider a wire, the larger the gradient that comes back through it.

import { brief, sentence } from "../numbers";
import { path } from "../draw";
import { at, network } from "../run/state";
import type { Network } from "../run/types";
import { focused, enterLayer } from "./focus";
import { Pane } from "./pane";
import { Chip, worst } from "./words";

/** How small it may become before it scrolls. */
const LEAST = 0.62;
/** Room between a wire and its number, in px. */
const BESIDE = 6;
/** And how far above the end of its wire it stands. */
const ABOVE = 9;

function tone(gradient: unknown): string {
  if (gradient === null) return "plain quiet";
  if (typeof gradient !== "number") return "alarm";
  return gradient === 0 ? "zero" : "plus";
}

/** Where the number of a wire stands: beside its end, on the side where no other wire ends in the same box. */
function beside(shown: Network, wire: Network["wires"][number]) {
  const last = (one: typeof wire): [number, number] => one.points[one.points.length - 1] ?? [0, 0];
  const end = last(wire);
  const others = shown.wires.filter((one) => one !== wire && one.to === wire.to);
  const isLeft = others.some((one) => last(one)[0] > end[0]);
  const room = BESIDE + wire.thickness / 2;
  return { x: end[0] + (isLeft ? -room : room), y: end[1] - ABOVE, "text-anchor": isLeft ? ("end" as const) : ("start" as const) };
}

/** Numbers stand before all wires. */
function Flow({ shown }: { shown: Network }) {
  return (
    <>
      {shown.wires.map((wire, i) => (
        <path key={`w${i}`} d={path(wire.points)} class={`line ${tone(wire.gradient)}`} stroke-width={wire.thickness} />
      ))}
      {shown.wires.map((wire, i) =>
        wire.gradient === null ? null : (
          <text key={`t${i}`} {...beside(shown, wire)} class={`flow ${tone(wire.gradient)}`} data-flow={`${wire.from}-${wire.to}`}>
            {`∂ ${brief(wire.gradient, 3)}`}
            <title>{`gradient, L2: ${wire.gradient}`}</title>
          </text>
        ),
      )}
    </>
  );
}

export function NetworkPane() {
  // Before the first step there is nothing to draw.
  const shown = (network.value?.boxes.length ?? 0) > 0 ? network.value : null;
  const health = new Map(at.value?.layers.map((one) => [one.id, one]));
  return (
    <Pane name="network" title="Network" empty={shown === null ? "The layers are drawn once the circuit has run." : null}>
      {shown !== null && (
        <div class="scroll">
          <svg class="net" viewBox={`0 0 ${shown.width} ${shown.height}`} style={{ maxWidth: `${shown.width}px`, maxHeight: `max(100%, ${Math.round(shown.height * LEAST)}px)` }} role="group" aria-label="layers, from the input to the loss">
            <Flow shown={shown} />
            {shown.boxes.map((box, i) => {
              const id = box.layer;
              const found = id === null ? null : worst(health.get(id)?.verdicts ?? []);
              const isAt = id !== null && focused.value === id;
              const act = id === null ? { role: "img" as const } : { role: "button" as const, tabIndex: 0, "aria-pressed": isAt, onClick: () => enterLayer(id), onKeyDown: (event: KeyboardEvent) => (event.key === "Enter" || event.key === " ") && enterLayer(id) };
              return (
                <g key={i} class={`block gate ${id === null ? "constant" : ""} ${isAt ? "at" : ""}`} data-box={i} aria-label={`${box.name} ${box.detail}${found === null ? "" : `, ${found.severity}: ${found.why}`}`} {...act}>
                  <rect class="body" x={box.x} y={box.y} width={box.w} height={box.h} rx={8} />
                  <text class="label" x={box.x + box.w / 2} y={box.y + (box.detail === "" ? box.h / 2 : box.h / 2 - 8)} text-anchor="middle">{box.name}</text>{" "}
                  {box.detail !== "" && <text class="detail" x={box.x + box.w / 2} y={box.y + box.h / 2 + 9} text-anchor="middle">{box.detail}</text>}
                  {found !== null && <Flag x={box.x + box.w} y={box.y} severity={found.severity} />}
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

/** A flag at the corner of a box. */
function Flag({ x, y, severity }: { x: number; y: number; severity: string }) {
  const sign = severity === "critical" ? "✖" : severity === "serious" ? "▲" : "△";
  return (
    <g class={`flag ${severity}`} aria-hidden="true">
      <circle cx={x - 2} cy={y + 2} r={10} />
      <text x={x - 2} y={y + 2} text-anchor="middle">{sign}</text>
    </g>
  );
}
