// Before the tests of scripts: the texts of all rooms, as `assets.py` writes them before them on a page.

import { existsSync, readFileSync, readdirSync } from "node:fs";

const VIEW = new URL("../../funclab/view/", import.meta.url);
const tables = readdirSync(VIEW).map((room) => new URL(`${room}/texts.json`, VIEW)).filter((place) => existsSync(place));
globalThis.TEXTS = Object.assign({}, ...tables.map((place) => JSON.parse(readFileSync(place, "utf8"))));
