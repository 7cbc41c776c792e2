// A training that is under way: the socket, its control, a server that goes, and a tab that is too slow. Counts and states, no times.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ran, serve, training } from "./server.mjs";
import { alone, browser, stand } from "./stand.mjs";

const ready = "[data-layer]";
/** Long enough for every test, and stopped with the server. */
const endless = ["moons", "--epochs", "1000000000"];

stand(alone);

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Waits for something that will be true; what decides is whether it becomes so. */
async function until(what, holds) {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await holds()) return;
    await pause(100);
  }
  assert.fail(`${what} never came`);
}

const shown = async (page) => Number((await page.locator(".run-time [data-fact=step]").textContent()).replaceAll(" ", ""));

/** Between two pieces of news lies an ack: never is more than one out. */
function oneAtATime(said) {
  const talk = said.filter((one) => one.k === "news" || one.k === "ack");
  talk.forEach((one, i) => {
    if (one.k === "news") assert.ok(i === 0 || talk[i - 1].k === "ack", `news ${one.seq} came before the ack of the one before`);
    else assert.equal(one.seq, talk[i - 1].seq);
  });
  return talk.filter((one) => one.k === "news").length;
}

test("it follows the training, one message at a time, and says what it can see", async (t) => {
  const server = await training(endless);
  t.after(() => server.stop());
  const page = await browser.page(server.url, ready);
  const from = await shown(page);
  await until("news", async () => (await shown(page)) > from && page.said.filter((one) => one.k === "news").length >= 5);
  assert.ok(oneAtATime(page.said) >= 5);
  const sees = () => page.said.filter((one) => one.k === "see");
  const seen = sees().at(-1);
  assert.equal(seen.at, true);
  assert.equal(seen.strip.f, "g");
  // At a chosen step only what still moves is wanted: the curve and the strip.
  await page.keyboard.press("Home");
  await until("see", async () => sees().at(-1).at === false);
  const still = await shown(page);
  const count = page.said.length;
  await until("more news", async () => page.said.slice(count).filter((one) => one.k === "news").length >= 3);
  assert.equal(await shown(page), still);
  assert.ok(page.said.slice(count + 1).every((one) => one.k !== "news" || one.at === undefined));
  await page.keyboard.press("End");
  await until("the last step", async () => (await shown(page)) > still);
  // In another room nothing of it is wanted.
  await page.getByRole("link", { name: "Circuit" }).click();
  await page.waitForSelector("[data-block]");
  await until("see nothing", async () => { const last = sees().at(-1); return last.at === false && last.strip === null && last.losses === null && last.network === false; });
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("pause, one step, rewind, resume", async (t) => {
  const server = await training(endless);
  t.after(() => server.stop());
  const page = await browser.page(server.url, ready);
  const last = async () => (await server.get("api/run")).steps.last;
  await until("a step to go back to", async () => (await server.get("api/run")).rewinds.length > 1);
  await page.keyboard.press(" ");
  await page.waitForSelector(".state.paused");
  const stood = await last();
  await pause(300);
  assert.equal(await last(), stood);
  await page.getByRole("button", { name: "one step" }).click();
  await until("one step", async () => (await last()) === stood + 1);
  await page.keyboard.press(".");
  await until("another", async () => (await last()) === stood + 2);
  await until("the page", async () => (await shown(page)) === stood + 2);
  // Back to a step that is held.
  const { rewinds } = await server.get("api/run");
  await page.keyboard.press("r");
  await until("the step before", async () => (await last()) < stood + 2);
  const back = await last();
  assert.ok(rewinds.includes(back), `${back} of ${rewinds}`);
  await until("the page", async () => (await shown(page)) === back);
  // The curve ends there too.
  await until("the curve", async () => (await page.locator(".losses [data-fact=s]").textContent()).replaceAll(" ", "") === String(back));
  await page.getByRole("button", { name: "resume the training" }).click();
  await page.waitForSelector(".state.running");
  await until("steps", async () => (await last()) > stood + 2);
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("a point of the plane opens its own circuit, with the numbers of the engine", async (t) => {
  const server = await training(endless);
  t.after(() => server.stop());
  const page = await browser.page(server.url, ready);
  await until("a boundary", async () => (await server.get("api/run/boundary")).n > 0);
  await page.keyboard.press(" ");
  await page.waitForSelector(".state.paused");
  await page.waitForSelector(".plane-plate canvas");
  await until("the boundary of the last step", async () => (await server.get("api/run/at")).s === (await shown(page)));
  const plane = await server.get("api/run/boundary");
  const point = plane.points[3];
  const plate = await page.locator(".plane-plate").boundingBox();
  const x = plate.x + ((point.x - plane.x[0]) / (plane.x[1] - plane.x[0])) * plate.width;
  const y = plate.y + plate.height - ((point.y - plane.y[0]) / (plane.y[1] - plane.y[0])) * plate.height;
  await page.mouse.click(x, y);
  await page.waitForSelector(".sampled");
  const query = new URLSearchParams(page.url().split("?")[1]);
  // Where two lie on each other it may be the other one.
  const hit = plane.points.find((one) => one.row === Number(query.get("x")));
  assert.ok(Math.hypot(hit.x - point.x, hit.y - point.y) < 0.1 * (plane.x[1] - plane.x[0]));
  const asked = { example: hit.row, step: Number(query.get("xs")), values: {}, open: [], dir: "lr" };
  const { scene, step } = await server.post("api/set", asked);
  await page.waitForFunction((count) => document.querySelectorAll("svg.circuit [data-block]").length === count, scene.blocks.length);
  const values = await page.locator("svg.circuit [data-value]").evaluateAll((texts) => texts.map((text) => text.firstChild.textContent));
  assert.deepEqual(values, scene.wires.filter((line) => line.place !== null && line.value !== null).map((line) => line.value.text));
  assert.match(await page.locator(".sampled").textContent(), new RegExp(`row ${hit.row} .* step ${step}\\.`));
  // Back, and the same with keys.
  await page.getByRole("link", { name: "back to Train" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForSelector(ready);
  await page.getByRole("slider", { name: "points of the data" }).focus();
  await page.keyboard.press("ArrowLeft");
  const row = /row (\d+)/.exec(await page.locator(".plane-key").textContent())[1];
  await page.keyboard.press("Enter");
  await page.waitForSelector(".sampled");
  assert.match(await page.locator(".sampled").textContent(), new RegExp(`row ${row} `));
  await page.close();
});

test("what a server refuses is said", async (t) => {
  const server = await training(endless);
  t.after(() => server.stop());
  const page = await browser.page(server.url, ready);
  await until("a step to go back to", async () => (await server.get("api/run")).rewinds.length > 1);
  await page.keyboard.press(" ");
  await page.waitForSelector(".state.paused");
  // The step is no longer held when the server is asked for it.
  await page.route("**/api/run/ctl", (route) => route.continue({ postData: JSON.stringify({ do: "rewind", to: 999999999 }) }));
  await page.keyboard.press("r");
  await page.waitForSelector(".cost [role=alert]");
  assert.match(await page.locator(".cost").textContent(), /999999999/);
  await page.close();
});

test("a network that is too large for a page is refused as an example's circuit, with the reason", async (t) => {
  const server = await training(["moons", "--layers", "1100,1000", "--paused"]);
  t.after(() => server.stop());
  const page = await browser.page(`${server.url}#/c?x=3`, ".sampled .wrong");
  assert.match(await page.locator(".sampled .wrong").textContent(), /elements, more than the 1048576 of a page/);
  assert.equal(await page.locator("svg.circuit [data-block]").count(), 0);
  await page.getByRole("link", { name: "back to Train" }).click();
  await page.waitForSelector(".train-room");
  await page.close();
});

test("a training that is over says why there is no going back", async (t) => {
  const server = await training(["moons", "--epochs", "2"]);
  t.after(() => server.stop());
  const page = await browser.page(server.url, ".state.ended");
  assert.match(await page.locator(".cost").textContent(), /there is no going back/);
  assert.equal(await page.locator("[data-do=rewind]").count(), 0);
  const { mistakes } = await server.post("api/run/ctl", { do: "rewind", to: 0 });
  assert.match(mistakes[0].what, /over, and what it has learnt is written/);
  await page.close();
});

test("a tab that stands still stops nothing, and is told the newest when it wakes", async (t) => {
  const server = await training(endless);
  t.after(() => server.stop());
  const page = await browser.page(server.url, ready);
  const last = async () => (await server.get("api/run")).steps.last;
  await until("news", async () => page.said.some((one) => one.k === "news"));
  const cdp = await browser.context.newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: 20 });
  const from = await last();
  const before = page.said.length;
  // A tab that computes for so long answers nothing.
  const stalled = page.evaluate(() => {
    const end = performance.now() + 1500;
    while (performance.now() < end);
  });
  await until("steps without the page", async () => (await last()) > from + 20);
  await stalled;
  const during = page.said.slice(before).filter((one) => one.k === "news").length;
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  const now = await last();
  await until("the newest", async () => (await shown(page)) >= now);
  oneAtATime(page.said);
  assert.ok(during <= 3, `${during} pieces of news for a tab that stood still`);
  await page.close();
});

test("a server that goes is missed, and what comes back goes on where it was", async (t) => {
  const file = ran(["moons"]);
  let server = await serve([file.path]);
  t.after(() => server.stop());
  t.after(file.remove);
  const page = await browser.page(`${server.url}#/t?s=20&sort=worst`, ready);
  await page.waitForSelector(".strip [data-stat=s]");
  const before = await page.locator(".health").innerHTML();
  await server.stop();
  await page.waitForSelector(".banner");
  // Without it no other step can be shown, and what was there stays.
  await page.keyboard.press("Home");
  await page.waitForTimeout(300);
  assert.equal(await page.locator(".health").innerHTML(), before);
  server = await serve([file.path], server.port);
  await page.waitForFunction(() => document.querySelector(".banner") === null);
  // It goes on where it was.
  const { layers } = await server.get("api/run/at?s=1");
  await until("the first step", async () => (await page.locator("[data-num=mean]").first().evaluate((text) => text.parentElement.title.split(" ").pop())) === String(layers[0].gradient.mean));
  assert.equal(await shown(page), 1);
  // Another step is asked for and shown, and the socket is there again.
  await page.keyboard.press("End");
  const { steps } = await server.get("api/run");
  await until("the last step", async () => (await shown(page)) === steps.last);
  await until("the socket", async () => page.said.filter((one) => one.k === "see").length >= 2);
  await page.close();
});

test("without a socket everything is fetched", async (t) => {
  const server = await training(endless);
  t.after(() => server.stop());
  const page = await browser.context.newPage();
  await page.routeWebSocket(/\/ws$/, (socket) => socket.close());
  await page.goto(server.url);
  await page.waitForSelector(ready);
  const from = await shown(page);
  await until("steps", async () => (await shown(page)) > from);
  assert.equal(await page.locator(".banner").count(), 0);
  await page.close();
});
