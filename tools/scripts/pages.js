// Bundles the scripts of the site that need packages: `node tools/scripts/pages.js [ROOT]`. Its first
// line has a digest of what it was made from, which `tests/project/test_site_scripts.py` compares.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const OWN = fileURLToPath(import.meta.url), DOCS = join(process.argv[2] ?? join(OWN, "../../.."), "docs");
const digest = createHash("sha256").update(readFileSync(OWN)).update(readFileSync(join(OWN, "../package.json")));
for (const name of readdirSync(join(DOCS, "drop")).sort()) digest.update(name).update(readFileSync(join(DOCS, "drop", name)));

const { outputFiles: [{ text }] } = await build({
  entryPoints: [join(DOCS, "drop/page.js")], nodePaths: [join(OWN, "../node_modules")],
  bundle: true, write: false, format: "esm", minify: true, legalComments: "inline", target: "es2022",
});
const packages = "It holds pbf (BSD-3-Clause, Mapbox), jsfive (public domain, NIST) and pako (MIT, Vitaly Puzrin and Andrei Tuputcyn)";
const head = `/* From docs/drop/*.js by tools/scripts/pages.js: ${digest.digest("hex")}. ${packages}. */\n`;
writeFileSync(join(DOCS, "pages/_static/drop.js"), head + text);
