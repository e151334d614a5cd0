// Before the tests of scripts: the table of texts, as `assets.py` writes it before them on a page.

import { readFileSync } from "node:fs";

const place = new URL("../../funclab/view/live/texts.json", import.meta.url);
globalThis.TEXTS = JSON.parse(readFileSync(place, "utf8"));
