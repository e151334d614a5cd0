// What a saved notebook or page keeps of a view comes in here, and so do the pictures of all views.
// Anybody may have written them. They become text, numbers and shapes, or are refused as a whole.

import { SVG } from "./core.js";

/** The most characters and values of a view, entries of one of its tables or lists, and tables in
 * tables; the most elements of a picture, and how deep they may be nested. */
const MOST = { characters: 40e6, values: 1e6, entries: 20_000, depth: 16, drawn: 30_000, nested: 40 };
/** The most characters of a trait that is small in every view. */
const MOST_SMALL = 100_000;

const isText = (value) => typeof value === "string", isNumber = Number.isFinite;
const isFlag = (value) => typeof value === "boolean";
const isTable = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isPlain = (value) => value === null || ["string", "number", "boolean"].includes(typeof value);
const isListOf = (is) => (value) => Array.isArray(value) && value.every(is);
/** A table of plain values, and of lists of them. */
const isFlat = (value) => isTable(value) && Object.values(value).every((one) => isPlain(one) || isListOf(isPlain)(one));

/** The types of the traits that are kept: of those that are small, and of those that may be large. */
const SMALL = {
  title: isText, call: isText, look: isText, cover: isText, ask: isFlag, stop: isNumber, count: isNumber,
  state: isFlat, home: isFlat, blank: isFlat, space: isListOf(isNumber),
  answers: isListOf((one) => isPlain(one) || isFlat(one)),
  tour: isListOf((stop) => isTable(stop) && isText(stop.text) && isFlat(stop.state)),
};
const OTHERS = { facts: isTable, pictures: isTable, curves: isTable, status: isTable };

/** Refuse what is stored, with the reason's key; `name` is that of a trait. */
export function refuse(key, name = "") {
  throw new Error(`${TEXTS.stored_why} ${TEXTS[key].replace("{name}", name)}`);
}

/** A copy of JSON in which any name may be looked up in any table: none has what all objects have.
 * `left` is what may still come. */
function cleaned(value, left = { ...MOST }) {
  left.values -= 1;
  if (isText(value)) left.characters -= value.length;
  if (left.values < 0 || left.characters < 0 || left.depth < 0) refuse("stored_too_large");
  if (isPlain(value)) return value;
  const entries = Object.entries(value);
  if (entries.length > MOST.entries) refuse("stored_too_long");
  left.depth -= 1;
  const copy = Array.isArray(value) ? [] : Object.create(null);
  for (const [key, one] of entries) {
    if (key === "__proto__") refuse("stored_changes_others");
    left.characters -= key.length;
    copy[key] = cleaned(one, left);
  }
  left.depth += 1;
  return copy;
}

/** The traits of a view as somebody has stored them: each has its type, and others are left out. */
export function checked(stored) {
  const traits = {};
  for (const [name, is] of Object.entries({ ...SMALL, ...OTHERS })) {
    if (!Object.hasOwn(stored, name)) continue;
    const most = name in SMALL ? { ...MOST, characters: MOST_SMALL, values: MOST_SMALL } : undefined;
    traits[name] = cleaned(stored[name], most);
    if (!is(traits[name])) refuse("stored_other_type", name);
  }
  return traits;
}

/** The elements that pictures are made of; none of them runs code or fetches anything. */
const DRAWN = new Set(["svg", "g", "rect", "circle", "path", "text", "tspan"]);
/** The words that may be classes in a picture, beside the names of colours. */
const KINDS = "funclab fl-frame fl-number batch box capsule edge frame line plate row shape step tick tie";
const CLASSES = new RegExp(`^(?:${KINDS.replaceAll(" ", "|")}|[fs]-[a-z]+\\d*(?:-[a-z]+)*)$`);
/** What an attribute of a picture may be. A front end acts on others, such as a command's name. */
/** @type {[string, RegExp][]} */
const WRITTEN_AS = [
  ["x y width height rx cx cy r font-size font-weight stroke-width opacity", /^-?\d{0,6}(\.\d+)?$/],
  ["viewBox stroke-dasharray data-scale", /^[-\w. +]*$/],
  ["d", /^[-\d., e+MLHVCSQTAZmlhvcsqtaz]*$/],
  ["transform", /^translate\([-\d.]+,[-\d.]+\)( rotate\(-90\))?$/],
  ["fill stroke", /^(none|#[\da-f]{6})$/],
  ["role text-anchor stroke-linecap", /^[a-z-]+$/],
  ["font-family", /^[\w ,'-]+$/],
  ["aria-label data-dots data-end data-first data-key data-mark data-mono data-repetition", /^/],
  ["data-row data-side data-sign data-source data-start data-target data-tensor", /^/],
];
const ATTRIBUTES = new Map(WRITTEN_AS.flatMap(([names, pattern]) => names.split(" ").map((name) => [name, pattern])));

/** A picture that Python drew, built part by part from what is on these lists. */
export function pictureFrom(markup) {
  let left = MOST.drawn;
  const copy = (part, nested = 0) => {
    if (--left < 0 || nested > MOST.nested) refuse("stored_large_picture");
    const el = document.createElementNS(SVG, part.localName);
    for (const { name, value } of part.attributes) if (ATTRIBUTES.get(name)?.test(value)) el.setAttribute(name, value);
    el.classList.add(...[...part.classList].filter((name) => CLASSES.test(name)));
    for (const child of part.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) el.append(child.data);
      else if (DRAWN.has(child.localName)) el.append(copy(child, nested + 1));
    }
    return el;
  };
  if (!isText(markup) || markup.includes("<!")) refuse("stored_no_picture");
  const root = new DOMParser().parseFromString(markup, "image/svg+xml").documentElement;
  if (root.localName !== "svg") refuse("stored_no_picture");
  const svg = copy(root);
  // Its size is that of its drawing; a projector enlarges all of the view, and where there is less room, it scrolls.
  const [, , width, height] = (svg.getAttribute("viewBox") ?? "").split(" ");
  for (const [name, size] of [["width", width], ["height", height]]) if (size) svg.setAttribute(name, size);
  return svg;
}
