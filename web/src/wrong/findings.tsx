// Layers that do not learn as they should, at the step that is looked at, and what was noticed on the way.

import { sentence, whole } from "../numbers";
import { at, run, wires } from "../run/state";
import type { Alert, Verdict } from "../run/types";
import { link } from "../train/link";
import { Pane } from "../train/pane";
import { Chip, badness, layerName, measured, ruleName, wireOf } from "../train/words";

function Finding({ verdict, layer, step }: { verdict: Verdict; layer: number | null; step: number }) {
  const w = wireOf(verdict, layer);
  return (
    <li data-finding={verdict.rule}>
      <p>
        <Chip verdict={verdict} /> <b>{layer === null ? "the whole run" : layerName(layer)}</b> {verdict.rule !== "non_finite" && <span class="measured">{measured(verdict)}</span>}
      </p>
      <p>{sentence(verdict.why)}</p>
      <p><b>Try:</b> {sentence(verdict.try)}</p>
      <a href={link({ s: step, w })}>{w === null ? "see the step" : `see ${wires.value.get(w)?.name ?? "it"} over the training`}</a>
    </li>
  );
}

interface Noticed {
  alert: Alert;
  times: number;
}

/** Each rule at each place once, with the first step. */
function once(alerts: Alert[]): Noticed[] {
  const found = new Map<string, Noticed>();
  for (const alert of alerts) {
    const key = `${alert.rule} ${alert.at}`;
    const old = found.get(key);
    found.set(key, old === undefined ? { alert, times: 1 } : { alert: old.alert, times: old.times + 1 });
  }
  return [...found.values()];
}

function Noticed() {
  const list = once(run.value?.alerts ?? []);
  if (list.length === 0) return <p class="note">No rule raised an alert on the way.</p>;
  return (
    <ul class="noticed">
      {list.map(({ alert, times }) => {
        const wire = run.value?.wires.find((one) => one.name === alert.at);
        return (
          <li key={`${alert.rule} ${alert.at}`}>
            <a href={link({ s: alert.s, w: wire?.w ?? null })}>{`step ${whole(alert.s)}`}</a> {`${ruleName(alert.rule)} in ${alert.at}: ${measured(alert)}${times > 1 ? `, ${times} times since` : ""}`}
          </li>
        );
      })}
    </ul>
  );
}

export function Findings() {
  const now = at.value;
  const list = (now?.layers ?? []).flatMap((one) => one.verdicts.map((verdict) => ({ verdict, layer: one.id as number | null })));
  const all = [...(now?.run ?? []).map((verdict) => ({ verdict, layer: null as number | null })), ...list].sort((a, b) => badness([b.verdict]) - badness([a.verdict]));
  return (
    <Pane name="at" title="Layers" tools={now === null ? undefined : <span class="note">{now.observed === null ? `at step ${whole(now.s)}` : `at step ${whole(now.s)}, observed at ${whole(now.observed)}`}</span>} empty={now === null ? "Nothing has been observed yet." : null}>
      {all.length === 0 ? (
        <p class="fine-all">✓ Nothing to find: no layer is dead, vanishing, exploding or saturated at this step.</p>
      ) : (
        <ul class="findings">{all.map(({ verdict, layer }, i) => <Finding key={i} verdict={verdict} layer={layer} step={now!.s} />)}</ul>
      )}
      <h3>Noticed on the way</h3>
      <Noticed />
    </Pane>
  );
}
