// The numbers in the page are the engine's, at every step of both passes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CONVOLUTION, NETWORK, NEURON, STAGED, drawn, labels, link } from "./server.mjs";
import { browser, server, stand } from "./stand.mjs";

stand();

/** What must be on the screen after so many steps, from the engine's answer alone. */
function expected(scene, done) {
  const values = {};
  const gradients = {};
  const forward = scene.steps.filter((step) => step.pass === "forward");
  const when = (pass, wire) => scene.steps.map((step, i) => (step.pass === pass && step.wires.includes(wire) ? i + 1 : 0));
  for (const line of scene.wires.filter((one) => one.place !== null)) {
    const made = when("forward", line.id).find((step) => step > 0) ?? 0;
    if (line.value !== null && made <= done) values[line.id] = line.value.text;
    // The gradient of the output is there when the backward pass begins; that of a copy when its last reader has answered.
    const isOutput = line.to.some(([to]) => scene.blocks.find((block) => block.id === to).kind === "output");
    const last = Math.max(...when("backward", line.id), 0);
    const arrived = last > 0 ? last : isOutput ? forward.length + 1 : Infinity;
    if (line.gradient !== null && arrived <= done) gradients[line.id] = line.gradient.text;
  }
  return { values, gradients };
}

for (const [name, { formula, values }, opened] of [
  ["the neuron", NEURON, []],
  ["staged computation, closed", STAGED, []],
  ["staged computation, open", STAGED, ["sigma", "sigma#2"]],
  ["two layers", NETWORK, ["neuron"]],
  ["a convolution", CONVOLUTION, []],
]) {
  test(`numbers at every step: ${name}`, async () => {
    const { scene } = await server.post("api/set", { formula, values, open: opened });
    const page = await browser.page(server.url + link(formula, values, { open: opened.join(",") }));
    await page.waitForFunction((count) => document.querySelectorAll("[data-block]").length === count, scene.blocks.length);
    // The whole: every number that has a place, as the engine prints it, and the digits behind it.
    const whole = await labels(page);
    for (const line of scene.wires.filter((one) => one.place !== null)) {
      assert.equal(whole.values[line.id], line.value?.text);
      assert.equal(whole.gradients[line.id], line.gradient?.text);
    }
    assert.ok(Object.keys(whole.gradients).length > 3);
    await page.keyboard.press("Home");
    const states = [];
    for (let done = 0; done <= scene.steps.length; done += 1) {
      assert.deepEqual(await labels(page), expected(scene, done), `step ${done}`);
      states.push(await drawn(page));
      if (done < scene.steps.length) await page.keyboard.press("ArrowRight");
    }
    // Back the same way: the same page at each step, but for what was chosen before the first.
    for (let done = scene.steps.length - 1; done > 0; done -= 1) {
      await page.keyboard.press("ArrowLeft");
      assert.equal(await drawn(page), states[done], `back at step ${done}`);
    }
    assert.deepEqual(page.complaints, []);
    await page.close();
  });
}

test("dragging an input: every number is the engine's, and no answer but the newest is shown", async () => {
  const page = await browser.page(server.url + link(NEURON.formula, NEURON.values));
  let fetched = 0;
  page.on("request", (request) => (fetched += request.url().endsWith("/api/set") ? 1 : 0));
  const handle = await page.locator("[data-block=g0]").boundingBox();
  const [x, y] = [handle.x + handle.width / 2, handle.y + handle.height / 2];
  const places = () => page.locator("svg.circuit .body").evaluateAll((boxes) => boxes.map((box) => box.getAttribute("x") + " " + box.getAttribute("y")));
  const before = await places();
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (let moved = 1; moved <= 60; moved += 1) await page.mouse.move(x + moved, y);
  assert.deepEqual(await places(), before, "boxes stay where they are while one is dragged");
  await page.mouse.up();
  await page.waitForFunction(() => document.querySelector("[data-value=w0]").firstChild.textContent === "3.2");
  // A drag goes through the socket, and no question is asked before the one before it is answered.
  const talk = page.said.filter((one) => one.k === "ask" || one.k === "answer").map((one) => one.k);
  assert.equal(fetched, 0);
  assert.ok(talk.length >= 2 && talk.length <= 124, `${talk.length} messages for 60 moves`);
  assert.deepEqual(talk, talk.map((_, i) => (i % 2 === 0 ? "ask" : "answer")));
  const { scene } = await server.post("api/set", { formula: NEURON.formula, values: { ...NEURON.values, w0: 3.2 } });
  await page.waitForFunction((text) => document.querySelector("[data-value=w8], [data-value=w9]") && [...document.querySelectorAll("[data-gradient=w0]")][0].firstChild.textContent === text, scene.wires[0].gradient.text);
  assert.deepEqual(await labels(page), expected(scene, Infinity));
  await page.close();
});

test("prove it, and the paths to the output, say what the engine says", async () => {
  const page = await browser.page(server.url + link(STAGED.formula, STAGED.values));
  const { scene } = await server.post("api/set", STAGED);
  await page.click("[data-block=g0]");
  await page.getByRole("button", { name: "Prove it" }).click();
  const numeric = await page.locator("[data-proof=numeric]").textContent();
  const analytic = await page.locator("[data-proof=analytic]").textContent();
  const gradient = scene.wires.find((line) => line.wire === 0).gradient.raw[0];
  assert.ok(Math.abs(Number(analytic.replace("−", "-")) - gradient) < 1e-6);
  assert.ok(Math.abs(Number(numeric.replace("−", "-")) - gradient) < 1e-6);
  await page.getByRole("button", { name: /Why is its gradient/ }).click();
  const why = await server.post("api/paths", { ...STAGED, at: "g0" });
  assert.equal(why.count, 3);
  await page.locator(".because li").nth(2).waitFor();
  assert.equal(await page.locator(".because li").count(), 3);
  assert.ok(Math.abs(why.total - gradient) < 1e-12);
  await page.waitForSelector(".on-path");
  const lit = await page.evaluate(() => [...document.querySelectorAll(".on-path")].map((wire) => wire.dataset.wire));
  assert.deepEqual(lit.sort(), why.lines.sort());
  await page.close();
});

test("a formula of thousands of gates opens as its stages, and never draws more than 600 boxes", async () => {
  const inside = Array.from({ length: 40 }, (_, i) => `b${i + 1} = sin(b${i}) * 1.1`).join("\n");
  const calls = Array.from({ length: 70 }, (_, i) => `a${i + 1} = s(a${i})`).join("\n");
  const formula = `stage s(x) {\nb0 = x * 1.5\n${inside}\n}\na0 = x * 0.5\n${calls}`;
  const { scene } = await server.post("api/set", { formula, values: { x: 1 } });
  assert.ok(scene.stages.reduce((all, stage) => all + stage.gates, 0) >= 2800);
  const page = await browser.page(server.url + link(formula, { x: 1 }));
  const count = () => page.locator("svg.circuit [data-block]").count();
  assert.equal(await count(), scene.blocks.length);
  assert.ok((await page.locator(".minimap").count()) === 1);
  // What was asked before the page was there is not asked again.
  assert.equal(await page.evaluate(() => performance.getEntriesByType("resource").filter((one) => one.name.endsWith("/api/set")).length), 1);
  // All of them open is more than fits: the page says so and draws what does.
  await page.goto(server.url + link(formula, { x: 1 }, { open: scene.stages.map((stage) => stage.id).join(",") }));
  await page.reload();
  await page.waitForSelector("[data-block]");
  await page.waitForSelector("svg.circuit[aria-busy=true]", { state: "detached" });
  assert.ok((await count()) <= 600);
  assert.match(await page.locator(".caption").textContent(), /600 are the most/);
  await page.close();
});
