// What can be done with a circuit besides stepping: finding, boxing, looking into, colouring, comparing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { clean } from "./axe.mjs";
import { NEURON, STAGED, labels, link } from "./server.mjs";
import { browser, server, stand } from "./stand.mjs";

stand();

const look = (formula, values, more = {}) => browser.page(server.url + link(formula, values, more));
const block = (page, id) => page.locator(`svg.circuit [data-block="${id}"]`);
const close = (a, b) => assert.ok(Math.abs(a - b) <= 1e-5 * Math.max(1, Math.abs(b)), `${a} is not ${b}`);
const number = (text) => Number(text.replace("−", "-"));

const DEEP = "stage inner(z) = relu(sin(z) * 2)\nstage outer(z) = inner(z) + inner(z * 3)\nh = outer(x)\nf = h * w + log(v) * 0";

test("what is found inside closed stages is revealed, and n and N go on from there", async () => {
  const page = await look(DEEP, { x: -1, w: 2, v: 0 });
  await page.keyboard.press("/");
  await page.keyboard.type("op:relu");
  await page.waitForFunction(() => document.querySelector(".hits")?.textContent.startsWith("2 found"));
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector(".card h2")?.textContent === "rectified linear unit" || document.querySelectorAll("svg.circuit .frame").length === 2);
  assert.equal(await page.locator("svg.circuit .frame").count(), 2);
  await page.waitForFunction(() => document.querySelector(".hits").textContent.startsWith("1 of 2"));
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("n");
  await page.waitForFunction(() => document.querySelectorAll("svg.circuit .frame").length === 3);
  await page.waitForFunction(() => document.querySelector(".hits").textContent.startsWith("2 of 2"));
  await page.keyboard.press("N");
  await page.waitForFunction(() => document.querySelector(".hits").textContent.startsWith("1 of 2"));
  // By what flows, by a pattern, and by letters in their order.
  const { scene } = await server.post("api/set", { formula: DEEP, values: { x: -1, w: 2, v: 0 }, depth: 9 });
  const all = await server.post("api/index", { formula: DEEP, values: { x: -1, w: 2, v: 0 } });
  assert.equal(all.length, scene.blocks.length);
  const count = async (query, expected) => {
    await page.fill("#search", query);
    await page.waitForFunction((n) => document.querySelector(".hits").textContent.startsWith(n === 0 ? "Nothing" : `${n} found`) || document.querySelector(".hits").textContent.includes(` of ${n}`), expected);
  };
  await count("nan:", all.filter((one) => one.special).length);
  assert.ok(all.filter((one) => one.special).length >= 2);
  await count("grad:0", all.filter((one) => one.zero).length);
  await count("re:^(w|v) ", 2);
  await count("inr", all.filter((one) => /i.*n.*r/.test(`${one.name ?? ""} ${one.label} ${one.gate}`)).length);
  await count("surprise", 0);
  await count("op:sin", 2);
  await clean(browser.context, page, "a search");
  await page.close();
});

const MATRICES = "input A: f64[2, 3]\ninput B: f64[3, 2]\nC = A @ B\nf = sum(C^2)";
const AT = { A: [[1, 2, 3], [4, 5, 6]], B: [[1, -1], [0.5, 2], [-3, 0.25]] };

test("an element of a product opens as its own circuit, with the numbers of the whole, and back", async () => {
  const page = await look(MATRICES, AT);
  const whole = await server.post("api/set", { formula: MATRICES, values: AT });
  const product = whole.scene.blocks.find((one) => one.label === "@");
  const line = whole.scene.wires.find((one) => one.from === product.id);
  await block(page, product.id).click();
  const cell = page.locator(".arrays figure").first().locator("button.cell");
  await cell.nth(3).waitFor();
  assert.equal(await cell.count(), 4);
  assert.match(await cell.nth(3).getAttribute("aria-label"), /^\[1, 1\]/);
  await cell.nth(3).click();
  await page.waitForFunction(() => document.querySelectorAll("svg.circuit .block.input").length === 6);
  assert.match(await page.locator(".caption").textContent(), /C\[1,1\]/);
  const inside = { wire: line.wire, element: 3 };
  const { scene } = await server.post("api/set", { formula: MATRICES, values: AT, inside });
  const seen = await labels(page);
  for (const one of scene.wires.filter((wire) => wire.place !== null)) {
    assert.equal(seen.values[one.id], one.value.text);
    assert.equal(seen.gradients[one.id], one.gradient.text);
  }
  const end = scene.wires.find((one) => one.to.some(([id]) => id === "o0"));
  close(end.value.raw[0], line.value.raw[3]);
  close(end.gradient.raw[0], line.gradient.raw[3]);
  // A link leads here too.
  await page.waitForFunction(() => location.hash.includes("in="));
  const other = await browser.page(page.url());
  await other.waitForFunction(() => document.querySelectorAll("svg.circuit .block.input").length === 6);
  await other.close();
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.querySelectorAll("svg.circuit .block.input").length === 2);
  await page.waitForFunction(() => document.querySelector(".card h2").textContent.includes("matrix"));
  await page.close();
});

test("wires in the middle are proved too", async () => {
  const page = await look(STAGED.formula, STAGED.values);
  const { scene } = await server.post("api/set", STAGED);
  for (const gate of scene.blocks.filter((one) => one.kind === "gate" || one.kind === "stage").slice(0, 4)) {
    await block(page, gate.id).click();
    await page.getByRole("button", { name: "Prove its gradient" }).click();
    const numeric = number(await page.locator("[data-proof=numeric]").textContent());
    const gradient = scene.wires.find((line) => line.id === gate.outs[0].wire).gradient.raw[0];
    close(numeric, gradient);
    close(number(await page.locator("[data-proof=analytic]").textContent()), gradient);
  }
  await page.close();
});

test("gates that are gathered become a stage, which states the product of its parts, and come apart again", async () => {
  const formula = "f = sin(x * y) * tanh(x * y + z)";
  const values = { x: 0.5, y: 0.7, z: 0.1 };
  const page = await look(formula, values);
  const { scene } = await server.post("api/set", { formula, values });
  const id = (label) => scene.blocks.find((one) => one.label === label).id;
  await block(page, id("+")).click({ modifiers: ["Shift"] });
  await block(page, id("tanh")).click();
  await page.keyboard.press("x");
  assert.equal(await page.locator("svg.circuit .picked").count(), 2);
  await clean(browser.context, page, "gathering");
  await page.fill(".gather input", "mine");
  await page.getByRole("button", { name: "Stage these" }).click();
  await page.waitForSelector("svg.circuit .block.stage");
  assert.equal(await page.locator("svg.circuit .block.stage .label").textContent(), "mine");
  await page.locator("svg.circuit .block.stage").click();
  assert.match(await page.locator(".check").first().textContent(), /the product of its parts.*✓/s);
  await page.waitForFunction(() => location.hash.includes("b="));
  await page.keyboard.press("Enter");
  await page.waitForSelector("svg.circuit .block.frame");
  assert.equal(await page.locator("svg.circuit .block.gate .label").count(), 6);
  await page.getByRole("button", { name: /apart again/ }).click();
  await page.waitForFunction(() => document.querySelector("svg.circuit .block.frame") === null && document.querySelector("svg.circuit .block.stage") === null);
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("boxes are coloured by gradients, by shares and by the last change", async () => {
  const page = await look(NEURON.formula, NEURON.values);
  const { scene } = await server.post("api/set", NEURON);
  const hot = () => page.locator("svg.circuit [data-hot]").evaluateAll((all) => Object.fromEntries(all.map((one) => [one.dataset.block, Number(one.dataset.hot)])));
  const size = (id) => Math.abs(scene.wires.find((line) => line.from === id).gradient.raw[0]);
  const ids = scene.blocks.filter((one) => one.outs.length > 0).map((one) => one.id);
  await page.selectOption("[aria-label='colour by']", "size");
  const bySize = await hot();
  for (const a of ids) for (const b of ids) if (size(a) > size(b) * 1.01) assert.ok(bySize[a] > bySize[b], `${a} ${b}`);
  await page.selectOption("[aria-label='colour by']", "share");
  const total = ids.reduce((all, id) => all + size(id), 0);
  for (const [id, part] of Object.entries(await hot())) assert.ok(Math.abs(part - size(id) / total) < 2e-3);
  await page.selectOption("[aria-label='colour by']", "changed");
  assert.equal(await page.locator(".says").textContent(), "nothing has changed yet");
  await block(page, "g0").click();
  await page.keyboard.press("ArrowUp");
  await page.waitForFunction(() => document.querySelector("[data-value=w0]").firstChild.textContent === "2.2");
  const changed = await hot();
  assert.equal(Math.max(...Object.values(changed)), 1);
  // x1 is still what it was, and so is what reads it and w1.
  const times = scene.blocks.find((one) => one.label === "×" && one.card.rows.some((row) => row.input === "x1"));
  assert.ok(changed[times.id] < changed.g0);
  await page.close();
});

test("two points are compared, each number beside the one before", async () => {
  const page = await look(NEURON.formula, NEURON.values);
  await page.getByRole("button", { name: "compare" }).click();
  await block(page, "g0").click();
  await page.keyboard.press("ArrowUp");
  await page.waitForFunction(() => document.querySelector("[data-value=w0]").firstChild.textContent === "2.2 | 2");
  const values = { ...NEURON.values, w0: 2.2 };
  const { scene } = await server.post("api/set", { formula: NEURON.formula, values, against: NEURON.values });
  const seen = await labels(page);
  for (const line of scene.wires.filter((one) => one.place !== null)) {
    assert.equal(seen.values[line.id], line.value.text);
    assert.equal(seen.gradients[line.id], line.gradient.text);
  }
  assert.equal(seen.values.w1, "−1");
  await page.waitForFunction(() => location.hash.includes("vs="));
  await page.getByRole("button", { name: "end comparing" }).click();
  await page.waitForFunction(() => document.querySelector("[data-value=w0]").firstChild.textContent === "2.2");
  await page.close();
});

test("arrays are cells on a scale around zero, and outliers are marked", async () => {
  const row = Array.from({ length: 24 }, (_, i) => (i === 7 ? 90 : Math.sin(i)));
  const page = await look("input x: f64[24]\nh = x * 2\nf = sum(h^2)", { x: row });
  const { scene } = await server.post("api/set", { formula: "input x: f64[24]\nh = x * 2\nf = sum(h^2)", values: { x: row } });
  const gate = scene.blocks.find((one) => one.name === "h");
  await block(page, gate.id).click();
  const first = page.locator(".arrays figure").first();
  await first.locator(".cell").nth(23).waitFor();
  assert.deepEqual(await first.locator(".cell.far").evaluateAll((all) => all.map((one) => one.title)), ["[7] 180, beyond the scale"]);
  assert.match(await first.locator("figcaption").textContent(), /1 beyond that/);
  assert.equal(await page.locator(".arrays figure").count(), 2);
  await clean(browser.context, page, "arrays");
  await page.close();
});

for (const dir of ["lr", "tb"]) test(`arrays on wires have pictures with the room for them, which can be put away: ${dir}`, async () => {
  const formula = "input W: f64[3, 2]\ninput x: f64[2]\nh = relu(W @ x)\nloss = sum(h^2)";
  const values = { W: [[1, -2], [0.5, 1], [-1, 3]], x: [2, 0.5] };
  const page = await look(formula, values, { dir });
  const { scene } = await server.post("api/set", { formula, values, dir, maps: true });
  const plain = await server.post("api/set", { formula, values, dir });
  assert.ok(plain.scene.wires.every((line) => line.maps === undefined));
  const maps = scene.wires.flatMap((line) => (line.maps === undefined ? [] : [line.maps.value, ...(line.maps.gradient === null ? [] : [line.maps.gradient])]));
  assert.ok(maps.length > 8);
  assert.equal(await page.locator("svg.circuit .map").count(), maps.length);
  // Where they are nothing else is: no box, no text, no other picture.
  const hidden = await page.evaluate(() => {
    const boxes = (what) => [...document.querySelectorAll(what)].map((one) => one.getBoundingClientRect());
    const others = [...boxes("svg.circuit [data-block] > rect"), ...boxes("svg.circuit text")];
    const pictures = boxes("svg.circuit .map");
    const meet = (a, b) => a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5;
    return pictures.filter((one, i) => others.some((other) => meet(one, other)) || pictures.some((other, k) => k !== i && meet(one, other))).length;
  });
  assert.equal(hidden, 0);
  await page.getByRole("button", { name: "arrays" }).click();
  await page.waitForFunction(() => document.querySelector("svg.circuit .map") === null && location.hash.includes("maps=0"));
  const other = await browser.page(page.url());
  assert.equal(await other.locator("svg.circuit .map").count(), 0);
  await other.close();
  await page.close();
});

test("an opened sum closes again, and the box stays where it is", async () => {
  const page = await look("f = a + b + c * d + e", { a: 1, b: 2, c: 3, d: 4, e: 5 });
  const { scene } = await server.post("api/set", { formula: "f = a + b + c * d + e", values: {} });
  const sum = scene.blocks.find((one) => one.label === "+");
  await block(page, sum.id).click();
  const at = () => block(page, sum.id).locator("rect").first().boundingBox();
  const closed = await at();
  await page.keyboard.press("Enter");
  await page.waitForSelector("svg.circuit .block.frame");
  assert.equal(await page.locator("svg.circuit .block.gate").count(), 4);
  await page.keyboard.press("Backspace");
  await page.waitForFunction(() => document.querySelector("svg.circuit .block.frame") === null);
  assert.equal(await page.locator("svg.circuit .block.gate").count(), 2);
  const again = await at();
  assert.ok(Math.abs(again.x - closed.x) <= 1 && Math.abs(again.y - closed.y) <= 1, JSON.stringify([closed, again]));
  await page.close();
});

test("two thousand gates without stages are drawn in parts that open", async () => {
  // As many as fit into the 16 KiB of a formula.
  const name = (i) => (i === 0 ? "a" : `b${i.toString(36)}`);
  const formula = `a=x*2\n${Array.from({ length: 960 }, (_, i) => `${name(i + 1)}=sin(${name(i)})*2`).join("\n")}`;
  const page = await look(formula, { x: 0.3 });
  const boxes = () => page.locator("svg.circuit [data-block]").count();
  assert.ok((await boxes()) < 60);
  const part = page.locator("svg.circuit .block.stage").nth(3);
  assert.match(await part.textContent(), /gates 1\d\d-2\d\d/);
  await part.click();
  await page.keyboard.press("Enter");
  await page.waitForSelector("svg.circuit .block.frame");
  assert.ok((await boxes()) > 60 && (await boxes()) <= 600);
  await page.keyboard.press("Backspace");
  await page.waitForFunction(() => document.querySelector("svg.circuit .block.frame") === null);
  assert.deepEqual(page.complaints, []);
  await page.close();
});
