// What scripts name is there: HTML's elements, ARIA's roles, the classes of the style sheet, texts.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const ROOT = new URL("../../", import.meta.url);
const files = (folder, ending) => readdirSync(new URL(folder, ROOT), { recursive: true, withFileTypes: true })
  .filter((file) => file.isFile() && file.name.endsWith(ending) && !/node_modules|bundle$/.test(file.parentPath))
  .map((file) => readFileSync(`${file.parentPath}/${file.name}`, "utf8"));
const SCRIPTS = files("funclab/view", ".js"), STYLES = files("funclab/view", ".css").join("\n");
const OTHERS = [...files("funclab/view", ".py"), ...files("tests/browser", ".py"), ...files("binder", "")].join("\n");

/** All that a pattern captures in the scripts, without comments. */
function named(pattern) {
  const code = SCRIPTS.map((text) => text.replace(/^\s*(\/\/|\*|\/\*\*).*$/gm, "")).join("\n");
  return [...code.matchAll(pattern)].map(([, name]) => name);
}

const HTML = "b br button caption code dd details div dl dt figcaption figure footer form h2 h3 h4 header i input kbd label mark "
  + "li nav ol option output p pre section select small span strong style summary table tbody td textarea th thead tr ul wbr";
const SVG = "circle g line path rect svg text title";

test("elements are those of HTML and SVG", () => {
  const elements = new Set(HTML.split(" ")), shapes = new Set(SVG.split(" "));

  assert.deepEqual(named(/\bh\("([^"]*)"/g).filter((name) => !elements.has(name)), []);
  assert.deepEqual(named(/\bs\("([^"]*)"/g).filter((name) => !shapes.has(name)), []);
});

test("roles and states are those of ARIA, and inputs are of kinds that there are", () => {
  const roles = new Set(["group", "list", "listbox", "listitem", "option", "progressbar", "radio", "radiogroup",
    "spinbutton", "status", "toolbar", "img", "button"]);
  const states = new Set(("checked current describedby disabled expanded hidden keyshortcuts label live pressed "
    + "roledescription valuemax valuemin valuenow valuetext").split(" "));

  assert.deepEqual(named(/role: "([^"]*)"/g).filter((name) => !roles.has(name)), []);
  assert.deepEqual(named(/["[](aria-[A-Za-z]*|XX\w*aria\w*)["=\]]/g).filter((name) => !states.has(name.slice(5))), []);
  assert.deepEqual(named(/\btype: "([^"]*)"/g).filter((kind) => !/^(button|checkbox|range|search|submit|text)$/.test(kind)), []);
  assert.deepEqual(named(/"text-anchor": "([^"]*)"/g).filter((end) => end !== "middle" && end !== "end"), []);
});

// Classes of ours that have no style of their own, and the beginning of an id.
const PLAIN = new Set("fl-doc fl-hits fl-button fl-play-code fl-plan fl-marks fl-why-".split(" "));

test("each class has a style, or is looked for", () => {
  const styled = new Set([...STYLES.matchAll(/\.((?:fl|s|f)-[\w-]+)/g)].map(([, name]) => name));
  const given = named(/(?<![\w.#-])((?:XX)?fl-[\w-]*)/g), sought = new Set(named(/\.(fl-[\w-]+)/g));
  const known = (name) => (name.endsWith("-")
    ? [...styled, ...sought].some((other) => other.startsWith(name)) || OTHERS.includes(name)
    : styled.has(name) || sought.has(name) || new RegExp(`${name}\\b`).test(OTHERS));

  assert.ok(given.length > 150);
  assert.deepEqual([...new Set(given)].filter((name) => !known(name) && !PLAIN.has(name)), []);
});

test("each class that is looked for is given by a script or drawn by Python", () => {
  const given = new Set(named(/(?<![\w.#-])(fl-[\w-]*)/g));
  const kinds = [...given].filter((name) => name.endsWith("-"));

  assert.deepEqual([...new Set(named(/\.((?:XX)?fl-[\w-]+)/g))].filter((name) =>
    !given.has(name) && !kinds.some((kind) => name.startsWith(kind)) && !OTHERS.includes(name)), []);
});

test("each text that is asked for by its name is in a table", () => {
  const asked = named(/\bt\("([^"]*)"/g);

  assert.ok(asked.length > 150);
  assert.deepEqual(asked.filter((name) => !Object.hasOwn(globalThis.TEXTS, name)), []);
});
