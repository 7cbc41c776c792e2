// The tour: a page of text, its circuit, and one question.

import "./learn.css";
import { computed, effect, untracked } from "@preact/signals";
import { Picture } from "../circuit/picture";
import { Scrubber } from "../circuit/scrubber";
import { onKey as circuitKey } from "../circuit/keys";
import { Help as Marks } from "../circuit/help";
import { fit } from "../circuit/canvas";
import { current, isPlaying, scene } from "../circuit/state";
import { Keys } from "../keylist";
import type { Room } from "../room";
import { pages } from "./pages";
import { answer, check, facts, follow, isHere, isReady, number, page, reset, show, solved, verdict } from "./state";

function Question() {
  const { ask } = page.value;
  const said = verdict.value;
  const submit = (event: Event) => {
    event.preventDefault();
    check();
  };
  return (
    <form class="question" onSubmit={submit} aria-label="question">
      <p id="question">{ask.question}</p>
      <div class="answer">
        {ask.kind === "predict" && (
          <label>
            {`${ask.label} = `}
            <input id="answer" type="text" inputMode="text" autocomplete="off" aria-describedby="question verdict" aria-invalid={said !== null && !said.isRight} value={answer.value} onInput={(event) => (answer.value = event.currentTarget.value)} />
          </label>
        )}
        <button type="submit" disabled={!isReady.value}>Check</button>
        <button type="button" onClick={() => void reset()}>As it was</button>
      </div>
      <p id="verdict" role="status" class={said === null ? "reply" : said.isRight ? "reply is-right" : "reply is-wrong"}>
        {said !== null && (
          <>
            <span aria-hidden="true">{said.isRight ? "✓ " : "✗ "}</span>
            {said.text}
          </>
        )}
      </p>
    </form>
  );
}

function Caption() {
  const now = current.value;
  return (
    <p class="step">
      {now === null ? "Values above the wires, gradients below." : `${now.pass} ${now.number}: ${now.text}`}
    </p>
  );
}

function Pager() {
  const here = number.value;
  const isLast = here === pages.length - 1;
  return (
    <nav class="pager" aria-label="pages">
      <button type="button" title="the page before (p)" disabled={here === 0} onClick={() => void show(here - 1)}>
        ‹<span class="wide"> Back</span>
      </button>
      <ol>
        {pages.map((one, i) => (
          <li key={one.title}>
            <button type="button" class={solved.value.has(i) ? "solved" : ""} aria-current={i === here ? "page" : undefined} aria-label={`${i + 1}, ${one.title}${solved.value.has(i) ? ", answered" : ""}`} title={one.title} onClick={() => void show(i)}>
              {i + 1}
            </button>
          </li>
        ))}
      </ol>
      <button type="button" class={verdict.value?.isRight === true && !isLast ? "next ready" : "next"} title="the next page (n)" disabled={isLast} onClick={() => void show(here + 1)}>
        <span class="wide">Next </span>›
      </button>
    </nav>
  );
}

function View() {
  const shown = page.value;
  return (
    <>
      <main class="learn-room">
        <article>
          <p class="page-number">{`${number.value + 1} of ${pages.length}`}</p>
          <h2>{shown.title}</h2>
          {shown.text.map((text) => (
            <p key={text}>{text}</p>
          ))}
        </article>
        <section class="live" aria-label="the circuit of this page">
          <Caption />
          <Picture isWhole={false} />
          <Scrubber />
        </section>
        <Question />
      </main>
      <footer class="turn-pages">
        <Pager />
      </footer>
    </>
  );
}

function Help() {
  return (
    <>
      <Marks />
      <h2>Pages</h2>
      <Keys keys={[["n  p", "the next page, the one before"], ["PageDown  PageUp", "the same"]]} />
    </>
  );
}

async function visit(hash: string): Promise<void> {
  const wanted = /^#\/learn\/(\d+)/.exec(hash)?.[1];
  const next = wanted === undefined ? number.value : Number(wanted) - 1;
  if (next === number.value && isHere()) return;
  await show(next);
}

function onKey(event: KeyboardEvent): void {
  const isField = (event.target as Element).closest("input, select, textarea, dialog") !== null;
  const by = { n: 1, PageDown: 1, p: -1, PageUp: -1 }[event.key];
  if (by === undefined || isField || event.ctrlKey || event.metaKey || event.altKey) return circuitKey(event);
  const next = number.value + by;
  if (next < 0 || next >= pages.length) return;
  event.preventDefault();
  void show(next);
}

let boxes = 0;

/** A stage that opens is shown whole: here there is no other way to look around than the picture itself. */
function refit(): void {
  const now = scene.value?.blocks.length ?? 0;
  if (isReady.value && boxes !== 0 && now !== boxes) untracked(fit);
  boxes = isReady.value ? now : 0;
}

let stops: (() => void)[] = [];

export const learn: Room = {
  key: "learn",
  title: "Learn",
  isThere: () => true,
  View,
  Help,
  link: computed(() => (facts.value === null && isReady.value ? null : `#/learn/${number.value + 1}`)),
  visit: async (hash) => {
    if (stops.length === 0) stops = [effect(follow), effect(refit)];
    await visit(hash);
  },
  leave: () => {
    isPlaying.value = false;
    for (const stop of stops) stop();
    stops = [];
  },
  onKey,
};
