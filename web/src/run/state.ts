// What the page knows of the run, and what of it is looked at. Following the last step, everything comes through the socket as
// far as it is seen; at a chosen step it is asked for. Without a socket all of it is asked for, once a second.

import { batch, computed, effect, signal } from "@preact/signals";
import { isGone, lost, onReturn, spoken, start, wait } from "../page";
import { Gone, Latest, Refused, ask } from "../server";
import { connect, isConnected, onNews, see } from "../socket";
import type { At, Birth, Boundary, Deed, Field, Layer, Losses, Network, Order, Run, Strip, Wire } from "./types";

/** Panels that may be in the window. */
export type Panel = "losses" | "at" | "network" | "strip" | "boundary";

/** Points of the loss curve that are asked for, and how many may come together before they are thinned out anew. */
const POINTS = 1200;
const MOST = 4800;

/** Points of a piece of news after which the next ones begin later. */
const AHEAD = 200;

/** Milliseconds between two looks where there is no socket. */
const LOOK = 1000;

export const run = signal<Run | null>(null);
export const losses = signal<Losses | null>(null);
export const at = signal<At | null>(null);
export const network = signal<Network | null>(null);
export const strip = signal<Strip | null>(null);
export const boundary = signal<Boundary | null>(null);
export const births = signal<Birth[] | null>(null);
/** What the server did not do, and why. */
export const refusal = signal("");

/** The step that is looked at; none follows the last one. */
export const chosen = signal<number | null>(null);
/** A step that the shown one is compared with, and everything of it. */
export const pinned = signal<number | null>(null);
export const was = signal<At | null>(null);
export const wasNetwork = signal<Network | null>(null);
export const wasBoundary = signal<Boundary | null>(null);
/** The wire and its field that the reader chose. */
export const wire = signal<number | null>(null);
export const field = signal<Field | null>(null);
export const order = signal<Order>("order");
/** Whether the loss has a log axis; none: where the losses are far apart. */
export const isLog = signal<boolean | null>(null);

/** Which panels are in the window; none in other rooms. */
export const inView = signal<ReadonlySet<Panel>>(new Set());

export const isRun = computed(() => start.value?.run === true);
export const last = computed(() => run.value?.steps.last ?? 0);
export const first = computed(() => run.value?.steps.first ?? 0);
export const shownStep = computed(() => chosen.value ?? last.value);
export const wires = computed(() => new Map<number, Wire>(run.value?.wires.map((one) => [one.w, one])));
/** Whether nothing was observed between the two steps, so that there is nothing to compare. */
export const isSame = computed(() => was.value !== null && was.value.observed === at.value?.observed);
export const layers = computed(() => new Map<number, Layer>(run.value?.layers.map((one) => [one.id, one])));

/** The wire of the strip: the chosen one, or the first parameter of the first layer. */
export const shownWire = computed<Wire | null>(() => {
  const known = run.value?.wires ?? [];
  const picked = wire.value === null ? undefined : wires.value.get(wire.value);
  return picked ?? known.find((one) => one.role === "parameter" && one.layer !== null) ?? known[0] ?? null;
});

/** Its field: the chosen one where the wire has it, else gradients, else whatever there is. */
export const shownField = computed<Field | null>(() => {
  const has = shownWire.value?.fields ?? [];
  if (field.value !== null && has.includes(field.value)) return field.value;
  // Values of an activation are what the parameters of a layer are: the numbers themselves.
  const other = field.value === "v" ? "p" : field.value === "p" ? "v" : "g";
  return has.includes(other) ? other : (has[0] ?? null);
});

/** New losses after those that are there; all of them where the first are among them. */
function joined(old: Losses | null, more: Losses): Losses {
  if (old === null || more.from <= (old.s[0] ?? more.from)) return more;
  const kept = old.s.findIndex((s) => s >= more.from);
  const tried = old.tries.s.findIndex((s) => s >= more.from);
  const cut = <T>(list: T[], end: number) => (end < 0 ? list : list.slice(0, end));
  return {
    from: old.from,
    s: [...cut(old.s, kept), ...more.s],
    loss: [...cut(old.loss, kept), ...more.loss],
    lr: [...cut(old.lr, kept), ...more.lr],
    tries: {
      s: [...cut(old.tries.s, tried), ...more.tries.s],
      loss: [...cut(old.tries.loss, tried), ...more.tries.loss],
      accuracy: [...cut(old.tries.accuracy, tried), ...more.tries.accuracy],
    },
  };
}

interface News {
  run?: Run;
  losses?: Losses;
  at?: At;
  network?: Network;
  strip?: Strip;
  boundary?: Boundary;
}

function isShown(one: Strip): boolean {
  return one.w === shownWire.value?.w && one.f === shownField.value;
}

function take(news: News): void {
  batch(() => {
    if (news.run !== undefined) arrived(news.run);
    if (news.losses !== undefined) losses.value = joined(losses.value, news.losses);
    if (news.strip !== undefined && isShown(news.strip)) strip.value = news.strip;
    // What was under way when a step was chosen.
    if (chosen.value !== null) return;
    if (news.at !== undefined) at.value = news.at;
    if (news.network !== undefined) network.value = news.network;
    if (news.boundary !== undefined) boundary.value = news.boundary;
  });
  if ((losses.value?.s.length ?? 0) > MOST) void whole();
  else if ((news.losses?.s.length ?? 0) > AHEAD) tell();
}

function arrived(next: Run): void {
  const before = run.value;
  run.value = next;
  // Other steps than those that were seen: another run at this address, or one that went back.
  const isOther = before !== null && (before.head.id !== next.head.id || (next.steps.last ?? 0) < (before.steps.last ?? 0));
  if (isOther && chosen.value !== null && chosen.value > (next.steps.last ?? 0)) chosen.value = null;
  if (isOther) {
    void whole();
    // What was compared with may be another step now, or none.
    pin(null);
  }
  if (before !== null && before.state !== next.state) spoken.value = `the training is ${next.state === "ended" ? "over" : next.state} at step ${next.steps.last ?? 0}`;
  if (before === null || isOther || before.births !== next.births) void bear(next.births);
}

/** Asks; a server that is gone is missed, and what it refuses is nothing. */
async function got<T>(path: string): Promise<T | null> {
  try {
    return await ask<T>(path);
  } catch (why) {
    if (why instanceof Gone) void lost();
    else if (!(why instanceof Refused)) throw why;
    return null;
  }
}

/** All losses, thinned out. */
async function whole(): Promise<void> {
  const next = await got<Losses>(`/api/run/losses?points=${POINTS}`);
  if (next === null) return;
  losses.value = next;
  tell();
}

async function bear(count: number): Promise<void> {
  births.value = count === 0 ? [] : ((await got<Birth[]>("/api/run/births")) ?? births.value);
  const found = births.value?.[0];
  if (found !== undefined) spoken.value = found.text.split("\n")[0] ?? "";
}

/** Everything of one step; none is the last one. */
function moment(step: number | null) {
  const of = <T>(what: string) => got<T>(`/api/run/${what}${step === null ? "" : `?s=${step}`}`);
  return Promise.all([of<At>("at"), of<Network>("network"), run.value?.has_boundary === true ? of<Boundary>("boundary") : null]);
}

/** Of steps that are asked for faster than they come, the newest wins. */
const travel = new Latest<{ step: number | null }>(async ({ step }) => {
  const [one, net, plane] = await moment(step);
  // What is shown stays while the server is gone; when it is back, this is asked again.
  if (step !== chosen.value || isGone.value) return;
  batch(() => {
    at.value = one;
    network.value = net;
    boundary.value = plane;
  });
});

const look = new Latest<{ w: number; f: Field }>(async ({ w, f }) => {
  const found = await got<Strip>(`/api/run/strip?w=${w}&f=${f}&columns=160`);
  if (found === null && isGone.value) return;
  // What nothing was seen of is refused: a strip without columns.
  const next = found ?? { w, f, bins: [], sign: [], columns: [] };
  if (isShown(next)) strip.value = next;
});

/** Looks at a step; none follows the last one. */
export function choose(step: number | null): void {
  const isKnown = run.value !== null;
  const next = step === null || !isKnown ? step : Math.max(first.value, Math.min(last.value, Math.round(step)));
  if (next === chosen.value) return;
  chosen.value = next;
  // What a link says before the run is there is asked for with the rest.
  if (!isKnown) return;
  void travel.put({ step: next });
}

/** From here on the panels show this step beside the one that is looked at; or no longer. */
export function pin(step: number | null): void {
  batch(() => {
    pinned.value = step;
    was.value = wasNetwork.value = wasBoundary.value = null;
  });
  if (step === null || run.value === null) return;
  void moment(step).then((found) => pinned.value === step && batch(() => ([was.value, wasNetwork.value, wasBoundary.value] = found)));
}

/** Chooses what the strip shows. */
export function pick(w: number, f: Field | null = field.value): void {
  batch(() => {
    wire.value = w;
    field.value = f;
  });
}

export async function control(what: Deed, to?: number): Promise<void> {
  refusal.value = "";
  try {
    const next = await ask<Run>("/api/run/ctl", to === undefined ? { do: what } : { do: what, to });
    if (what === "rewind" || what === "step") choose(null);
    batch(() => arrived(next));
    if (what !== "pause") void travel.put({ step: chosen.value });
  } catch (why) {
    if (why instanceof Gone) void lost();
    else if (why instanceof Refused) refusal.value = why.message;
    else throw why;
  }
}

/** Says to the server what can be seen. */
function tell(): void {
  const seen = inView.value;
  const isLast = chosen.value === null;
  const w = shownWire.value?.w;
  const f = shownField.value;
  const held = losses.peek()?.s;
  see({
    losses: seen.has("losses") && held !== undefined ? (held[held.length - 1] ?? 0) + 1 : null,
    at: isLast && seen.has("at"),
    network: isLast && seen.has("network"),
    strip: seen.has("strip") && w !== undefined && f !== null ? { w, f } : null,
    boundary: isLast && seen.has("boundary") && run.value?.has_boundary === true,
  });
}

/** Everything again: at the beginning, and when a server has come back. */
async function all(): Promise<void> {
  const next = await got<Run>("/api/run");
  if (next === null) return;
  batch(() => {
    arrived(next);
    if (chosen.value !== null && chosen.value > (next.steps.last ?? 0)) chosen.value = null;
  });
  pin(pinned.value === null || pinned.value > last.value ? null : pinned.value);
  await Promise.all([whole(), travel.put({ step: chosen.value })]);
  const [w, f] = [shownWire.value?.w, shownField.value];
  if (w !== undefined && f !== null) await look.put({ w, f });
}

async function poll(): Promise<void> {
  for (;;) {
    await wait(LOOK);
    if (!isConnected.value && !isGone.value && inView.value.size > 0 && run.value?.state !== "ended") await all();
  }
}

let isBegun = false;

/** Begins to follow the run, once. */
export async function begin(): Promise<void> {
  if (isBegun || !isRun.value) return;
  isBegun = true;
  onNews(take);
  onReturn(() => void all());
  await all();
  effect(tell);
  effect(() => {
    const [w, f] = [shownWire.value?.w, shownField.value];
    if (w === undefined || f === null || (strip.peek()?.w === w && strip.peek()?.f === f)) return;
    strip.value = null;
    void look.put({ w, f });
  });
  void connect();
  void poll();
}
