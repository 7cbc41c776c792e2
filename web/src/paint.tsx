// Canvases that are as sharp as the screen, follow their size, and are painted anew when colours change.

import { computed, signal } from "@preact/signals";
import type { HTMLAttributes } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { theme } from "./page";

const names = ["ground", "panel", "raised", "edge", "strong-edge", "text", "muted", "plus", "minus", "alarm", "fill-plus", "fill-minus", "accent"] as const;

/** The colours of the page by their names. */
export type Ink = Record<(typeof names)[number], string>;

const system = matchMedia("(prefers-color-scheme: dark)");
const isSystemDark = signal(system.matches);
system.addEventListener("change", () => (isSystemDark.value = system.matches));

/** Counts changes of colours; whoever paints reads it. */
const coat = computed(() => `${theme.value} ${isSystemDark.value}`);

/** Of colours that are two, for light and dark, the one that holds: only where a colour is used does the browser say which. */
function inks(): Ink {
  const { style } = document.head;
  const { color } = style;
  const shown = getComputedStyle(document.head);
  const all = names.map((name) => {
    style.color = `var(--${name})`;
    return [name, shown.color];
  });
  style.color = color;
  return Object.fromEntries(all) as Ink;
}

export const FONT = "11px Helvetica, Arial, 'Liberation Sans', sans-serif";

export type Paint = (brush: CanvasRenderingContext2D, width: number, height: number, ink: Ink) => void;

/** What it shows is told beside it: to those who listen it is nothing. */
export function Canvas({ paint, ...rest }: { paint: Paint } & Omit<HTMLAttributes<HTMLDivElement>, "ref">) {
  const root = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ w: 0, h: 0 });
  const colours = coat.value;
  useLayoutEffect(() => {
    const watch = new ResizeObserver(() => {
      const { clientWidth: w, clientHeight: h } = root.current!;
      setSize((old) => (old.w === w && old.h === h ? old : { w, h }));
    });
    watch.observe(root.current!);
    return () => watch.disconnect();
  }, []);
  useLayoutEffect(() => {
    const canvas = root.current!.querySelector("canvas")!;
    const brush = canvas.getContext("2d");
    if (brush === null || size.w === 0) return;
    const sharp = Math.min(3, devicePixelRatio);
    canvas.width = Math.round(size.w * sharp);
    canvas.height = Math.round(size.h * sharp);
    brush.scale(sharp, sharp);
    brush.font = FONT;
    brush.textBaseline = "middle";
    paint(brush, size.w, size.h, inks());
  }, [paint, size, colours]);
  return (
    <div ref={root} {...rest} class={`plate ${rest.class ?? ""}`}>
      <canvas aria-hidden="true" />
    </div>
  );
}

/** Stripes of what is no number, for a canvas. */
export function stripes(brush: CanvasRenderingContext2D, x: number, y: number, w: number, h: number, ink: Ink): void {
  brush.save();
  brush.beginPath();
  brush.rect(x, y, w, h);
  brush.clip();
  brush.fillStyle = ink.ground;
  brush.fillRect(x, y, w, h);
  brush.strokeStyle = ink.alarm;
  brush.lineWidth = 2;
  brush.beginPath();
  for (let at = x - h; at < x + w; at += 5) {
    brush.moveTo(at, y + h);
    brush.lineTo(at + h, y);
  }
  brush.stroke();
  brush.restore();
}

/** Steps of 1, 2 or 5 times a power of ten, at most so many. */
export function ticks(low: number, high: number, most: number): number[] {
  const rough = (high - low) / Math.max(1, most);
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((by) => by * power).find((by) => by >= rough) ?? rough;
  const found = [];
  for (let at = Math.ceil(low / step); at * step <= high + step * 1e-9; at += 1) found.push(at * step);
  return found;
}
