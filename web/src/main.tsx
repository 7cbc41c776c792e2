// The page: header, outline, picture, card, scrubber.

import "./app.css";
import { effect } from "@preact/signals";
import { render } from "preact";
import { CardPanel } from "./card";
import { fit, isFitted } from "./canvas";
import { Formula } from "./formula";
import { Help } from "./help";
import { intro, isHinting } from "./intro";
import { onKey } from "./keys";
import { Outline } from "./outline";
import { Picture } from "./picture";
import { Scrubber } from "./scrubber";
import { begin, current, hash, isDragging, isGone, isHelpOpen, link, look, selected, sheet, spoken, step, theme, visit } from "./state";

function dark(): boolean {
  return theme.value === "" ? matchMedia("(prefers-color-scheme: dark)").matches : theme.value === "dark";
}

function Caption() {
  const now = current.value;
  const note = look.value?.note ?? null;
  let text = "Forward values above. Gradients below. Drag any input.";
  if (now !== null) text = now.text;
  else if (step.value === 0) text = "Only the inputs are known. → computes the first gate.";
  else if (note !== null) text = note;
  return (
    <p class="caption">
      {now !== null && <span class={`pass ${now.pass}`}>{`${now.pass} ${now.number}`}</span>}
      <span class="sentence">{text}</span>
      {isHinting.value && now === null && (
        <span class="cue">
          {selected.value?.kind === "input" && <span>{`↔ drags ${selected.value.label}`}</span>}
          <span>Space plays</span>
          <span>→ steps</span>
          <span>? helps</span>
        </span>
      )}
    </p>
  );
}

function App() {
  return (
    <>
      <header>
        <h1>
          <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
            <path d="M2 7H9a4 4 0 0 1 4 4H20" class="mark plus" />
            <path d="M20 15H13a4 4 0 0 1-4-4H2" class="mark minus" />
          </svg>
          <span>Chainrule</span>
        </h1>
        <Formula />
        <div class="switches">
          <button type="button" class="for-small" aria-expanded={sheet.value === "outline"} aria-controls="outline" onClick={() => (sheet.value = sheet.value === "outline" ? null : "outline")}>List</button>
          <button type="button" class="for-small" aria-expanded={sheet.value === "card"} aria-controls="card" onClick={() => (sheet.value = sheet.value === "card" ? null : "card")}>Card</button>
          <button type="button" aria-label={dark() ? "light colours" : "dark colours"} title="light or dark" onClick={() => (theme.value = dark() ? "light" : "dark")}>{dark() ? "☀" : "☾"}</button>
          <button type="button" aria-label="help" title="help (?)" onClick={() => (isHelpOpen.value = true)}>?</button>
        </div>
      </header>
      {isGone.value && (
        <p class="banner" role="alert">
          The server is gone. Once <code>chainrule view</code> runs again at this address, this page goes on where it was.
        </p>
      )}
      <main>
        <Outline />
        <section class="centre" aria-label="picture">
          <Caption />
          <Picture />
        </section>
        <CardPanel />
      </main>
      <Scrubber />
      <p class="spoken" aria-live="polite">{spoken.value}</p>
      <Help />
    </>
  );
}

async function start(): Promise<void> {
  render(<App />, document.getElementById("app")!);
  addEventListener("keydown", onKey);
  effect(() => {
    if (theme.value === "") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme.value;
  });
  const isLinked = await visit(location.hash);
  if (!isLinked) await begin();
  let own = hash();
  // Browsers allow so many changes of the address a second; a drag makes more.
  let clock = 0;
  effect(() => {
    link.value;
    if (look.value === null || isDragging.value) return;
    clearTimeout(clock);
    clock = setTimeout(() => {
      own = hash();
      history.replaceState(null, "", own);
    }, 100) as unknown as number;
  });
  addEventListener("hashchange", () => {
    if (location.hash === own) return;
    isFitted.value = false;
    void visit(location.hash).then(fit);
  });
  if (!isLinked) await intro();
}

void start();
