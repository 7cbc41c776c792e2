// Bundles the page into dist/, which is part of the repository: who builds the binary needs no Node.
// `node build.mjs --check` builds elsewhere and fails if dist/ would change.

import { build } from "esbuild";
import { minify } from "terser";
import { mkdtemp, readFile, rm, copyFile, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const files = ["index.html", "first.js", "app.js", "app.css"];
/** Bytes, gzipped, all files together. */
const most = 60 * 1024;

/** Everything is made short: with lines and names kept, three screens and a tour would not fit. */
async function bundle(into) {
  const options = {
    absWorkingDir: here,
    outdir: into,
    bundle: true,
    target: "es2022",
    // Calls of `h.ts` in place of those of the runtime for jsx, which tsconfig.json names: 700 bytes less.
    tsconfigRaw: { compilerOptions: { target: "ES2022", useDefineForClassFields: true, jsx: "react", jsxFactory: "jsxNode", jsxFragmentFactory: "JsxFragment" } },
    minify: true,
    legalComments: "inline",
    charset: "utf8",
    logLevel: "warning",
  };
  await build({ ...options, entryPoints: { app: "src/main.tsx" }, inject: ["src/h.ts"], format: "esm" });
  await build({ ...options, entryPoints: { first: "src/first.ts" }, format: "iife" });
  for (const file of ["app.js", "first.js"]) await shorten(join(into, file), file === "app.js");
  await copyFile(join(here, "src/index.html"), join(into, "index.html"));
}

/** What esbuild has bundled still gets 2 % shorter: it folds no variables that are used once. Functions stay where they are: gzip likes that better. What terser calls unsafe is `x + ""` for `String(x)` and the
 * like, of which symbols alone would take notice. */
async function shorten(path, module) {
  const { code } = await minify(await readFile(path, "utf8"), { module, ecma: 2020, compress: { passes: 3, reduce_funcs: false, unsafe: true, unsafe_arrows: true }, format: { ecma: 2020, comments: /^!/ } });
  await writeFile(path, `${code}\n`);
}

async function size(folder) {
  const sizes = await Promise.all(files.map(async (file) => gzipSync(await readFile(join(folder, file)), { level: 9 }).length));
  return sizes.reduce((all, one) => all + one, 0);
}

const isCheck = process.argv.includes("--check");
const folder = isCheck ? await mkdtemp(join(tmpdir(), "chainrule-web-")) : dist;
try {
  await bundle(folder);
  const bytes = await size(folder);
  console.log(`${bytes} bytes gzipped, at most ${most}`);
  if (bytes > most) {
    process.exitCode = 1;
  }
  if (isCheck) {
    for (const file of files) {
      const [built, kept] = await Promise.all([readFile(join(folder, file)), readFile(join(dist, file))]);
      if (!built.equals(kept)) {
        console.error(`dist/${file} is not what the sources give; hint: npm run build, and commit it`);
        process.exitCode = 1;
      }
    }
  }
} finally {
  if (isCheck) {
    await rm(folder, { recursive: true });
  }
}
