// The first ten seconds, once: values run forward, gradients run back, and it stops at an input that waits to be dragged.

import { signal } from "@preact/signals";
import { wait } from "../page";
import { store, stored } from "../store";
import { current, go, known, look, select, step, total } from "./state";

/** Whether the hand beside the first input is shown. */
export const isHinting = signal(false);

/** The input to stop at: the first that a gradient reaches. */
function first(): string | null {
  const scene = look.value?.scene;
  return scene?.blocks.find((block) => block.kind === "input" && block.on_gradient_path)?.id ?? null;
}

export function finish(): void {
  go(null);
  select(first());
  isHinting.value = true;
}

/** Any key or touch ends it at once. */
export async function intro(): Promise<void> {
  if (stored("seen") !== null || total.value === 0 || total.value > 24) return;
  store("seen", "1");
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return finish();
  let isOver = false;
  const stop = (event: Event) => {
    isOver = true;
    if (event.type === "pointerdown" || (event as KeyboardEvent).key === " ") go(null);
  };
  addEventListener("keydown", stop, { capture: true, once: true });
  addEventListener("pointerdown", stop, { capture: true, once: true });
  await wait(1000);
  const forward = 3000 / Math.max(1, known.value.forward);
  const back = 4000 / Math.max(1, total.value - known.value.forward);
  for (let done = 0; done <= total.value && !isOver; done += 1) {
    go(done);
    await wait(current.value?.pass === "backward" ? back : done === 0 ? 300 : forward);
    // Somebody else moved on.
    if (step.value !== done) isOver = true;
  }
  removeEventListener("keydown", stop, { capture: true });
  removeEventListener("pointerdown", stop, { capture: true });
  if (!isOver) finish();
}
