// The time of the training as one line to move along. Without a chosen step it follows the last one.

import { percent, whole } from "../numbers";
import { births, choose, chosen, control, first, last, pin, pinned, refusal, run, shownStep } from "../run/state";

/** The newest held step that is not after this one. */
export function rewindTo(step: number): number | null {
  const held = (run.value?.rewinds ?? []).filter((one) => one <= step && one < last.value);
  return held.length === 0 ? null : Math.max(...held);
}

export function toggle(): void {
  const { state, can } = run.value ?? { state: "ended", can: [] };
  if (state === "running" && can.includes("pause")) void control("pause");
  else if (state === "paused" && can.includes("resume")) void control("resume");
}

export function oneStep(): void {
  if (run.value?.can.includes("step") === true) void control("step");
}

export function rewind(): void {
  const to = rewindTo(shownStep.value);
  if (run.value?.can.includes("rewind") === true && to !== null) void control("rewind", to);
}

/** Keeps the step that is looked at beside those to come; or lets it go. */
export function comparing(): void {
  pin(pinned.value === null ? shownStep.value : null);
}

function Buttons() {
  const { state, can } = run.value!;
  if (can.length === 0) return null;
  const to = rewindTo(shownStep.value);
  const isRunning = state === "running";
  return (
    <div class="buttons">
      <button type="button" data-do="rewind" title={to === null ? "no earlier step is held" : `go back to step ${whole(to)} and train from there (r)`} aria-label={to === null ? "rewind" : `rewind to step ${to}`} disabled={to === null || !can.includes("rewind")} onClick={rewind}>↶</button>
      <button type="button" data-do="pause" class="play" title="pause, go on (Space)" aria-label={isRunning ? "pause the training" : "resume the training"} onClick={toggle}>{isRunning ? "❚❚" : "▶"}</button>
      <button type="button" data-do="step" title="one step (.)" aria-label="one step" disabled={!can.includes("step")} onClick={oneStep}>▶▏</button>
    </div>
  );
}

function Track() {
  const { rewinds, alerts } = run.value!;
  // The line ends at the last step, as the curve does: there is no going to what has not been yet.
  const [begin, end] = [first.value, last.value];
  const share = (step: number) => `${(100 * (step - begin)) / Math.max(1, end - begin)}%`;
  const step = shownStep.value;
  const drag = (event: PointerEvent) => {
    if (event.buttons === 0) return;
    const track = event.currentTarget as HTMLElement;
    if (event.type === "pointerdown") track.setPointerCapture(event.pointerId);
    const box = track.getBoundingClientRect();
    const to = Math.round(begin + ((event.clientX - box.left) / box.width) * (end - begin));
    choose(to >= end ? null : to);
  };
  return (
    <div
      class="track time"
      role="slider"
      tabIndex={0}
      aria-label="step of the training"
      aria-valuemin={first.value}
      aria-valuemax={last.value}
      aria-valuenow={step}
      aria-valuetext={`step ${step}${chosen.value === null ? ", following the last" : ""}`}
      onPointerDown={drag}
      onPointerMove={drag}
    >
      <div class="rail">
        <span class="done forward" style={{ width: share(step) }} />
        {rewinds.map((one) => <span key={one} class="held" style={{ left: share(one) }} />)}
        {alerts.map((one, i) => <span key={i} class="alert" style={{ left: share(one.s) }} />)}
        {(births.value ?? []).map((one, i) => <span key={i} class="birth" style={{ left: share(one.s) }} />)}
        {pinned.value !== null && <span class="pin" style={{ left: share(pinned.value) }} />}
        <span class={`thumb${chosen.value === null ? " following" : ""}`} style={{ left: share(step) }} />
      </div>
    </div>
  );
}

export function Scrubber() {
  const now = run.value;
  if (now === null) return null;
  const { observing } = now;
  const isOver = now.live && now.state === "ended" && now.can.length === 0;
  return (
    <footer class="scrubber run-time">
      <Buttons />
      <Track />
      <output class="count">
        <b data-fact="step">{whole(shownStep.value)}</b>
        {` of ${whole(now.steps.total ?? last.value)}`}
      </output>
      <button type="button" class="compare" aria-pressed={pinned.value !== null} title="compare this step with others (c)" onClick={comparing}>{pinned.value === null ? "compare" : `with ${whole(pinned.value)}`}</button>
      <button type="button" class="follow" aria-pressed={chosen.value === null} title="follow the last step (End)" onClick={() => choose(chosen.value === null ? last.value : null)}>{now.state === "ended" ? "last step" : "follow"}</button>
      <p class="cost">
        {refusal.value !== "" ? <span class="number alarm" role="alert">{refusal.value}</span> : isOver ? "It is over, and what it has learnt is written: there is no going back any more. train --paused waits for you." : observing.share === null ? "" : `observing costs ${percent(observing.share)} of step time`}
      </p>
    </footer>
  );
}
