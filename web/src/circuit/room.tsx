// The screen Circuit: outline, picture, card, scrubber.

import "./circuit.css";
import { computed } from "@preact/signals";
import type { Room } from "../room";
import { enter as show, fit, isFitted } from "./canvas";
import { CardPanel } from "./card";
import { Formula } from "./formula";
import { Help } from "./help";
import { intro, isHinting } from "./intro";
import { onKey } from "./keys";
import { Outline } from "./outline";
import { Picture } from "./picture";
import { Scrubber } from "./scrubber";
import { against, begin, current, hash, inside, isDragging, isPlaying, look, lookInside, selected, sheet, step, visit } from "./state";

function Caption() {
  const now = current.value;
  const note = look.value?.note ?? null;
  const whole = inside.value;
  let text = "Forward values above. Gradients below. Drag any input.";
  if (look.value === null) text = "";
  else if (now !== null) text = now.text;
  else if (step.value === 0) text = "Only the inputs are known. → computes the first gate.";
  else if (whole !== null) text = `One element by itself: ${look.value?.output ?? ""}. Its gradient is what it has in the whole; what is passed back is this element's part.`;
  else if (against.value !== null) text = "Now | before: turn inputs, and compare. What has not changed stands once.";
  else if (note !== null) text = note;
  return (
    <p class="caption">
      {now !== null && <span class={`pass ${now.pass}`}>{`${now.pass} ${now.number}`}</span>}
      <span class="sentence">{text}</span>
      {whole !== null && (
        <button type="button" class="back" title="the whole (Esc)" onClick={() => void lookInside(null).then(fit)}>
          back to the whole
        </button>
      )}
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

function View() {
  return (
    <>
      <main class="circuit-room">
        <Outline />
        <section class="centre" aria-label="picture">
          <Caption />
          <Picture />
        </section>
        <CardPanel />
      </main>
      <Scrubber />
    </>
  );
}

/** Where there is no room for panels, they come up by these. */
function Switches() {
  const button = (name: "outline" | "card", text: string) => (
    <button type="button" class="for-small" aria-expanded={sheet.value === name} aria-controls={name} onClick={() => (sheet.value = sheet.value === name ? null : name)}>
      {text}
    </button>
  );
  return (
    <>
      {button("outline", "List")}
      {button("card", "Card")}
    </>
  );
}

async function enter(address: string): Promise<void> {
  if (address === hash()) return;
  isFitted.value = false;
  if (await visit(address)) return show();
  if (look.value !== null) return;
  await begin();
  await intro();
}

export const circuit: Room = {
  key: "c",
  title: "Circuit",
  isThere: () => true,
  Bar: Formula,
  Switches,
  View,
  Help,
  link: computed(() => (look.value === null || isDragging.value ? null : hash())),
  visit: enter,
  leave: () => {
    isPlaying.value = false;
  },
  onKey,
};
