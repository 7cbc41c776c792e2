// The offline page, opened as a file: its own script steps, opens, closes and shows cards, and fetches nothing.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, test } from "node:test";
import { command } from "./server.mjs";
import { alone, browser, stand } from "./stand.mjs";

const folder = mkdtempSync(join(tmpdir(), "chainrule-html-"));
stand(alone);
after(() => rmSync(folder, { recursive: true, force: true }));

/** The page of a formula, as a file. */
async function opened(name, args) {
  const path = join(folder, `${name}.html`);
  command(["html", ...args, "-o", path]);
  const page = await browser.context.newPage();
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(error.message));
  page.on("request", (request) => request.url().startsWith("file:") || request.url().startsWith("data:") || page.complaints.push(request.url()));
  await page.goto(pathToFileURL(path).href);
  await page.waitForSelector("#picture svg");
  return page;
}

const CALLS = Array.from({ length: 6 }, (_, i) => `s(x * ${i + 1})`).join(" * ");
const SIX = [`stage s(z) = 1 / (1 + exp(-z))\nf = ${CALLS}`, "x=0.5"];
const frames = (page) => page.locator("#picture [id$=-frame]").evaluateAll((all) => all.map((one) => one.id));

test("each of six stages opens and closes, whatever else is open", async () => {
  const page = await opened("six", SIX);
  assert.deepEqual(await frames(page), []);
  const pick = async (id) => {
    await page.evaluate((id) => (document.getElementById(`${id}-frame`) ?? document.getElementById(id)).dispatchEvent(new MouseEvent("dblclick", { bubbles: true })), id);
  };
  const expect = (ids) => page.waitForFunction((ids) => JSON.stringify([...document.querySelectorAll("#picture [id$=-frame]")].map((one) => one.id).sort()) === JSON.stringify(ids.map((id) => `${id}-frame`).sort()), ids);
  await pick("s2");
  await expect(["s2"]);
  await pick("s5");
  await expect(["s2", "s5"]);
  await pick("s1");
  await expect(["s1", "s2", "s5"]);
  await pick("s2");
  await expect(["s1", "s5"]);
  for (const id of ["s2", "s3", "s4", "s6"]) await pick(id).then(() => page.waitForSelector(`#${id}-frame`, { state: "attached" }));
  await expect(["s1", "s2", "s3", "s4", "s5", "s6"]);
  assert.match(await page.locator("#card").textContent(), /The product of its parts/);
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("it steps through both passes, with the card of each gate", async () => {
  const page = await opened("neuron", ["f = sigmoid(w0*x0 + w1*x1 + w2)", "w0=2", "x0=-1", "w1=-3", "x1=-2", "w2=-3"]);
  await page.keyboard.press("Home");
  const seen = () => page.locator("#picture [id$=-v]:not(.hidden)").count();
  const inputs = await seen();
  await page.keyboard.press("ArrowRight");
  assert.equal(await seen(), inputs + 1);
  assert.match(await page.locator("#said").textContent(), /multiply: 2 × −1 = −2/);
  assert.match(await page.locator("#card h2").textContent(), /multiply/);
  for (let i = 0; i < 4; i += 1) await page.keyboard.press("ArrowRight");
  assert.match(await page.locator("#card").textContent(), /0\.1966/);
  await page.keyboard.press("End");
  assert.equal(await page.locator("#picture .hidden").count(), 0);
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("on a phone the page does not scroll sideways, the formula keeps its lines, and arrays have pictures", async () => {
  const page = await opened("narrow", ["input W: f64[3, 2]\ninput x: f64[2]\nh = relu(W @ x)\nloss = sum(h^2)", "W=[[1,-2],[0.5,1],[-1,3]]", "x=[2,0.5]"]);
  await page.setViewportSize({ width: 390, height: 844 });
  const seen = await page.evaluate(() => ({
    over: document.documentElement.scrollWidth - innerWidth,
    lines: document.querySelector("h1").textContent.split("\n").length,
    maps: document.querySelectorAll("#picture .map").length,
    hidden: document.querySelectorAll("#picture [id$=-m].hidden").length,
  }));
  assert.ok(seen.over <= 0, `${seen.over} px too wide`);
  assert.equal(seen.lines, 4);
  assert.ok(seen.maps > 6 && seen.hidden === 0, JSON.stringify(seen));
  // Before the first step only the inputs are known.
  await page.keyboard.press("Home");
  assert.equal(await page.locator("#picture [id$=-m]:not(.hidden)").count(), 2);
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("a sum opens to its gates and closes again", async () => {
  const page = await opened("sum", ["f = a + b + c * d + e", "a=1", "b=2", "c=3", "d=4", "e=5"]);
  const sum = await page.locator("#picture g[id^=g]", { hasText: "+" }).last().getAttribute("id");
  await page.locator(`#${sum}`).dblclick();
  await page.waitForSelector(`#c${sum.slice(1)}-frame`, { state: "attached" });
  await page.getByRole("button", { name: "close it" }).click();
  await page.waitForSelector(`#c${sum.slice(1)}-frame`, { state: "detached" });
  assert.deepEqual(page.complaints, []);
  await page.close();
});
