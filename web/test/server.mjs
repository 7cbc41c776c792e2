// Starts the built binary, and a browser that talks to nothing but it.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** The binary: what CHAINRULE says, or the newest that cargo built for tests. */
const binary = process.env.CHAINRULE ?? join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug/chainrule");
const browser = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Chromium's own window loads 400 modules of its address bar beside every page that is opened: on two cores that is in the way. */
const OMNIBOX = "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup";

function built() {
  if (!existsSync(binary)) throw new Error(`there is no ${binary}; hint: cargo build`);
  return binary;
}

/** What the binary says on its standard output. */
export function command(args) {
  const { status, stdout } = spawnSync(built(), args, { encoding: "utf8", maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`chainrule ${args[0]} ended with ${status}`);
  return stdout;
}

/** A server of this page; `url` ends with a slash, `get` and `post` ask it as the page does. */
export function serve(args = [], port = 0) {
  return started(["view", ...args, "--port", String(port)]);
}

/** A training that is served while it runs. */
export function training(args, port = 0) {
  return started(["train", ...args, "--web", "--port", String(port)]);
}

/** A run file that a training wrote, of a network that is built in or of a formula. It may have failed: that is what some of them are for. */
export function ran(args, formula = null) {
  const folder = mkdtempSync(join(tmpdir(), "chainrule-run-"));
  const path = join(folder, "it.run.jsonl");
  const network = join(folder, "network.cr");
  if (formula !== null) writeFileSync(network, formula);
  spawnSync(built(), ["train", ...(formula === null ? [] : [network]), ...args, "--run", path], { stdio: "ignore" });
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

async function started(args) {
  const child = spawn(built(), args, { stdio: ["ignore", "pipe", "ignore"] });
  const url = await new Promise((found, failed) => {
    const lines = createInterface({ input: child.stdout });
    lines.on("line", (line) => line.startsWith("http://") && found(line.trim()));
    child.once("exit", (code) => failed(new Error(`chainrule ${args[0]} ended with ${code}`)));
  });
  const ended = new Promise((done) => child.once("exit", done));
  return {
    url,
    port: Number(new URL(url).port),
    get: async (path) => (await fetch(url + path)).json(),
    post: async (path, body) => (await fetch(url + path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) })).json(),
    stop: () => {
      child.kill("SIGKILL");
      return ended;
    },
  };
}

/** A browser with nothing in it. */
export async function open(options = {}) {
  const folder = mkdtempSync(join(tmpdir(), "chainrule-browser-"));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: browser,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", OMNIBOX],
    viewport: { width: 1280, height: 800 },
    reducedMotion: "reduce",
    ...options,
  });
  // While the page is worked on: the bundle in dist, without building the binary anew.
  if (process.env.CHAINRULE_DIST) {
    for (const file of ["first.js", "app.js", "app.css"]) await context.route(`**/${file}`, (route) => route.fulfill({ path: join(root, "web/dist", file) }));
  }
  return {
    context,
    /** A page at this address, once its picture is there. What it complains about is an error; `said` are the messages of its socket. */
    page: async (url, ready = "[data-block]") => {
      const page = await context.newPage();
      if (process.env.CHAINRULE_PATIENCE) page.setDefaultTimeout(Number(process.env.CHAINRULE_PATIENCE));
      page.complaints = [];
      page.on("pageerror", (error) => page.complaints.push(error.message));
      page.on("console", (line) => line.type() === "error" && page.complaints.push(line.text()));
      page.said = [];
      page.on("websocket", (socket) => {
        socket.on("framesent", ({ payload }) => page.said.push({ from: "page", ...JSON.parse(payload) }));
        socket.on("framereceived", ({ payload }) => page.said.push({ from: "server", ...JSON.parse(payload) }));
      });
      await page.goto(url);
      await page.waitForSelector(ready);
      // Of a large picture that which is in the window comes first.
      await page.waitForSelector("svg.circuit[aria-busy=true]", { state: "detached" });
      return page;
    },
    close: async () => {
      await context.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The address of a formula at a point. */
export function link(formula, values, more = {}) {
  return `#/c?${new URLSearchParams({ f: formula, v: JSON.stringify(values), ...more })}`;
}

/** What is drawn, without what only says how wide the window is. */
export function drawn(page) {
  return page.evaluate(() => document.querySelector("svg.circuit").innerHTML + document.querySelector("[role=tree]").innerHTML + document.querySelector(".caption").innerHTML);
}

/** The texts beside the wires, by wire. */
export function labels(page) {
  return page.evaluate(() => {
    const texts = (name) => Object.fromEntries([...document.querySelectorAll(`[data-${name}]`)].map((text) => [text.getAttribute(`data-${name}`), text.firstChild.textContent]));
    return { values: texts("value"), gradients: texts("gradient") };
  });
}

export const NEURON = { formula: "f = sigmoid(w0*x0 + w1*x1 + w2)", values: { w0: 2, x0: -1, w1: -3, x1: -2, w2: -3 } };
export const STAGED = {
  formula: "stage sigma(z) = 1 / (1 + exp(-z))\nf = (x + sigma(y)) / (sigma(x) + (x + y)^2)",
  values: { x: 3, y: -4 },
};
export const NETWORK = {
  formula:
    "stage neuron(a, b, w, v, c) = relu(w*a + v*b + c)\nh1 = neuron(x, y, w1, w2, b1)\nh2 = neuron(x, y, w3, w4, b2)\nloss = (u1*h1 + u2*h2 - target)^2",
  values: { x: 1, y: -2, w1: 0.5, w2: -1, b1: 0.1, w3: -0.7, w4: 0.3, b2: 0.2, u1: 1.5, u2: -1, target: 2 },
};
export const CONVOLUTION = {
  formula: "input x: f64[1, 1, 4, 4]\ninput k: f64[1, 1, 3, 3]\nh = relu(conv2d(x, k))\nloss = sum(h^2)",
  values: {
    x: [[[[1, 2, 0, -1], [0, 1, 3, 1], [2, -1, 0, 1], [1, 0, 2, 2]]]],
    k: [[[[0.5, -1, 0], [1, 0.2, -0.3], [0, 0.4, 1]]]],
  },
};
