// How the page behaves: stages, links, keys, mistakes, a server that goes, and who can't see it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { clean } from "./axe.mjs";
import { NETWORK, NEURON, STAGED, drawn, link, open, serve } from "./server.mjs";
import { browser, server, stand } from "./stand.mjs";

stand();

const box = (page, id) => page.locator(`svg.circuit [data-block="${id}"] > rect`).first().boundingBox();

test("opening and closing a stage leaves the chosen box where it was", async () => {
  const page = await browser.page(server.url + link(STAGED.formula, STAGED.values));
  const stages = page.locator("svg.circuit .block.stage");
  const id = await stages.first().getAttribute("data-block");
  await page.click(`[data-block=${id}]`);
  const closed = await box(page, id);
  const count = await page.locator("svg.circuit [data-block]").count();
  await page.keyboard.press("Enter");
  await page.waitForSelector(`[data-block=${id}].frame`);
  const opened = await box(page, id);
  assert.ok(Math.abs(opened.x - closed.x) <= 1 && Math.abs(opened.y - closed.y) <= 1, JSON.stringify([closed, opened]));
  assert.ok((await page.locator("svg.circuit [data-block]").count()) > count);
  // Its card compares the stage with the product of its parts.
  assert.match(await page.locator(".check").first().textContent(), /the product of its parts/);
  await page.keyboard.press("Backspace");
  await page.waitForSelector(`[data-block=${id}].stage`);
  const again = await box(page, id);
  assert.ok(Math.abs(again.x - closed.x) <= 1 && Math.abs(again.y - closed.y) <= 1, JSON.stringify([closed, again]));
  assert.equal(await page.locator("svg.circuit [data-block]").count(), count);
  await page.close();
});

test("a link restores what was looked at", async () => {
  const page = await browser.page(server.url + link(STAGED.formula, STAGED.values));
  const stage = await page.locator("svg.circuit .block.stage").first().getAttribute("data-block");
  await page.click(`[data-block=${stage}]`);
  await page.keyboard.press("Enter");
  await page.waitForSelector(`[data-block=${stage}].frame`);
  await page.keyboard.press("t");
  await page.waitForFunction(() => location.hash.includes("dir=tb"));
  await page.keyboard.press("Home");
  for (let i = 0; i < 9; i += 1) await page.keyboard.press("ArrowRight");
  await page.selectOption("[aria-label='colour by']", "share");
  await page.keyboard.press("g");
  await page.getByRole("button", { name: "dark colours" }).click();
  await page.waitForFunction(() => ["by=share", "only=1"].every((part) => location.hash.includes(part)) && location.hash.includes("step=9") && location.hash.includes("theme=dark"));
  const state = (p) => p.evaluate(() => [document.querySelector(".caption").innerHTML, document.querySelector("[role=tree]").innerHTML, document.querySelector("[role=slider]").ariaValueNow, document.documentElement.dataset.theme, document.querySelector("#formula").value, document.querySelector("svg.circuit").getAttribute("class"), document.querySelector("[aria-label='colour by']").value]);
  const before = await state(page);
  const other = await browser.page(page.url());
  await other.waitForFunction(() => document.querySelector("[role=slider]").ariaValueNow === "9");
  assert.deepEqual(await state(other), before);
  const texts = (p) => p.evaluate(() => [...document.querySelectorAll("svg.circuit text")].map((text) => text.textContent));
  assert.deepEqual(await texts(other), await texts(page));
  assert.deepEqual(other.complaints, []);
  await other.close();
  await page.close();
});

test("everything can be done with keys", async () => {
  const page = await browser.page(server.url + link(NETWORK.formula, NETWORK.values));
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("data-block") ?? document.activeElement?.getAttribute("data-leaf") ?? document.activeElement?.id);
  // Along the wires, and the way back is the way that was taken.
  await page.keyboard.press("Alt+ArrowRight");
  const first = await focused();
  await page.keyboard.press("Alt+ArrowRight");
  const second = await focused();
  assert.notEqual(second, first);
  assert.match(await page.locator(`svg.circuit [data-block=${second}]`).getAttribute("aria-label"), /stage/);
  // Open the stage, close it again.
  await page.keyboard.press("Enter");
  await page.waitForSelector(`[data-block=${second}].frame`);
  await page.keyboard.press("Backspace");
  await page.waitForSelector(`[data-block=${second}].stage`);
  await page.keyboard.press("Alt+ArrowLeft");
  assert.equal(await focused(), first);
  // Turn an input.
  const value = () => page.locator("[data-value=w0]").evaluate((text) => text.firstChild.textContent);
  assert.equal(await value(), "1");
  await page.keyboard.press("ArrowUp");
  await page.waitForFunction(() => document.querySelector("[data-value=w0]").firstChild.textContent === "1.1");
  // Search, and go there.
  await page.keyboard.press("/");
  assert.equal(await focused(), "search");
  await page.keyboard.type("target");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  assert.match(await page.locator(".card h2").textContent(), /input target/);
  // The outline is a tree with keys of its own.
  const selected = page.locator("[role=treeitem][aria-selected=true]");
  await selected.focus();
  await page.keyboard.press("ArrowUp");
  assert.notEqual(await selected.getAttribute("data-leaf"), "g10");
  // The beginning of the backward pass, and that of both.
  await page.locator("[role=slider]").focus();
  await page.keyboard.press("b");
  assert.match(await page.locator(".count").textContent(), /backward/);
  await page.keyboard.press("Home");
  assert.equal(await page.locator("[role=slider]").getAttribute("aria-valuenow"), "0");
  await page.keyboard.press("Escape");
  // Help opens, closes.
  await page.keyboard.press("?");
  await page.waitForSelector("dialog[open]");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.querySelector("dialog[open]") === null);
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("each step is spoken, and the outline holds the facts of the picture", async () => {
  const page = await browser.page(server.url + link(NEURON.formula, NEURON.values));
  const { scene } = await server.post("api/set", NEURON);
  const said = await page.locator("[role=treeitem] .said").allTextContents();
  assert.deepEqual(said, scene.blocks.map((block) => block.aria));
  await page.keyboard.press("Home");
  for (const step of scene.steps) {
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.locator("[aria-live=polite].spoken").textContent(), step.text);
  }
  await page.close();
});

test("a mistake in the formula is underlined, and the picture stays", async () => {
  const page = await browser.page(server.url + link(NEURON.formula, NEURON.values));
  const before = await page.locator("svg.circuit [data-block]").count();
  await page.fill("#formula", "f = sigmoid(w0*x0) + 漢 sigmiod(w1)");
  await page.waitForSelector(".marks mark");
  const marked = await page.locator(".marks mark").allTextContents();
  assert.ok(marked.length > 0);
  assert.notEqual(await page.locator("#mistakes").textContent(), "");
  assert.equal(await page.locator("svg.circuit [data-block]").count(), before);
  await page.fill("#formula", "f = sigmiod(w0)");
  await page.waitForFunction(() => document.querySelector(".marks mark")?.textContent === "sigmiod");
  assert.match(await page.locator("#mistakes").textContent(), /Hint.*sigmoid/);
  // A formula with a new name shows where that starts.
  await page.fill("#formula", "f = w0 * fresh");
  await page.waitForFunction(() => document.querySelectorAll("svg.circuit [data-block]").length === 4);
  assert.equal(await page.locator("#mistakes").textContent(), "");
  await page.click("[data-block=g1]");
  assert.match(await page.locator(".card").textContent(), /No value was given: fresh starts at 1/);
  await page.close();
});

test("every example can be shown", async () => {
  const page = await browser.page(server.url);
  const count = await page.locator(".examples option").count();
  for (let i = 0; i < count - 1; i += 1) {
    await page.selectOption(".examples", String(i));
    await page.waitForFunction(() => document.querySelectorAll("svg.circuit [data-block]").length > 2);
    assert.equal(await page.locator("#mistakes").textContent(), "", `example ${i}`);
    await page.waitForFunction(() => document.querySelector("#formula").value.length > 5);
  }
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("a server that goes is missed, and what comes back goes on", async () => {
  let own = await serve();
  const page = await browser.page(own.url + link(NEURON.formula, NEURON.values));
  const before = await drawn(page);
  await own.stop();
  await page.click("[data-block=g0]");
  await page.keyboard.press("ArrowUp");
  await page.waitForSelector(".banner");
  own = await serve([], own.port);
  await page.waitForFunction(() => document.querySelector(".banner") === null && document.querySelector("[data-value=w0]").firstChild.textContent === "2.2");
  assert.notEqual(await drawn(page), before);
  await page.close();
  await own.stop();
});

test("nothing is asked of any other server", async () => {
  const page = await browser.context.newPage();
  const asked = new Set();
  page.on("request", (request) => asked.add(new URL(request.url()).host));
  await page.goto(server.url);
  await page.waitForSelector("[data-block]");
  assert.deepEqual([...asked], [new URL(server.url).host]);
  await page.close();
});

test("what is passed back floats within its box, and within the window", async () => {
  for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
    const own = await open({ viewport });
    const page = await own.page(server.url + link(NEURON.formula, NEURON.values, { dir: "lr" }));
    await page.focus("[data-block]");
    await page.keyboard.press("b");
    for (let step = 0; step < 4; step += 1) {
      await page.keyboard.press("ArrowRight");
      await page.waitForSelector(".sums");
      const out = await page.evaluate(() => {
        const box = document.querySelector(".sums rect").getBoundingClientRect();
        const window = document.querySelector(".canvas").getBoundingClientRect();
        const isIn = (a, b, room) => a.left >= b.left + room && a.right <= b.right - room;
        return [...document.querySelectorAll(".sums text")].filter((text) => !isIn(text.getBoundingClientRect(), box, 2) || !isIn(box, window, -1)).map((text) => text.textContent);
      });
      assert.deepEqual(out, [], `${viewport.width}, step ${step}`);
    }
    await own.close();
  }
});

test("the direction is turned by a button, and kept for what is opened next", async () => {
  const own = await open();
  const page = await own.page(server.url + link(NEURON.formula, NEURON.values));
  const isDown = () => page.evaluate(() => {
    const at = (label) => [...document.querySelectorAll("[data-block]")].find((one) => one.textContent.trim() === label).getBoundingClientRect();
    return at("f").top > at("w2").bottom;
  });
  assert.equal(await isDown(), false);
  await page.getByRole("button", { name: "turn the picture" }).click();
  await page.waitForFunction(() => document.querySelector("[aria-label='turn the picture']").textContent === "⇄");
  assert.equal(await isDown(), true);
  const next = await own.page(server.url + link(STAGED.formula, STAGED.values));
  assert.equal(await next.getByRole("button", { name: "turn the picture" }).textContent(), "⇄");
  // Who opens a link has a direction of their own, unless the link names one.
  await next.goto(server.url + link(NEURON.formula, NEURON.values, { dir: "lr" }));
  await next.waitForFunction(() => document.querySelector("[aria-label='turn the picture']").textContent === "⇅");
  await own.close();
});

test("long names and numbers stay within the card", async () => {
  const page = await browser.page(server.url + link("f = 0.00001234 * tanh(w0*x0 + w1*x1 + w2)^2", { w0: 0.00123456, x0: -0.1, w1: 0.0345678, x1: 0.2, w2: -0.3 }));
  await page.locator("svg.circuit [data-block]", { hasText: "tanh" }).first().focus();
  await page.waitForFunction(() => [...document.querySelectorAll(".rows .chip")].some((chip) => chip.textContent === "w0·x0+w1·x1+w2"));
  const [table, room, lines] = await page.evaluate(() => {
    const card = document.querySelector(".card");
    const rows = document.querySelector(".rows");
    const broken = [...rows.querySelectorAll("tbody td span")].filter((number) => number.getClientRects().length > 1);
    return [rows.getBoundingClientRect().right, card.getBoundingClientRect().left + card.clientLeft + card.clientWidth - Number.parseFloat(getComputedStyle(card).paddingRight), broken.length];
  });
  assert.ok(table <= room + 0.5, `${table} in ${room}`);
  assert.equal(lines, 0);
  await page.close();
});

test("before there is a picture nothing is said about it", async () => {
  const page = await browser.page(`${server.url}${link("f = sigmoid(w0 *", {})}`, ".mistakes span");
  assert.deepEqual([await page.locator(".caption .sentence").textContent(), await page.locator(".count").textContent(), await page.locator(".track .name").count()], ["", "", 0]);
  await page.close();
});

const sizes = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 844 } };
for (const scheme of ["light", "dark"]) {
  for (const [name, viewport] of Object.entries(sizes)) {
    test(`axe finds nothing, and nothing is cut: ${scheme}, ${name}`, async () => {
      const own = await open({ colorScheme: scheme, viewport });
      const page = await own.page(server.url + link(NETWORK.formula, NETWORK.values));
      const find = (what) => clean(own.context, page, what);
      await find("the picture");
      await page.focus("[data-block]");
      await page.keyboard.press("b");
      if (name === "narrow") await page.getByRole("button", { name: "Card", exact: true }).click();
      await find("a step, with its card");
      await page.keyboard.press("?");
      await page.waitForSelector("dialog[open]");
      await find("help");
      await own.close();
    });
  }
}

test("the first ten seconds run once, and any key ends them", async () => {
  const own = await open({ reducedMotion: "no-preference" });
  const page = await own.page(server.url);
  // Everything is there at once; then the first step hides what is not known yet.
  await page.waitForFunction(() => document.querySelector("[role=slider]").ariaValueNow === "1");
  assert.equal(await page.locator("[data-gradient]").count(), 0);
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.querySelector("[role=slider]").ariaValueText === "all done");
  assert.ok((await page.locator("[data-gradient]").count()) > 4);
  const again = await own.page(server.url);
  assert.equal(await again.locator("[role=slider]").getAttribute("aria-valuetext"), "all done");
  await own.close();
  const still = await open({ reducedMotion: "reduce" });
  const calm = await still.page(server.url);
  await calm.waitForSelector(".cue");
  assert.match(await calm.locator(".card").textContent(), /Raise w0 a little, and f falls/);
  await still.close();
});
