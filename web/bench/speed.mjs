// How fast the page is, in a real browser against the built binary: `npm run bench`, best with
// CHAINRULE=../target/release/chainrule on a quiet machine. Nothing here decides about a test.

import { NEURON, link, open, serve } from "../test/server.mjs";

const server = await serve();
const browser = await open();

function middle(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))].toFixed(1);
  return `median ${at(0.5)} ms, 90 % within ${at(0.9)} ms`;
}

/** From the move of the pointer to the changed number in the page, 60 times. */
async function drag() {
  const page = await browser.page(server.url + link(NEURON.formula, NEURON.values));
  const times = await page.evaluate(async () => {
    const box = document.querySelector("[data-block=g0]");
    const { x, y } = box.getBoundingClientRect();
    const send = (type, by, target) => target.dispatchEvent(new PointerEvent(type, { bubbles: true, pointerId: 7, button: 0, buttons: 1, clientX: x + by, clientY: y + 5 }));
    const shown = () => document.querySelector("[data-value=w0]").firstChild.textContent;
    const changed = (before) =>
      new Promise((done) => {
        const watch = new MutationObserver(() => {
          if (shown() === before) return;
          watch.disconnect();
          done();
        });
        watch.observe(document.querySelector("svg.circuit"), { subtree: true, characterData: true, childList: true });
      });
    send("pointerdown", 0, box.querySelector("rect"));
    const times = [];
    for (let by = 5; by < 65; by += 1) {
      const before = shown();
      const begin = performance.now();
      send("pointermove", by, window);
      await changed(before);
      times.push(performance.now() - begin);
      await new Promise(requestAnimationFrame);
    }
    send("pointerup", 65, window);
    return times;
  });
  await page.close();
  return middle(times);
}

/** From the address to the picture, 10 times: when the first box is in the page, and when the next frame is drawn. */
async function opening(formula) {
  const address = server.url + link(formula, { x: 1 });
  const times = [];
  for (let i = 0; i < 10; i += 1) {
    const page = await browser.page(address);
    times.push(await page.evaluate(() => globalThis.drawnAt));
    await page.close();
  }
  return middle(times);
}

await browser.context.addInitScript(() => {
  const watch = new MutationObserver(() => {
    if (document.querySelector("[data-block]") === null) return;
    watch.disconnect();
    requestAnimationFrame(() => (globalThis.drawnAt = performance.now()));
  });
  watch.observe(document, { subtree: true, childList: true });
});

const inside = Array.from({ length: 40 }, (_, i) => `b${i + 1} = sin(b${i}) * 1.1`).join("\n");
const calls = Array.from({ length: 37 }, (_, i) => `a${i + 1} = s(a${i})`).join("\n");
const staged = `stage s(x) {\nb0 = x * 1.5\n${inside}\n}\na0 = x * 0.5\n${calls}`;
const name = (i) => (i === 0 ? "a" : `b${i.toString(36)}`);
const flat = `a=x*2\n${Array.from({ length: 800 }, (_, i) => `${name(i + 1)}=${name(i)}*${name(i)}*.5+sin(x)`).join("\n")}`.slice(0, 16000).replace(/\n[^\n]*$/, "");
console.log(`a drag of the neuron's input, pointer to number: ${await drag()}`);
console.log(`a formula of 2,998 gates in 37 stages, address to picture: ${await opening(staged)}`);
console.log(`a formula of some 2,400 gates without stages, address to picture: ${await opening(flat)}`);
await browser.close();
await server.stop();
