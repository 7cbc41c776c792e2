// What axe finds in a page, and whether anything is wider than the window.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export async function clean(context, page, what) {
  // Injected by the debugger: the page itself may run nothing but its own script.
  const cdp = await context.newCDPSession(page);
  await cdp.send("Runtime.evaluate", { expression: source });
  const found = await page.evaluate(async (runOnly) => {
    const { violations } = await globalThis.axe.run(document, { runOnly });
    return violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
  }, rules);
  assert.deepEqual(found, [], what);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${what}: ${over} px too wide`);
}

/** Texts that stick out of the element they are in, or that others cover. */
export function cut(page, selector) {
  return page.evaluate((selector) => {
    const found = [];
    for (const element of document.querySelectorAll(selector)) {
      if (element.closest(".spoken") !== null || element.scrollWidth === 0) continue;
      if (element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX !== "auto") found.push(`${element.className}: ${element.textContent.slice(0, 60)}`);
    }
    return found;
  }, selector);
}
