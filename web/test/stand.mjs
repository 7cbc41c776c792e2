// What the tests of one file stand on: a browser, and mostly a server; both end with the file.

import { after, before } from "node:test";
import { open, serve } from "./server.mjs";

export let server = null;
export let browser = null;

/** To be called once, where tests are declared. `begin` gives the server, or nothing. */
export function stand(begin = serve) {
  before(async () => {
    server = await begin();
    browser = await open();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });
}

/** Without a server of its own. */
export const alone = () => null;
