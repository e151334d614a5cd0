// The page on which a file is dropped: its boxes in order, and a table of its calls.

import { fromAddress, read } from "./files.js";
import { boxes, contents, title } from "./blocks.js";
import { connect, links } from "./links.js";
import { hand } from "./notebook.js";

const place = document.querySelector("#drop"), texts = JSON.parse(place.querySelector("script").textContent);
const [told, shown, input] = ["[role=status]", ".shown", "input"].map((name) => place.querySelector(name));

const say = (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/** An element; what it holds is text or elements, never markup. */
function h(tag, properties = {}, ...children) {
  const el = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) el.setAttribute(key, value);
  el.append(...children.flat());
  return el;
}

function table(caption, heads, rows) {
  const head = h("thead", {}, h("tr", {}, heads.map((text) => h("th", { scope: "col" }, text))));
  const row = ([first, ...rest]) => h("tr", {}, h("th", { scope: "row" }, first), rest.map((one) => h("td", {}, one)));
  const el = h("table", {}, h("caption", {}, caption), head, h("tbody", {}, rows.map(row)));
  return h("div", { class: "scrolled", tabindex: "0", role: "region", "aria-label": caption }, el);
}

const callsOf = (model, nodes) => nodes.map((i) => {
  const { name, kind, from, shape } = model.calls[i];
  return [name, kind, shape || "–", from.map((j) => model.calls[j].name).join(", ") || "–"];
});
const heads = () => ["name", "class", "shape", "reads"].map((key) => say(key));

/** One box of the picture; it opens to the table of what is in it. `reads` are the boxes that it
 * reads, if these are not just the one before it. */
function box(model, one, reads) {
  const name = title(model, one), { shape } = model.calls[one.nodes.at(-1)], kinds = contents(model, one).join(" · ");
  const times = one.times > 1 ? [h("b", { class: "times" }, `×${one.times}`)] : [];
  const label = [...times, h("strong", {}, name), h("span", {}, kinds), h("code", {}, shape),
    ...reads.length ? [h("small", {}, say("from", { names: reads.map((i) => title(model, i)).join(", ") }))] : []];
  if (one.nodes.length === 1) return h("li", {}, h("div", { class: "box" }, label));
  const inner = table(say("calls", { n: one.nodes.length, name }), heads(), callsOf(model, one.nodes));
  return h("li", { class: "block" }, h("details", { class: "box" }, h("summary", {}, label), inner));
}

/** A model, and the models in it that are called as layers. */
function drawn(model, level = 2) {
  const { calls, name } = model, all = boxes(model), folded = all.filter(({ nodes }) => nodes.length > 1);
  const counts = { calls: calls.length, boxes: all.length, folded: folded.length };
  const inside = folded.flatMap(({ nodes }) => nodes).length;
  const counted = say(folded.length ? "counted" : "alone", { ...counts, inside });
  const whole = table(say("calls", { n: calls.length, name }), heads(), callsOf(model, [...calls.keys()]));
  const nested = calls.filter((one) => one.inside), lines = links(model, all);
  const reads = (at) => {
    const from = lines.filter(({ to }) => to === at).map((one) => one.from);
    return from.length === 1 && from[0] === at - 1 ? [] : from.map((i) => all[i]);
  };
  const list = h("ol", { class: "boxes", "aria-label": name }, all.map((one, at) => box(model, one, reads(at))));
  const picture = h("div", { class: "picture" }, list);
  connect(list, lines);
  return [
    h(`h${level}`, {}, name), h("p", {}, counted),
    picture,
    h("details", {}, h("summary", {}, say("table")), whole),
    nested.flatMap((one) => drawn(one.inside, Math.min(6, level + 1))),
  ].flat();
}

function lines(name) {
  const code = `import funclab\nfunclab.explore("${name.replace(/["\\\n]/g, "_")}")`;
  const button = h("button", { type: "button" }, say("copy"));
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code);
    told.textContent = say("copied");
  });
  return [h("p", {}, say("further")), h("pre", {}, h("code", {}, code)), button];
}

const NOTEBOOK = "lite/lab/index.html?path=dropped_model.ipynb";

/** The way to the whole explorer, in the browser's own Python. */
function way(config) {
  const link = h("a", { href: NOTEBOOK, class: "begin" }, say("notebook"));
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    try {
      await hand(config);
      location.assign(link.href);
    } catch (error) { // as of a browser that keeps nothing
      console.warn("funclab:", error);
      told.textContent = say("not_kept");
    }
  });
  return h("p", { class: "way" }, link, h("span", {}, say("notebook_told")));
}

async function show(name, reading, file = true) {
  told.textContent = say("reading", { name });
  try {
    const { model, weights, config } = await reading, parts = model ? drawn(model) : [];
    if (weights?.length) {
      const rows = weights.map(([path, shape]) => [path, `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`]);
      const all = table(say("weights", { n: rows.length }), [say("name"), say("shape")], rows);
      parts.push(model ? h("details", {}, h("summary", {}, say("weights", { n: rows.length })), all) : all);
    }
    if (!parts.length) throw new Error("no_model");
    if (config) parts.unshift(way(config));
    shown.replaceChildren(...parts, ...model && file ? lines(name) : []);
    told.textContent = say("done", { name });
  } catch (error) {
    console.warn("funclab:", error);
    shown.replaceChildren();
    told.textContent = say("failed", { name, why: texts[`why_${error.message}`] ?? texts.why_other });
  }
}

const take = ([file]) => { if (file) show(file.name, read(file)); };
input.addEventListener("change", () => take(input.files));
for (const event of ["dragenter", "dragover", "dragleave", "drop"])
  window.addEventListener(event, (happened) => {
    if (!happened.dataTransfer?.types.includes("Files")) return;
    happened.preventDefault();
    place.classList.toggle("over", event === "dragenter" || event === "dragover");
    if (event === "drop") take(happened.dataTransfer.files);
  });

function followAddress() {
  const [, packed] = /^#m=([\w-]+)$/.exec(location.hash) ?? [];
  if (packed) show(say("address"), fromAddress(packed), false);
}
window.addEventListener("hashchange", followAddress);
followAddress();
