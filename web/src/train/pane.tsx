// The frame of a panel: its title, its tools, and why it is empty. While it is in the window the server sends what it shows.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type Panel, inView } from "../run/state";

function show(name: Panel, isSeen: boolean): void {
  const next = new Set(inView.peek());
  if (next.has(name) === isSeen) return;
  if (isSeen) next.add(name);
  else next.delete(name);
  inView.value = next;
}

export function Pane({ name, title, tools, empty, children }: { name: Panel; title: string; tools?: ComponentChildren; empty: string | null; children: ComponentChildren }) {
  const root = useRef<HTMLElement>(null);
  useEffect(() => {
    const watch = new IntersectionObserver((seen) => show(name, seen[seen.length - 1]?.isIntersecting === true));
    watch.observe(root.current!);
    return () => {
      watch.disconnect();
      show(name, false);
    };
  }, []);
  return (
    <section ref={root} class={`pane ${name}`} aria-label={title}>
      <div class="pane-head">
        <h2>{title}</h2>
        {tools}
      </div>
      {empty === null ? children : <p class="why-empty">{empty}</p>}
    </section>
  );
}
