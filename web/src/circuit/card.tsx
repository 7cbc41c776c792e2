// What there is to say about the chosen gate: its formula in numbers, and for each input local × upstream = passed back.

import { useState } from "preact/hooks";
import { exact } from "../draw";
import { brief, tone } from "../numbers";
import { Heat, Pictures, place } from "./array";
import { fit, reveal } from "./canvas";
import { changed, nudge, numberOf, parsed } from "./drag";
import { at, blockOf, blocks, box, boxes, explain, inside, look, lines, pick, picked, proof, prove, select, selected, setValue, sheet, toggle, unbox, why } from "./state";
import type { Block, Check, Input, Quantity } from "../types";

function Number_({ quantity }: { quantity: Quantity | null }) {
  if (quantity === null) return <span class="none">·</span>;
  const kind = quantity.special !== null ? "alarm" : quantity.zero ? "zero" : quantity.sign;
  return (
    <span class={`number ${kind}`} title={exact(quantity)}>
      {quantity.text}
    </span>
  );
}

function Link({ block, text }: { block: Block | null | undefined; text: string }) {
  if (block === null || block === undefined) return <span>{text}</span>;
  const follow = () => {
    select(block.id);
    reveal(block.id);
  };
  return (
    <button type="button" class="chip" onClick={follow}>
      {text}
    </button>
  );
}

function Rows({ block }: { block: Block }) {
  const { rows } = block.card;
  // A longer name has a line of its own.
  const SHORT = 5;
  if (rows.length === 0) return null;
  return (
    <table class="rows">
      <caption>What it passes back</caption>
      <thead>
        <tr>
          <th scope="col">to</th>
          <th scope="col">local</th>
          <th scope="col"><span aria-label="times">×</span></th>
          <th scope="col">upstream</th>
          <th scope="col"><span aria-label="equals">=</span></th>
          <th scope="col">passed back</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, i) => {
          const isLong = row.input.length > SHORT;
          const name = (
            <th scope="row" colSpan={isLong ? 6 : 1}>
              <Link block={blockOf(row.wire)} text={row.input} />
            </th>
          );
          return [isLong && <tr key={`n${i}`}>{name}</tr>, <tr key={i} class={isLong ? "goes-on" : ""}>
            {isLong ? <td /> : name}
            <td>{row.local === null && row.upstream !== null ? <span class="none" title="one for each pair of elements">array</span> : <Number_ quantity={row.local} />}</td>
            <td class="sign">×</td>
            <td><Number_ quantity={row.upstream} /></td>
            <td class="sign">=</td>
            <td class="back"><Number_ quantity={row.back} /></td>
          </tr>];
        })}
      </tbody>
    </table>
  );
}

/** The numbers of an input, all of them, to choose one. */
function Elements({ input, chosen, choose }: { input: Input; chosen: number; choose: (i: number) => void }) {
  const values = input.values ?? [];
  const columns = input.shape[input.shape.length - 1] ?? 1;
  const scale = Math.max(0, ...values.filter((v): v is number => typeof v === "number").map(Math.abs));
  const cells = { rows: values.length / columns, columns, step: [1, 1] as [number, number], cells: values, scale, outliers: [] };
  return <Heat title="value" cells={cells} shape={input.shape} chosen={chosen} choose={choose} />;
}

function Field({ label, value, set }: { label: string; value: number; set: (value: number) => void }) {
  const [isWrong, setWrong] = useState(false);
  const take = (field: HTMLInputElement) => {
    const next = parsed(field.value);
    setWrong(next === null);
    if (next !== null && next !== value) set(next);
  };
  const key = (event: KeyboardEvent) => {
    event.stopPropagation();
    const field = event.currentTarget as HTMLInputElement;
    if (event.key === "Enter") take(field);
    if (event.key === "Escape") field.blur();
  };
  return (
    <label class="field">
      {label}
      <input type="text" inputMode="decimal" value={String(value)} aria-invalid={isWrong} onKeyDown={key} onChange={(event) => take(event.currentTarget)} />
    </label>
  );
}

function Knob({ input, block }: { input: Input; block: Block }) {
  const [element, setElement] = useState(0);
  const isScalar = input.shape.length === 0;
  const line = [...lines.value.values()].find((one) => one.from === block.id);
  const gradient = line?.gradient ?? null;
  const index = Math.min(element, Math.max(0, (input.values?.length ?? 1) - 1));
  const value = isScalar ? numberOf(input) : Number(input.values?.[index] ?? 0);
  const set = (next: number) => void setValue(input.name, isScalar ? next : changed(input, index, next));
  const label = isScalar ? input.name : `${input.name}[${place(index, input.shape).join(", ")}]`;
  const slope = gradient?.shape.length === 0 ? gradient.raw[0] : gradient?.raw[index];
  return (
    <section class="knob">
      {input.is_started && <p class="hint">{`No value was given: ${input.name} starts ${isScalar ? "at" : "with"} ${isScalar ? brief(value) : "random numbers"}.`}</p>}
      {input.values === null ? (
        <p class="hint">Too large to be changed here.</p>
      ) : (
        <>
          {!isScalar && <Elements input={input} chosen={index} choose={setElement} />}
          <div class="turn">
            <button type="button" aria-label={`${input.name} down`} onClick={() => (isScalar ? nudge(input, -1) : set(value - 0.1))}>−</button>
            <Field label={label} value={value} set={set} />
            <button type="button" aria-label={`${input.name} up`} onClick={() => (isScalar ? nudge(input, 1) : set(value + 0.1))}>+</button>
          </div>
        </>
      )}
      {typeof slope === "number" && (
        <p>
          {slope === 0 ? (
            <>{`Move ${label} a little, and ${look.value?.output ?? "the output"} stays.`}</>
          ) : (
            <>
              {`Raise ${label} a little, and ${look.value?.output ?? "the output"} ${slope > 0 ? "rises" : "falls"}: `}
              <span class={`number ${tone(slope)}`}>{brief(slope)}</span>
              {" for each 1."}
            </>
          )}
        </p>
      )}
      {gradient !== null && (
        <button type="button" class="act" onClick={() => void prove(input.name, index)}>
          Prove it
        </button>
      )}
      <Proved name={input.name} />
    </section>
  );
}

function Proved({ name }: { name: string }) {
  const shown = proof.value;
  if (shown === null || shown.name !== name) return null;
  if ("mistakes" in shown) return <p class="wrong">{shown.mistakes[0]?.what}</p>;
  const { h, above, below, numeric, analytic, error } = shown.proof;
  const isRight = typeof error === "number" && error < 1e-6;
  return (
    <dl class="proof" aria-live="polite">
      <dt>{`f at ${name} + ${brief(h, 2)}`}</dt>
      <dd>{brief(above, 9)}</dd>
      <dt>{`f at ${name} − ${brief(h, 2)}`}</dt>
      <dd>{brief(below, 9)}</dd>
      <dt>difference / 2h</dt>
      <dd data-proof="numeric">{brief(numeric, 7)}</dd>
      <dt>backward pass</dt>
      <dd data-proof="analytic">{brief(analytic, 7)}</dd>
      <dt>relative error</dt>
      <dd class={isRight ? "right" : "doubt"}>{`${brief(error, 2)} ${isRight ? "✓" : "at a kink differences say nothing"}`}</dd>
    </dl>
  );
}

/** A wire in the middle is moved by itself; what made it stays as it was. */
function Inner({ block }: { block: Block }) {
  const gradient = lines.value.get(block.outs[0]?.wire ?? "")?.gradient ?? null;
  if (gradient === null) return null;
  return (
    <section>
      <button type="button" class="act" onClick={() => void prove(block.id, 0, false)}>
        Prove its gradient
      </button>
      <Proved name={block.id} />
    </section>
  );
}

/** Gates are gathered, and become a stage. */
function Gather({ block }: { block: Block }) {
  const [name, setName] = useState("");
  const gathered = picked.value;
  const isOwn = boxes.value.some((one) => one.name === block.card.title.replace(/^stage /, ""));
  const canPick = (block.kind === "gate" || block.kind === "stage") && inside.value === null;
  const submit = (event: Event) => {
    event.preventDefault();
    void box(name).then(fit);
  };
  return (
    <>
      {canPick && (
        <button type="button" class="act" aria-pressed={gathered.includes(block.id)} onClick={() => pick(block.id)}>
          {gathered.includes(block.id) ? "Leave it out (x)" : "Gather it for a stage (x)"}
        </button>
      )}
      {gathered.length > 0 && (
        <form class="gather" onSubmit={submit}>
          <label>
            {`${gathered.length} gathered, as `}
            <input type="text" value={name} placeholder="mine" onInput={(event) => setName(event.currentTarget.value)} onKeyDown={(event) => event.stopPropagation()} />
          </label>
          <button type="submit">Stage these</button>
        </form>
      )}
      {isOwn && (
        <button type="button" class="act" onClick={() => void unbox().then(fit)}>
          {`Take “${boxes.value[boxes.value.length - 1]!.name}” apart again`}
        </button>
      )}
    </>
  );
}

function Checked({ check }: { check: Check }) {
  const agrees = typeof check.apart === "number" && check.apart < 1e-9;
  return (
    <section class="check">
      <h3>{`d ${check.output} / d ${check.input}`}</h3>
      <p>
        {"the stage as one gate: "}
        <Number_ quantity={check.local} />
      </p>
      <p>
        {check.paths > 1 ? `${check.paths} paths through its parts add up to: ` : "the product of its parts: "}
        {check.factors.map((factor, i) => (
          <span key={i}>
            {i > 0 && " × "}
            <Number_ quantity={factor} />
          </span>
        ))}
        {check.factors.length > 0 && " = "}
        <Number_ quantity={check.product} />
        {agrees ? " ✓" : " ✗"}
      </p>
    </section>
  );
}

function Because() {
  const shown = why.value;
  if (shown === null) return null;
  const name = (wire: number) => {
    const block = blockOf(wire);
    return block === null ? `#${wire}` : (block.name ?? block.label);
  };
  // What is inside of closed stages is not drawn, and not named.
  const way = (wires: number[]) => wires.filter((wire) => blockOf(wire) !== null).map(name).join(" → ");
  return (
    <section class="because" aria-live="polite">
      {shown.paths.length > 0 ? (
        <>
          <p>{shown.count === 1 ? "One path leads to the output. The gradient is the product of the local gradients on it:" : `${brief(shown.count)} paths lead to the output. The gradient is the sum of their products:`}</p>
          <ol>
            {shown.paths.map((one, i) => (
              <li key={i}>
                <div class="way">{way(one.wires)}</div>
                <div>
                  {one.locals.length === 0 ? "1" : one.locals.map((local) => brief(local, 3)).join(" × ")}
                  {" = "}
                  <span class={`number ${tone(one.product)}`}>{brief(one.product)}</span>
                </div>
              </li>
            ))}
          </ol>
          {shown.total !== null && shown.count > 1 && <p>{`together ${brief(shown.total)}`}</p>}
          {shown.paths.length < shown.count && <p class="hint">{`${brief(shown.count - shown.paths.length)} more are not listed.`}</p>}
        </>
      ) : (
        <>
          <p>{shown.uses.length === 0 ? "Nothing that leads to the output reads it." : "Each gate that reads it passes something back; that is added up (of arrays the sum of the elements):"}</p>
          <ul>
            {shown.uses.map((use, i) => (
              <li key={i}>
                {`${name(use.gate)}: `}
                <span class={`number ${tone(use.passed)}`}>{brief(use.passed)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Ends({ block }: { block: Block }) {
  const target = (wire: string, side: "from" | "to") => {
    const line = lines.value.get(wire);
    if (line === undefined) return [];
    return (side === "from" ? [line.from] : line.to.map(([id]) => id)).map((id) => blocks.value.get(id)).filter((one) => one !== undefined && one.id !== block.id);
  };
  const unique = (side: "ins" | "outs") => {
    const found = block[side].flatMap((port) => target(port.wire, side === "ins" ? "from" : "to"));
    return [...new Map(found.map((one) => [one!.id, one!])).values()];
  };
  const list = (title: string, ends: Block[]) =>
    ends.length > 0 && (
      <p class="ends">
        {`${title} `}
        {ends.map((end) => (
          <Link key={end.id} block={end} text={end.name ?? end.label} />
        ))}
      </p>
    );
  return (
    <nav aria-label="wires">
      {list("reads", unique("ins"))}
      {list("read by", unique("outs"))}
    </nav>
  );
}

function Body({ block }: { block: Block }) {
  const { card } = block;
  const input = look.value?.inputs.find((one) => `g${one.wire}` === block.id);
  const isFrame = block.kind === "frame";
  return (
    <>
      <h2>{card.title}</h2>
      <p class="spec">{[card.spec, card.source].filter((text) => text !== null && text !== "").join(" · ")}</p>
      {card.numbers !== "" && <p class="numbers">{card.numbers}</p>}
      {card.formula !== "" && <p class="formula">{card.formula}</p>}
      {card.local !== "" && <p class="formula local">{card.local}</p>}
      {input !== undefined && <Knob key={input.name} input={input} block={block} />}
      <Pictures isTurned={input !== undefined && input.values !== null} />
      <Rows block={block} />
      {card.pattern !== null && (
        <p class={`pattern ${card.pattern.key}`}>
          <strong>{card.pattern.title}</strong>
          {card.pattern.sentence}
        </p>
      )}
      {card.checks.map((check, i) => (
        <Checked key={i} check={check} />
      ))}
      {(block.opens || isFrame) && (
        <button type="button" class="act" onClick={() => void toggle(block.id)}>
          {isFrame ? "Close it (Backspace)" : "Open it (Enter)"}
        </button>
      )}
      {(block.kind === "gate" || block.kind === "stage") && <Inner block={block} />}
      {block.kind !== "frame" && block.kind !== "constant" && block.kind !== "output" && inside.value === null && (
        <button type="button" class="act" onClick={() => void explain(block.id)}>
          Why is its gradient what it is?
        </button>
      )}
      <Because />
      <Gather block={block} />
      <Ends block={block} />
    </>
  );
}

export function CardPanel() {
  const block = selected.value;
  return (
    <aside class={`panel card${sheet.value === "card" ? " up" : ""}`} aria-label="gate card" id="card">
      <button type="button" class="close" aria-label="close the card" onClick={() => (sheet.value = null)}>×</button>
      {block === null ? (
        <div class="empty">
          <h2>Pick a gate</h2>
          <p>Its card shows what it computes, and what it passes back to each input:</p>
          <p class="numbers">local × upstream = passed back</p>
          <p>Drag an input sideways, and everything follows.</p>
        </div>
      ) : (
        <Body key={at.value} block={block} />
      )}
    </aside>
  );
}
