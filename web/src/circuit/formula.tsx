// The formula, to be edited. What is wrong with it is underlined at its place.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { run } from "../run/state";
import { isFitted } from "./canvas";
import { examples } from "./examples";
import type { Sample } from "./read";
import { example, formula, look, mistakes, setFormula, show } from "./state";
import type { Mistake } from "../types";

/** Milliseconds after the last letter until it is read. */
const PAUSE = 250;

/** Pixels that the field grows to; more lines scroll. */
const MOST = 116;

/** Places in bytes, as the server counts, as places in letters. */
function letters(text: string, bytes: number): number {
  return new TextDecoder().decode(new TextEncoder().encode(text).slice(0, bytes)).length;
}

function Marked({ text, wrong }: { text: string; wrong: Mistake[] }) {
  const spans = wrong
    .filter((one) => one.from !== null && one.to !== null)
    .map((one) => ({ from: letters(text, one.from!), to: Math.max(letters(text, one.to!), letters(text, one.from!) + 1) }))
    .sort((a, b) => a.from - b.from);
  const parts = [];
  let from = 0;
  for (const span of spans) {
    if (span.from < from) continue;
    parts.push(text.slice(from, span.from));
    parts.push(<mark key={span.from}>{text.slice(span.from, span.to) || " "}</mark>);
    from = span.to;
  }
  return (
    <div class="marks" aria-hidden="true">
      {parts}
      {`${text.slice(from)} `}
    </div>
  );
}

/** Where the circuit is that of one example: which one, and the way back. */
function Sampled({ row, step }: Sample) {
  const held = look.value?.example === row ? (look.value.step ?? step) : step;
  return (
    <p class="sampled">
      <span>{`The network at row ${row} of its data, with the weights of ${held === null ? "the last step" : `step ${held}`}.`}</span>
      {/* Where Train was left, it is found again. */}
      <a href={step === null || run.value !== null ? "#/t" : `#/t?s=${step}`}>back to Train</a>
      {mistakes.value.map((one, i) => <span key={i} class="wrong" role="status">{one.what}</span>)}
    </p>
  );
}

function Editor() {
  const [text, setText] = useState(formula.value);
  const clock = useRef(0);
  const given = formula.value;
  useEffect(() => setText(given), [given]);
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const grow = () => {
      const area = field.current!;
      area.style.height = "auto";
      area.style.height = `${Math.min(MOST, area.scrollHeight + 2)}px`;
    };
    grow();
    addEventListener("resize", grow);
    return () => removeEventListener("resize", grow);
  }, [text]);
  const edit = (next: string) => {
    setText(next);
    clearTimeout(clock.current);
    clock.current = setTimeout(() => {
      isFitted.value = false;
      void setFormula(next);
    }, PAUSE) as unknown as number;
  };
  const wrong = text === given ? mistakes.value : [];
  return (
    <div class="editor">
      {wrong.length > 0 && <Marked text={text} wrong={wrong} />}
      <textarea
        ref={field}
        id="formula"
        aria-label="formula"
        aria-invalid={wrong.length > 0}
        aria-describedby="mistakes"
        spellcheck={false}
        autocomplete="off"
        rows={1}
        value={text}
        onInput={(event) => edit(event.currentTarget.value)}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      <div id="mistakes" class="mistakes" role="status">
        {wrong.map((one, i) => (
          <p key={i}>
            {one.what}
            {one.hint !== null && <span>{` Hint: ${one.hint}${one.hint.endsWith("?") ? "" : "."}`}</span>}
          </p>
        ))}
      </div>
    </div>
  );
}

export function Formula() {
  const choose = (select: HTMLSelectElement) => {
    const chosen = examples[Number(select.value)];
    select.value = "";
    if (chosen === undefined) return;
    isFitted.value = false;
    void show(chosen.formula, chosen.values);
  };
  return (
    <div class="formula-bar">
      {example.value === null ? <Editor /> : <Sampled {...example.value} />}
      <select class="examples" aria-label="examples" value="" onChange={(event) => choose(event.currentTarget)}>
        <option value="">examples</option>
        {examples.map((one, i) => (
          <option key={one.name} value={i}>
            {one.name}
          </option>
        ))}
      </select>
    </div>
  );
}
