// Bundles the scripts of the views: `node tools/scripts/bundle.js [ROOT]`, with esbuild.
//
// What all views share becomes `live.js`, which defines `live`; each view becomes a file of its own,
// which uses `live` and defines `view`: `assets.py` puts one after the other. The extension of
// JupyterLab becomes `extension.js`. Names stay as they are written, so that what a browser's console
// says can be understood. The first line of a bundle has a digest of all that it was made from,
// which `tests/view/live/test_bundle.py` compares.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, version } from "esbuild";

const OWN = fileURLToPath(import.meta.url);
const VIEW = join(process.argv[2] ?? join(OWN, "../../.."), "funclab/view");
const BUNDLES = join(VIEW, "live/bundle");

/** The scripts of a room, as paths from `VIEW`. */
const scriptsOf = (room) => readdirSync(join(VIEW, room)).filter((name) => name.endsWith(".js")).sort()
  .map((name) => `${room}/${name}`);

/** The scripts that a room's bundle is made of: its own, and those of `learned/` if it imports them. */
function partsOf(room) {
  const own = scriptsOf(room), uses = own.some((path) => readFileSync(join(VIEW, path), "utf8").includes("../learned/"));
  return uses ? [...own, ...scriptsOf("learned")] : own;
}

function digestOf(room) {
  const digest = createHash("sha256").update(readFileSync(OWN)).update(version);
  for (const path of partsOf(room)) digest.update(path).update(readFileSync(join(VIEW, path)));
  return digest.digest("hex");
}

/** In the views, what they import from `live/` is what `live.js` has defined. */
const shared = {
  name: "shared",
  setup({ onResolve, onLoad }) {
    const text = scriptsOf("live").map((path) => readFileSync(join(VIEW, path), "utf8")).join("\n");
    const names = [...text.matchAll(/^export (?:const|class|(?:async )?function) (\w+)/gm)].map(([, name]) => name);
    onResolve({ filter: /^\.\.\/live\// }, () => ({ path: "live", namespace: "shared" }));
    onLoad({ filter: /./, namespace: "shared" }, () => ({ contents: `export const { ${names} } = live;` }));
  },
};

/** Bundle a room: some lines that import from it, and the name of what these lines export. */
async function bundle(room, contents, globalName, plugins = []) {
  const { outputFiles: [{ text }] } = await build({
    stdin: { contents, resolveDir: VIEW },
    bundle: true, write: false, format: "iife", globalName, plugins, minifyWhitespace: true, target: "es2022",
  });
  const head = `/* From funclab/view/${room}/*.js by tools/scripts/bundle.js: ${digestOf(room)} */\n`;
  return head + text;
}

const rooms = readdirSync(VIEW).filter((room) => existsSync(join(VIEW, room, "view.js")));
const made = {
  live: await bundle("live", scriptsOf("live").map((path) => `export * from "./${path}";`).join("\n"), "live"),
  extension: await bundle("notebook", 'import "./notebook/extension.js";'),
};
for (const room of rooms) made[room] = await bundle(room, `export { default } from "./${room}/view.js";`, "view", [shared]);
rmSync(BUNDLES, { recursive: true, force: true });
mkdirSync(BUNDLES);
for (const [name, text] of Object.entries(made)) writeFileSync(join(BUNDLES, `${name}.js`), text);
