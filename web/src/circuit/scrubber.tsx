// Both passes as one line to move along: forward 1..n, backward n..1.

import { useEffect } from "preact/hooks";
import { current, go, isPlaying, known, move, scene, step, total } from "./state";

/** Milliseconds a step is shown while playing. */
const BEAT = 700;

function play(): void {
  if (!isPlaying.value && (step.value === null || step.value >= total.value)) go(0);
  isPlaying.value = !isPlaying.value;
}

export function Scrubber() {
  const playing = isPlaying.value;
  useEffect(() => {
    if (!playing) return undefined;
    const clock = setInterval(() => {
      if ((step.value ?? total.value) >= total.value) isPlaying.value = false;
      else go((step.value ?? 0) + 1);
    }, BEAT);
    return () => clearInterval(clock);
  }, [playing]);
  const steps = scene.value?.steps ?? [];
  const done = step.value ?? total.value;
  const forward = known.value.forward;
  const now = current.value;
  const text = scene.value === null ? "" : now === null ? (step.value === 0 ? "start" : "all done") : `${now.pass} ${now.number}`;
  const drag = (event: PointerEvent) => {
    if (event.buttons === 0) return;
    const track = event.currentTarget as HTMLElement;
    if (event.type === "pointerdown") track.setPointerCapture(event.pointerId);
    const box = track.getBoundingClientRect();
    isPlaying.value = false;
    go(Math.round(((event.clientX - box.left) / box.width) * total.value));
  };
  return (
    <footer class="scrubber">
      <div class="buttons">
        <button type="button" title="back (←)" aria-label="one step back" disabled={done === 0} onClick={() => move(-1)}>◀</button>
        <button type="button" class="play" title="play (Space)" aria-label={playing ? "pause" : "play"} onClick={play}>{playing ? "❚❚" : "▶"}</button>
        <button type="button" title="on (→)" aria-label="one step on" disabled={step.value === null || done === total.value} onClick={() => move(1)}>▶▏</button>
      </div>
      <div
        class="track"
        role="slider"
        tabIndex={0}
        aria-label="step"
        aria-valuemin={0}
        aria-valuemax={total.value}
        aria-valuenow={done}
        aria-valuetext={text}
        onPointerDown={drag}
        onPointerMove={drag}
      >
        {text !== "" && (["forward", "backward"] as const).map((pass) => <span key={pass} class={`name ${pass}`} style={{ width: `${pass === "forward" ? share(forward) : 100 - share(forward)}%` }}>{pass}</span>)}
        <div class="rail">
          <span class="done forward" style={{ width: `${share(Math.min(done, forward))}%` }} />
          <span class="done backward" style={{ left: `${share(forward)}%`, width: `${share(Math.max(0, done - forward))}%` }} />
          {steps.length <= 80 && steps.map((one, i) => <span key={i} class={`tick ${one.pass}`} style={{ left: `${share(i + 1)}%` }} />)}
          <span class="thumb" style={{ left: `${share(done)}%` }} />
        </div>
      </div>
      <output class="count">{text}</output>
    </footer>
  );
}

function share(steps: number): number {
  return total.value === 0 ? 0 : (steps / total.value) * 100;
}

export { play };
