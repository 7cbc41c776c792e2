// The screens of a training that is over: numbers, time, links, keys, and who can't see it.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { clean, cut } from "./axe.mjs";
import { open, ran, serve } from "./server.mjs";
import { alone, browser, stand } from "./stand.mjs";

const ready = "[data-layer]";

/** Nothing keeps c above 0, where it has a logarithm. */
const SLIDING = `input x[batch, features]
input y: i64[batch]
param w1[features, 16] = he
param b1[16] = zeros
param w2[16, classes] = glorot
param b2[classes] = zeros
param c[4] = ones

hidden = relu(x @ w1 + b1)
logits = hidden @ w2 + b2
loss = cross_entropy_mean(logits, y) + 0.01 * sum(c) - 0.000001 * sum(log(c))
`;

let files;
let moons;
let digits;
let broken;
let slid;
stand(alone);
before(async () => {
  files = [ran(["moons"]), ran(["digits", "--epochs", "2"]), ran(["digits", "--rate", "1e6"]), ran(["digits", "--epochs", "30", "--rate", "0.01"], SLIDING)];
  [moons, digits, broken, slid] = await Promise.all(files.map((file) => serve([file.path])));
});
after(async () => {
  for (const server of [moons, digits, broken, slid]) await server?.stop();
  files?.forEach((file) => file.remove());
});

/** All that the panels show of a step, digits as the server gave them. */
function panels(page) {
  return page.evaluate(() => {
    const text = (selector, root = document) => root.querySelector(selector)?.textContent ?? null;
    const raw = (selector, root = document) => root.querySelector(selector)?.getAttribute("title") ?? null;
    return {
      step: text(".run-time [data-fact=step]").replaceAll(" ", ""),
      loss: raw(".losses [data-fact=loss]"),
      layers: [...document.querySelectorAll("[data-layer]")].map((row) => ({
        id: Number(row.dataset.layer),
        mean: row.querySelector("[data-num=mean]")?.parentElement.title.split(" ").pop() ?? null,
        max: row.querySelector("[data-num=max]")?.parentElement.title.split(" ").pop() ?? null,
        dead: raw("[data-num=dead]", row),
        ratio: raw("[data-num=ratio]", row)?.split(" ").pop() ?? null,
        verdicts: row.querySelectorAll(".verdict:not(.fine)").length,
      })),
      flows: [...document.querySelectorAll("[data-flow] title")].map((title) => title.textContent.split(" ").pop()),
      strip: text(".strip [data-stat=s]").replaceAll(" ", ""),
    };
  });
}

/** The same from the server's answers. */
async function expected(server, step) {
  const run = await server.get("api/run");
  const [at, network, losses] = await Promise.all([server.get(`api/run/at?s=${step}`), server.get(`api/run/network?s=${step}`), server.get("api/run/losses?points=1200")]);
  const shown = run.wires.find((wire) => wire.role === "parameter" && wire.layer !== null);
  const strip = await server.get(`api/run/strip?w=${shown.w}&f=g&columns=160`);
  const until = (list) => list.reduce((found, s, i) => (s <= step ? i : found), 0);
  const text = (value) => (value === null || value === undefined ? null : String(value));
  return {
    step: String(step),
    loss: text(losses.loss[until(losses.s)]),
    layers: at.layers.map((layer) => ({
      id: layer.id,
      mean: text(layer.gradient?.mean),
      max: text(layer.gradient?.max),
      dead: text(layer.dead),
      ratio: text(layer.ratio),
      verdicts: layer.verdicts.length,
    })),
    flows: network.wires.filter((wire) => wire.gradient !== null).map((wire) => String(wire.gradient)),
    strip: String(strip.columns[until(strip.columns.map((column) => column.s))].s),
  };
}

/** Waits until the page shows what the server says, and fails with the difference. */
async function agrees(page, server, step) {
  const wanted = await expected(server, step);
  for (let tries = 0; tries < 50; tries += 1) {
    if (JSON.stringify(await panels(page)) === JSON.stringify(wanted)) return;
    await page.waitForTimeout(100);
  }
  assert.deepEqual(await panels(page), wanted);
}

test("numbers in the page are the server's, at the last step and wherever the scrubber stands", async () => {
  const page = await browser.page(digits.url, ready);
  // A run opens on Train.
  await page.waitForFunction(() => location.hash.startsWith("#/t"));
  const { steps } = await digits.get("api/run");
  await agrees(page, digits, steps.last);
  const track = page.getByRole("slider", { name: "step of the training" });
  // By keys: to the beginning, some steps on, far on.
  await track.focus();
  await page.keyboard.press("Home");
  await agrees(page, digits, steps.first);
  for (let i = 0; i < 7; i += 1) await page.keyboard.press("ArrowRight");
  await agrees(page, digits, steps.first + 7);
  await page.keyboard.press("Shift+ArrowRight");
  await agrees(page, digits, steps.first + 7 + Math.round(steps.last / 20));
  // By hand, to the middle.
  const box = await track.boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  const middle = Number(await track.getAttribute("aria-valuenow"));
  assert.ok(Math.abs(middle - steps.last / 2) < steps.last / 20, `${middle}`);
  await agrees(page, digits, middle);
  // By the curve.
  const plate = await page.locator(".loss-plate").boundingBox();
  await page.mouse.click(plate.x + plate.width / 4, plate.y + plate.height / 2);
  await page.mouse.move(plate.x + plate.width / 4, plate.y - 40);
  const quarter = Number(await track.getAttribute("aria-valuenow"));
  assert.ok(quarter < middle && quarter > steps.first);
  await agrees(page, digits, quarter);
  // Back to the last.
  await page.getByRole("button", { name: "last step" }).click();
  await agrees(page, digits, steps.last);
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("a strip shows what the server counted, column by column", async () => {
  const page = await browser.page(digits.url, ready);
  const { wires } = await digits.get("api/run");
  const wire = wires.find((one) => one.role === "activation" && one.fields.includes("v"));
  await page.selectOption(".wires", String(wire.w));
  await page.getByRole("button", { name: "values", exact: true }).click();
  const strip = await digits.get(`api/run/strip?w=${wire.w}&f=v&columns=160`);
  const heat = page.getByRole("slider", { name: "step of the distribution" });
  await heat.focus();
  await page.keyboard.press("Home");
  for (const column of strip.columns) {
    const stat = (name) => page.locator(`.strip [data-stat=${name}]`).getAttribute("title");
    await page.waitForFunction((s) => document.querySelector(".strip [data-stat=s]").textContent.replaceAll(" ", "") === s, String(column.s));
    assert.deepEqual([await stat("min"), await stat("mean"), await stat("max"), await stat("L2"), await stat("zero")], [column.min, column.mean, column.max, column.l2, column.zero].map(String));
    await page.keyboard.press("ArrowRight");
  }
  // The picture is painted, and the table beside it holds the same.
  const tones = await page.locator(".heat-plate canvas").evaluate((canvas) => new Set(new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size);
  assert.ok(tones > 8, `${tones} colours`);
  assert.ok((await page.locator(".strip table tbody tr").count()) > 0);
  // Enter looks at the step of the column.
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await agreesStep(page, strip.columns[0].s);
  await page.close();
});

async function agreesStep(page, step) {
  await page.waitForFunction((s) => document.querySelector(".run-time [data-fact=step]").textContent.replaceAll(" ", "") === s, String(step));
}

test("a link restores what was looked at", async () => {
  const page = await browser.page(digits.url, ready);
  const { wires, steps } = await digits.get("api/run");
  const wire = wires.findLast((one) => one.role === "parameter" && one.fields.includes("u"));
  await page.selectOption(".wires", String(wire.w));
  await page.getByRole("button", { name: "updates", exact: true }).click();
  await page.selectOption(".at select", "worst");
  await page.getByRole("slider", { name: "step of the training" }).focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("l");
  await page.getByRole("button", { name: "dark colours" }).click();
  const step = steps.first + Math.round(steps.last / 20);
  await page.waitForFunction((parts) => parts.every((part) => location.hash.includes(part)), [`s=${step}`, `w=${wire.w}`, "f=u", "sort=worst", "theme=dark", "log="]);
  await page.waitForSelector(".strip [data-stat=s]");
  const state = async (p) => [
    await panels(p),
    await p.evaluate(() => [document.querySelector(".wires").value, document.querySelector(".fields [aria-pressed=true]").textContent, document.querySelector(".at select").value, document.querySelector(".switch input").checked, document.documentElement.dataset.theme, document.querySelector(".health tr.at")?.dataset.layer]),
  ];
  await page.waitForTimeout(300);
  const wanted = await state(page);
  const other = await browser.page(page.url(), ready);
  await other.waitForSelector(".strip [data-stat=s]");
  await agreesStep(other, step);
  await other.waitForTimeout(300);
  assert.deepEqual(await state(other), wanted);
  assert.deepEqual(other.complaints, []);
  await other.close();
  await page.close();
});

test("Train can be used with keys alone", async () => {
  const page = await browser.page(moons.url, ready);
  const { layers, wires } = await moons.get("api/run");
  const order = (await moons.get("api/run/at")).layers.map((layer) => layer.id);
  const at = () => page.locator(".health tr.at").getAttribute("data-layer");
  await page.keyboard.press("ArrowDown");
  assert.equal(await at(), String(order[0]));
  await page.keyboard.press("ArrowDown");
  assert.equal(await at(), String(order[1]));
  const layer = layers.find((one) => one.id === order[1]);
  assert.equal(await page.locator(".wires").inputValue(), String(layer.parameters[0]));
  await page.keyboard.press("ArrowUp");
  assert.equal(await at(), String(order[0]));
  const index = wires.findIndex((one) => String(one.w) === String(layers.find((one) => one.id === order[0]).parameters[0]));
  await page.keyboard.press("]");
  assert.equal(await page.locator(".wires").inputValue(), String(wires[index + 1].w));
  await page.keyboard.press("[");
  const pressed = () => page.locator(".strip .fields [aria-pressed=true]").textContent();
  const field = await pressed();
  await page.keyboard.press("f");
  assert.notEqual(await pressed(), field);
  await page.keyboard.press("s");
  assert.equal(await page.locator(".at select").inputValue(), "worst");
  const log = await page.locator(".switch input").isChecked();
  await page.keyboard.press("l");
  assert.equal(await page.locator(".switch input").isChecked(), !log);
  await page.keyboard.press("?");
  await page.waitForSelector("dialog[open]");
  assert.match(await page.locator("dialog").textContent(), /time machine/);
  await page.keyboard.press("Escape");
  // Tab reaches everything that can be used, and what has the focus is seen.
  const reached = new Set();
  await page.evaluate(() => document.activeElement?.blur());
  for (let i = 0; i < 60; i += 1) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.slice(0, 30) ?? ""));
  }
  for (const name of ["step of the training", "points of the data", "step of the distribution", "wire", "Circuit", "What went wrong"]) assert.ok(reached.has(name), `${name}: ${[...reached].join(", ")}`);
  // A point of the data.
  const plane = page.getByRole("slider", { name: "points of the data" });
  await plane.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  assert.match(await plane.getAttribute("aria-valuetext"), /row \d+/);
  const { points } = await moons.get("api/run/boundary");
  assert.match(await page.locator(".plane-key").textContent(), new RegExp(`row ${points[1].row}(?!\\d)`));
  assert.deepEqual(page.complaints, []);
  await page.close();
});

for (const [name, server] of [["a rate that is far too large", () => broken], ["a logarithm whose argument slides below 0", () => slid]]) {
  test(`a birth is told where it happened, with its numbers and the way that it took: ${name}`, () => told(server()));
}

async function told(broken) {
  const page = await browser.page(broken.url, ".born");
  const [birth] = await broken.get("api/run/births");
  assert.ok(birth !== undefined);
  await page.getByRole("link", { name: /What went wrong →/ }).click();
  await page.waitForSelector(".birth-view");
  assert.equal(await page.locator(".birth-view h2").textContent(), birth.text.split("\n")[0]);
  // The small circuit: every block and every number, and the place itself is marked.
  assert.equal(await page.locator("[data-still]").count(), birth.mini.blocks.length);
  assert.equal(await page.locator("[data-born]").getAttribute("data-still"), birth.mini_gate);
  const values = await page.locator(".still [data-value]").evaluateAll((texts) => texts.map((text) => text.firstChild.textContent));
  assert.deepEqual(values, birth.mini.wires.filter((line) => line.place !== null && line.value !== null).map((line) => line.value.text));
  // The way, the line of the source, what to try.
  const way = await page.locator(".path li").allTextContents();
  assert.deepEqual(way, birth.path.map((gate) => (gate.module === "" ? gate.op : `${gate.module}.${gate.op}`)));
  const facts = await page.locator(".told").textContent();
  for (const part of [birth.src, birth.try]) assert.ok(facts.includes(part), part);
  const inputs = birth.pass === "bwd" ? birth.of_in : birth.in;
  assert.equal(await page.locator(".told [data-read]").count(), inputs.length + (birth.pass === "bwd" ? birth.in.length : 0));
  assert.equal(await page.locator(".past table tbody tr").count(), birth.before.length > 1 ? birth.before.length : 0);
  // Layers below it, each with a link to its strip.
  const { layers, run } = await broken.get("api/run/at");
  const count = run.length + layers.reduce((all, layer) => all + layer.verdicts.length, 0);
  assert.equal(await page.locator("[data-finding]").count(), count);
  if (count > 0) {
    await page.locator("[data-finding] a").first().click();
    await page.waitForSelector(ready);
  }
  assert.deepEqual(page.complaints, []);
  await page.close();
}

test("of a run with two births each is told, by keys, buttons and links", async (t) => {
  // Who trains on in the same file may lose numbers again.
  const lines = readFileSync(files[2].path, "utf8").trimEnd().split("\n");
  const at = lines.findIndex((line) => JSON.parse(line).k === "birth");
  const first = JSON.parse(lines[at]);
  lines.splice(at + 1, 0, JSON.stringify({ ...first, s: first.s + 1, op: "log" }));
  const path = `${files[2].path}.twice.run.jsonl`;
  writeFileSync(path, `${lines.join("\n")}\n`);
  const server = await serve([path]);
  t.after(() => server.stop());
  const births = await server.get("api/run/births");
  assert.deepEqual(births.map((one) => one.s), [first.s, first.s + 1]);
  const page = await browser.page(`${server.url}#/w?n=1`, ".birth-view");
  const told = (n) => page.waitForFunction((text) => document.querySelector(".birth-view h2").textContent === text, births[n].text.split("\n")[0]);
  await told(1);
  assert.notEqual(births[0].text, births[1].text);
  await page.keyboard.press("ArrowLeft");
  await told(0);
  assert.equal(await page.getByRole("button", { name: "birth 1" }).getAttribute("aria-pressed"), "true");
  await page.getByRole("button", { name: "birth 2" }).click();
  await told(1);
  await page.waitForFunction(() => location.hash === "#/w?n=1");
  await page.close();
});

test("two steps are compared: numbers with what they were, and the link keeps both", async () => {
  const page = await browser.page(`${digits.url}#/t?s=5`, ready);
  await page.keyboard.press("c");
  // Beside itself a step has nothing to compare, which each panel says.
  await page.waitForFunction(() => [".network", ".at"].every((pane) => /nothing to compare/.test(document.querySelector(pane).textContent)));
  assert.equal(await page.locator("[data-layer] .was, [data-before]").count(), 0);
  await page.keyboard.press("End");
  await page.waitForSelector("[data-layer] .was");
  await page.waitForFunction(() => location.hash.includes("vs=5") && !location.hash.includes("?s="));
  const [then, now] = [await digits.get("api/run/at?s=5"), await digits.get("api/run/at")];
  const cell = (id) => page.locator(`[data-layer="${id}"] .pair`).first().innerText();
  for (const { id, gradient } of now.layers) {
    await page.waitForFunction(([id, text]) => document.querySelector(`[data-layer="${id}"] [data-num=mean]`).textContent === text, [id, String(Number(gradient.mean.toPrecision(3)))]);
    const old = then.layers.find((one) => one.id === id).gradient;
    assert.ok((await cell(id)).includes(`was ${Number(old.mean.toPrecision(3))} (×${Number((gradient.mean / old.mean).toPrecision(2))})`), await cell(id));
  }
  // With two steps in it the table still has the room.
  const [inner, outer] = await page.evaluate(() => [document.querySelector(".health").scrollWidth, document.querySelector(".at .scroll").clientWidth]);
  assert.ok(inner <= outer, `${inner} in ${outer}`);
  // So does the network, wire by wire, each number in the open.
  const hidden = await page.evaluate(() => {
    const boxes = [...document.querySelectorAll(".net [data-box] rect")].map((one) => one.getBoundingClientRect());
    const meets = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    return [...document.querySelectorAll(".net .flow")].filter((text) => boxes.some((box) => meets(text.getBoundingClientRect(), box))).map((text) => text.textContent);
  });
  assert.deepEqual(hidden, []);
  const net = await digits.get("api/run/network?s=5");
  const flows = await page.locator("[data-before]").evaluateAll((all) => all.map((one) => [one.dataset.before, one.querySelector("title").textContent.split(" ").pop()]));
  const expected = net.wires.filter((wire) => wire.gradient !== null).map((wire) => [`${wire.from}-${wire.to}`, String(wire.gradient)]);
  assert.ok(flows.length > 1);
  assert.deepEqual(flows, expected);
  // The strip says which of its columns is beside the shown one.
  assert.match(await page.locator(".strip .facts").innerText(), /beside \d/);
  const other = await browser.page(page.url(), "[data-layer] .was");
  assert.equal(await other.locator(".compare").getAttribute("aria-pressed"), "true");
  await other.keyboard.press("c");
  await other.waitForFunction(() => document.querySelector(".was") === null && !location.hash.includes("vs="));
  assert.deepEqual(page.complaints, []);
  await other.close();
  await page.close();
});

test("the boundary of the other step is a dashed line over the plane; where there is no picture of it, that is said", async () => {
  const page = await browser.page(`${moons.url}#/t`, ".plane-plate canvas");
  const [then, now] = [await moons.get("api/run/boundary?s=1"), await moons.get("api/run/boundary")];
  assert.notEqual(then.s, now.s);
  const picture = () => page.evaluate(() => {
    const canvas = document.querySelector(".plane-plate canvas");
    return [canvas.width, canvas.height, canvas.toDataURL()];
  });
  const said = () => page.locator(".boundary [data-then]").innerText();
  // The same picture as the shown one is no line.
  await page.goto(`${moons.url}#/t?vs=${now.s}`);
  await page.waitForFunction(() => /no other picture than this/.test(document.querySelector(".boundary [data-then]")?.textContent));
  const plain = await picture();
  await page.goto(`${moons.url}#/t?vs=1`);
  await page.waitForFunction((s) => document.querySelector(".boundary [data-then]")?.dataset.then === String(s), then.s);
  assert.equal(await said(), `Dashed: where the boundary was at step ${then.s}.`);
  await page.waitForFunction(([width, height, before]) => {
    const canvas = document.querySelector(".plane-plate canvas");
    return canvas.width === width && canvas.height === height && canvas.toDataURL() !== before;
  }, plain);
  // At a step between two pictures the older one is shown, and says so.
  await page.goto(`${moons.url}#/t?s=2`);
  await page.waitForFunction((s) => document.querySelector(".boundary .note")?.textContent === `drawn at step ${s}`, then.s);
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("long names of layers stay in their column", async (t) => {
  const long = "param transformer_layers_zero_attention_query_weight[features, classes] = he";
  const file = ran(["moons", "--epochs", "2"], `input x[batch, features]\ninput y: i64[batch]\n${long}\nlogits = x @ transformer_layers_zero_attention_query_weight\nloss = cross_entropy_mean(logits, y)\n`);
  const server = await serve([file.path]);
  t.after(async () => {
    await server.stop();
    file.remove();
  });
  const page = await browser.page(`${server.url}#/t`, ready);
  const [name, column] = await page.evaluate(() => {
    const cell = document.querySelector("[data-layer] th");
    const range = document.createRange();
    range.selectNodeContents(cell.querySelector(".layer"));
    return [range.getBoundingClientRect().right, cell.getBoundingClientRect().right];
  });
  assert.ok(name <= column, `${name} in ${column}`);
  await page.close();
});

test("a run without a birth says so", async () => {
  const page = await browser.page(`${moons.url}#/w`, ".wrong-page");
  await page.waitForSelector(".fine-all");
  assert.match(await page.locator(".wrong-page").textContent(), /Every number stayed finite/);
  await page.close();
});

for (const scheme of ["light", "dark"]) {
  for (const [name, viewport] of [["wide", { width: 1280, height: 800 }], ["narrow", { width: 390, height: 844 }]]) {
    test(`axe finds nothing in Train and What went wrong, and nothing is cut: ${scheme}, ${name}`, async (t) => {
      const own = await open({ colorScheme: scheme, viewport });
      t.after(() => own.close());
      for (const [server, where] of [[moons, "#/t?s=50"], [digits, "#/t?sort=worst"], [broken, "#/t"]]) {
        const page = await own.page(server.url + where, ready);
        await page.waitForSelector(".strip [data-stat=s]");
        await page.keyboard.press("ArrowDown");
        await clean(own.context, page, `${where} of ${server.url}`);
        assert.deepEqual(await cut(page, ".pane-head, .pane-head *, .facts, .facts *, .health td, .health th, .run-time button, .run-time output, .cost"), []);
        assert.equal(await page.evaluate(() => { const table = document.querySelector(".at .scroll"); return table.scrollWidth - table.clientWidth; }), 0, "the table of health is wider than its panel");
        await page.close();
      }
      for (const server of [broken, moons]) {
        const page = await own.page(`${server.url}#/w`, ".pane.at");
        await clean(own.context, page, "what went wrong");
        assert.deepEqual(await cut(page, ".birth-view h2, .told th, .told td, .told p, .told dd, .findings *"), []);
        await page.close();
      }
    });
  }
}
