// Bundles the scripts of the site that need packages.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const TOOLS = fileURLToPath(new URL(".", import.meta.url)), DOCS = join(TOOLS, "../../docs");
const LICENSES = "/* With pbf (BSD-3-Clause, Mapbox), jsfive (public domain, NIST) and pako (MIT, V. Puzrin, A. Tuputcyn). */";

await build({
  entryPoints: [join(DOCS, "drop/page.js")], outfile: join(DOCS, "pages/_static/drop.js"),
  nodePaths: [join(TOOLS, "node_modules")], banner: { js: LICENSES },
  bundle: true, format: "esm", minify: true, legalComments: "inline", target: "es2022",
});
