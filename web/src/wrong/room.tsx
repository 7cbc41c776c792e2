// The screen What went wrong: where NaN and infinities were born, and layers that do not learn.

import "./wrong.css";
import { computed, signal } from "@preact/signals";
import { isHelpOpen, theme } from "../page";
import { readTheme } from "../theme";
import type { Room } from "../room";
import { Bar } from "../run/bar";
import { begin, births, isRun, run } from "../run/state";
import { BirthView } from "./birth";
import { Findings } from "./findings";
import { Help } from "./help";

/** Which of the births. */
const chosen = signal(0);

function Choice({ count }: { count: number }) {
  if (count < 2) return null;
  return (
    <div class="fields" role="group" aria-label="births">
      {Array.from({ length: count }, (_, i) => (
        <button key={i} type="button" aria-pressed={i === chosen.value} onClick={() => (chosen.value = i)}>{`birth ${i + 1}`}</button>
      ))}
    </div>
  );
}

function View() {
  const list = births.value;
  const birth = list?.[Math.min(chosen.value, list.length - 1)];
  return (
    <main class="wrong-room">
      <div class="wrong-page">
        {!isRun.value && <p class="why-empty">There is no run to look at.</p>}
        {isRun.value && list === null && <p class="why-empty">Asking for what went wrong …</p>}
        {list?.length === 0 && (
          <section class="fine-all" aria-label="births">
            <h2>✓ Every number stayed finite</h2>
            <p>{run.value?.state === "ended" ? "No NaN and no infinity was born in this run." : "No NaN and no infinity has been born yet. The training is watched: the first one stops it and is shown here."}</p>
          </section>
        )}
        {list !== null && <Choice count={list.length} />}
        {birth !== undefined && <BirthView birth={birth} />}
        {run.value !== null && <Findings />}
      </div>
    </main>
  );
}

function address(): string {
  const query = new URLSearchParams();
  if (chosen.value > 0 || (births.value ?? []).length > 0) query.set("n", String(chosen.value));
  if (theme.value !== "") query.set("theme", theme.value);
  const text = query.toString();
  return text === "" ? "#/w" : `#/w?${text}`;
}

async function visit(hash: string): Promise<void> {
  const at = hash.indexOf("?");
  if (at >= 0) {
    const query = new URLSearchParams(hash.slice(at + 1));
    const n = Number.parseInt(query.get("n") ?? "0", 10);
    chosen.value = Number.isFinite(n) && n > 0 ? n : 0;
    if (query.has("theme")) theme.value = readTheme(query.get("theme"));
  }
  await begin();
}

const plain: Record<string, () => void> = {
  ArrowRight: () => (chosen.value = Math.min(Math.max(0, (births.value ?? []).length - 1), chosen.value + 1)),
  ArrowLeft: () => (chosen.value = Math.max(0, chosen.value - 1)),
  "?": () => (isHelpOpen.value = !isHelpOpen.value),
};

export const wrong: Room = {
  key: "w",
  title: "What went wrong",
  isThere: () => isRun.value,
  isCalling: () => (births.value ?? []).length > 0,
  Bar,
  View,
  Help,
  link: computed(address),
  visit,
  onKey: (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.target as Element).closest("input, select, dialog") !== null) return;
    const work = plain[event.key];
    if (work === undefined) return;
    work();
    event.preventDefault();
  },
};
