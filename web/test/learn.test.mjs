// The tour: each question can be answered, by dragging or by a number that the engine knows; what is wrong is said to be, with the reason.

import assert from "node:assert/strict";
import { test } from "node:test";
import { clean, cut } from "./axe.mjs";
import { labels, open } from "./server.mjs";
import { browser, server, stand } from "./stand.mjs";

stand();

const at = (n) => `${server.url}#/learn/${n}`;
const verdict = (page) => page.locator("#verdict").textContent();
const isRight = (page) => page.locator("#verdict.is-right").count().then((count) => count === 1);

/** Drags an input by so many pixels. */
async function drag(page, name, by) {
  const box = await page.locator("svg.circuit .block.input", { has: page.locator(`text=/^${name}$/`) }).first().boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (let moved = 1; moved <= 20; moved += 1) await page.mouse.move(x + (by * moved) / 20, y);
  await page.mouse.up();
}

/** The gradient of a name in a formula, as the engine says it. */
async function gradient(formula, values, name) {
  const { scene } = await server.post("api/set", { formula, values });
  const block = scene.blocks.find((one) => (one.name ?? one.label) === name);
  return scene.wires.find((line) => line.id === block.outs[0].wire).gradient.raw[0];
}

/** The numbers of the picture are the engine's for what the page shows. */
async function agrees(page) {
  const { scene } = await server.post("api/set", page.lastAsked);
  const seen = await labels(page);
  for (const line of scene.wires.filter((one) => one.place !== null)) {
    assert.equal(seen.values[line.id], line.value?.text);
    assert.equal(seen.gradients[line.id], line.gradient?.text);
  }
  assert.ok(Object.keys(seen.gradients).length > 1);
}

async function opened(n, context = browser.context) {
  const page = await context.newPage();
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(error.message));
  page.on("console", (line) => line.type() === "error" && page.complaints.push(line.text()));
  // Questions go by the socket, or by fetch where there is none.
  const note = ({ formula, values, open }) => (page.lastAsked = { formula, values, open });
  page.on("request", (request) => request.url().endsWith("/api/set") && note(request.postDataJSON()));
  page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => JSON.parse(payload).k === "ask" && note(JSON.parse(payload).body)));
  await page.goto(at(n));
  await page.waitForSelector(".question button[type=submit]:enabled");
  await page.waitForSelector("svg.circuit [data-block]");
  return page;
}

/** Numbers to be found: wrong ones with what is said to them, and the name whose gradient is asked for. */
const found = {
  2: { name: "x", wrong: [["4", /local gradient alone/], ["3", /what arrived at s/], ["7", /added the two/], ["99", /Multiply the two/], ["", /Write a number/]] },
  3: { name: "y", wrong: [["-2", /not shared out/], ["5", /way of ×/], ["1", /local gradient of \+ is 1/]] },
  4: { name: "x", wrong: [["6", /That goes to y/], ["-4", /Multiply it by what arrives/], ["8", /sign of y/], ["0", /Multiply the two/]] },
  6: { name: "x", wrong: [["3", /one branch/], ["-3", /added/], ["7", /they add up/]] },
  8: { name: "num", wrong: [["1.5457", /1 \/ den/], ["1", /local gradient, 1 \/ den/], ["abc", /Write a number/]] },
};

for (const [n, { name, wrong }] of Object.entries(found)) {
  test(`page ${n}: a number is found`, async () => {
    const page = await opened(n);
    const { formula, values } = page.lastAsked;
    const truth = await gradient(formula, values, name);
    // The number is not there to be read off.
    const hidden = await page.evaluate((id) => document.querySelector(`[data-gradient="${id}"]`) === null, (await server.post("api/set", { formula, values })).scene.blocks.find((one) => (one.name ?? one.label) === name).outs[0].wire);
    assert.ok(hidden);
    for (const [text, reason] of wrong) {
      await page.fill("#answer", text);
      await page.keyboard.press("Enter");
      assert.match(await verdict(page), reason, text);
      assert.equal(await isRight(page), false);
    }
    await page.fill("#answer", String(Number(truth.toPrecision(3))).replace("-", "−"));
    await page.getByRole("button", { name: "Check" }).click();
    await page.waitForSelector("#verdict.is-right");
    assert.match(await verdict(page), /Yes/);
    await agrees(page);
    assert.deepEqual(page.complaints, []);
    await page.close();
  });
}

/** States to be reached: a drag that is not enough, with what is said, and those that are. */
const reached = {
  1: { wrong: ["z", 40, /same sign/], right: [["z", 200]] },
  5: { wrong: ["x", -60, /larger of the two/], right: [["w", 400]] },
  7: { wrong: ["x", -40, /make x smaller/], right: [["x", -100]] },
  9: { wrong: ["x0", -100, /changed the data/], right: [["w0", 80]], resets: true },
  10: { wrong: ["b2", 60, /has to rise above 0/], right: [["b2", 120]] },
  11: { wrong: ["x", -20, /where it is flat/], right: [["x", -80]] },
};

for (const [n, { wrong, right, resets }] of Object.entries(reached)) {
  test(`page ${n}: a state is reached by dragging`, async () => {
    const page = await opened(n);
    // Nothing was done yet: that is no answer, and the reason is said.
    await page.getByRole("button", { name: "Check" }).click();
    assert.match(await verdict(page), /Not yet/);
    const [name, by, reason] = wrong;
    await drag(page, name, by);
    await page.waitForFunction((pattern) => new RegExp(pattern).test(document.querySelector("#verdict").textContent), reason.source);
    assert.equal(await isRight(page), false);
    if (resets) {
      await page.getByRole("button", { name: "As it was" }).click();
      await page.waitForFunction(() => document.querySelector("#verdict").textContent === "");
      await page.waitForSelector(".question button[type=submit]:enabled");
    }
    for (const [name, by] of right) await drag(page, name, by);
    await page.waitForSelector("#verdict.is-right");
    assert.match(await verdict(page), /Yes/);
    await agrees(page);
    assert.deepEqual(page.complaints, []);
    await page.close();
  });
}

test("pages are turned by keys and buttons, and what was answered is kept", async () => {
  const own = await open();
  const page = await own.page(server.url);
  await page.getByRole("link", { name: "Learn" }).click();
  await page.waitForFunction(() => location.hash === "#/learn/1");
  await page.waitForSelector(".question button[type=submit]:enabled");
  const title = () => page.locator(".learn-room h2").textContent();
  assert.equal(await title(), "A value flows forward");
  await page.keyboard.press("n");
  await page.waitForFunction(() => location.hash === "#/learn/2");
  await page.waitForSelector(".question button[type=submit]:enabled");
  await page.keyboard.press("PageDown");
  await page.waitForFunction(() => location.hash === "#/learn/3");
  await page.keyboard.press("p");
  await page.getByRole("button", { name: "Next" }).click();
  await page.waitForFunction(() => location.hash === "#/learn/3");
  await page.waitForSelector(".question button[type=submit]:enabled");
  await page.waitForFunction(() => document.querySelectorAll("svg.circuit [data-block]").length === 6);
  // In the field letters are letters.
  await page.fill("#answer", "");
  await page.focus("#answer");
  await page.keyboard.type("n-4");
  assert.equal(await page.inputValue("#answer"), "n-4");
  await page.fill("#answer", "-4");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#verdict.is-right");
  const last = page.locator(".pager li button");
  assert.equal(await last.count(), 11);
  await last.nth(10).click();
  await page.waitForFunction(() => location.hash === "#/learn/11");
  await page.waitForSelector(".question button[type=submit]:enabled");
  assert.ok(await page.getByRole("button", { name: "Next" }).isDisabled());
  // The steps of both passes are there too.
  await page.focus(".track");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  assert.match(await page.locator(".live .step").textContent(), /forward 1/);
  // Another day.
  const again = await own.page(`${server.url}#/learn`);
  await again.waitForFunction(() => location.hash === "#/learn/11");
  assert.deepEqual(await again.locator(".pager .solved").evaluateAll((all) => all.map((one) => one.textContent)), ["3"]);
  // The circuit of a page can be taken along.
  await again.getByRole("link", { name: "Circuit" }).click();
  await again.waitForFunction(() => document.querySelector("#formula")?.value.includes("layer(x, w1)"));
  await own.close();
});

test("a stage of a page opens, and the product of its parts is its own gradient", async () => {
  const page = await opened(7);
  const stage = page.locator("svg.circuit .block.stage");
  await stage.dblclick();
  await page.waitForSelector("svg.circuit .block.frame");
  const { scene } = await server.post("api/set", { ...page.lastAsked });
  assert.equal(scene.blocks.filter((block) => block.kind === "gate").length, 4);
  assert.deepEqual(await page.locator("svg.circuit .block.gate .label").allTextContents(), ["× −1", "exp", "+ 1", "1 / x"]);
  await page.close();
});

for (const colorScheme of ["light", "dark"]) {
  for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
    test(`axe finds nothing in the tour, and nothing is cut: ${colorScheme}, ${viewport.width}`, async () => {
      const own = await open({ colorScheme, viewport });
      for (const n of [2, 10]) {
        const page = await opened(n, own.context);
        await page.getByRole("button", { name: "Check" }).click();
        await clean(own.context, page, `page ${n}`);
        assert.deepEqual(await cut(page, ".learn-room article *, .question, .question *, .pager, .pager button"), [], `page ${n}`);
        const inside = await page.evaluate(() => {
          const [reply, question] = ["#verdict", ".question"].map((one) => document.querySelector(one).getBoundingClientRect());
          return reply.left >= question.left && reply.right <= question.right;
        });
        assert.ok(inside, `what is said on page ${n} stays in its box`);
        await page.close();
      }
      await own.close();
    });
  }
}
