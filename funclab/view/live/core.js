// What every view shares: one state with undo, keys, captions, ask mode, tours, looks.
// `types.d.ts` says what a view is. Text comes from the table `TEXTS`, never from code.

import { OUTLINES } from "./icons.js";
import { filled } from "./sentences.js";
import { within } from "./within.js";
import { focusOn } from "./focus.js";
import { watchSizes } from "./sized.js";

export const SVG = "http://www.w3.org/2000/svg";

// Words of right-to-left scripts.
const LETTERS = "[\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufefc\\u{10800}-\\u{10fff}\\u{1e800}-\\u{1efff}]+";
const RIGHT_TO_LEFT = new RegExp(`${LETTERS}(?: +${LETTERS})*`, "gu");

// Characters that change the direction of the text after them.
const TURNS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text with its right-to-left words isolated: they must not reorder the text around them. */
function steady(text) {
  return typeof text === "string" ? text.replace(TURNS, "\ufffd").replace(RIGHT_TO_LEFT, "\u2068$&\u2069") : text;
}

/** Only names of our own: a front end's classes mean something to it. */
function ownClasses(names) {
  return String(names).split(/\s+/).filter((name) => /^(fl|funclab)(-|$)/.test(name)).join(" ");
}

/**
 * An element with properties and children; text is always text, never markup.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} properties
 * @param {any[]} children
 */
export function h(tag, properties = {}, ...children) {
  const el = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "class") el.className = ownClasses(value);
    else if (key.startsWith("on")) el.addEventListener(key.slice(2), value);
    else if (value === true) el.setAttribute(key, "");
    else if (value !== false && value != null) el.setAttribute(key, value);
  }
  el.append(...children.flat(Infinity).filter((child) => child != null && child !== false).map(steady));
  return el;
}

/** The attributes that mark the current item of a list, or row of a table. */
export function mark(here, kind = "true") {
  return { class: here ? "fl-here" : "", "aria-current": here ? kind : null };
}

/** A button that looks like a link. */
export function link(label, run, properties = {}) {
  return h("button", { type: "button", class: "fl-link", onclick: run, ...properties }, label);
}

/** A table of rows; `heads` are the names of its columns. */
export function table(rows, heads = [], caption = null, name = "") {
  return h("table", { class: `fl-table ${name}` }, caption && h("caption", {}, caption),
    heads.length ? h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))) : null,
    h("tbody", {}, rows));
}

/** A row of a table: its heading, and its cells. */
export function row(head, cells, properties = {}) {
  return h("tr", properties, h("th", { scope: "row" }, head), cells.map((cell) => h("td", {}, cell)));
}

/** Code, or a name, that may be broken after a dot or slash, and nowhere else. */
export function breakable(line) {
  return line.split(/(?<=[./])(?=[a-z_])|(?=\[\d)/i).flatMap((part, i) => (i ? [h("wbr"), part] : [part]));
}

/** Where the first rectangle of a drawn part is. */
export function rectOf(part) {
  const rect = part?.querySelector("rect");
  const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(rect?.getAttribute(name)));
  return rect && { x, y, width, height };
}

/** Source in lines; a line that is too long continues with a deeper indent. */
export function sourceLines(text) {
  return text.split("\n").flatMap((line) =>
    [h("span", { class: "fl-line", style: `--in:${line.search(/\S|$/) + 4}ch` }, line), "\n"]).slice(0, -1);
}

/**
 * An SVG element.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} attributes
 * @param {any[]} children
 */
export function s(tag, attributes = {}, ...children) {
  const el = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) el.setAttribute(key, value);
  el.append(...children.map(steady));
  return el;
}

/** An icon by its name, which screen readers do not read: its button has a name. */
export function icon(name) {
  return s("svg", { class: "fl-icon", viewBox: "0 0 16 16", "aria-hidden": "true", "data-icon": name },
    s("path", { d: OUTLINES[name] }));
}

/** How keys are written on buttons. */
export const KEY_SIGNS = { " ": TEXTS.space, ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→",
  Delete: "Del" };

/** A text that fits on the foot: its rest stands elsewhere in the view. */
export function brief(text, most = 110) {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

export function same(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** How high a view is at most: in a notebook, and on a page of its own or a projector; how much is around it
 * there, the code above it that stays in sight; and its least height. */
const IN_NOTEBOOK = 560, ON_PAGE = 620, AROUND = 100, CODE = 52, LEAST = 320;

export class Context {
  /**
   * @param {Model} model
   * @param {HTMLElement} el
   * @param {View} view
   */
  constructor(model, el, view) {
    this.model = model;
    this.el = el;
    this.view = view;
    this.past = [];
    /** @type {{ question: Question, reveal: () => void } | null} */
    this.gate = null;
    this.got = {};
    this.cleanups = [];
    /** @type {Record<string, HTMLButtonElement>} */
    this.buttons = {};
  }

  /** Put the empty parts of the view on the page; `keys` is the table of its keys. */
  frame(host, keys) {
    const group = (name, label) => h("div", { class: name, role: "group", "aria-label": this.t(label) });
    this.bar = h("div", { class: "fl-bar", role: "toolbar", "aria-label": this.t("tools") });
    this.title = h("h2", { class: "fl-title" });
    this.counts = h("span", { class: "fl-counts" });
    this.head = h("header", { class: "fl-header" }, h("div", { class: "fl-name" }, this.title, this.counts), this.bar);
    this.stage = group("fl-stage", "picture");
    this.stage.tabIndex = 0;
    this.panel = h("div", { class: "fl-panel" });
    this.askBox = group("fl-ask", "question");
    this.askBox.hidden = true;
    this.captionBox = h("p", { class: "fl-caption" });
    this.tourBox = h("div", { class: "fl-tour", hidden: true });
    this.status = h("p", { class: "fl-status", role: "status", "aria-live": "polite" });
    this.foot = h("footer", { class: "fl-foot" }, this.captionBox, this.status, keys);
    this.el.append(this.head, this.askBox, this.stage, this.panel, this.tourBox, this.foot);
    host.append(this.el);
  }

  /** How many pixels of the page one of the view is: more on a projector. */
  get zoom() { return this.el.currentCSSZoom ?? 1; }

  /** The height of the view, or the most of one that is low: only the window changes it. */
  settle() {
    const page = this.el.closest(".jp-WindowedPanel-outer"), wall = this.look === "projector";
    const most = page && !wall ? IN_NOTEBOOK : ON_PAGE;
    // The frame that some front ends put around an output is as high as what is in it.
    const framed = window.parent !== window;
    const room = page ? page.clientHeight - (wall ? 0 : CODE) : framed ? most : window.innerHeight - AROUND;
    const high = Math.floor(Math.max(LEAST, Math.min(most, room)) / this.zoom);
    this.el.style.setProperty("--fl-high", `${high}px`);
  }

  /** Keep room in a part for the highest of what it may hold, so that nothing moves when it does. */
  reserve(part, contents) {
    const probe = part.cloneNode(false);
    probe.removeAttribute("role");
    Object.assign(probe.style, { visibility: "hidden", height: "" });
    part.after(probe);
    const heights = contents.map((content) => {
      probe.replaceChildren(...content.map((one) => one.cloneNode(true)));
      return probe.offsetHeight;
    });
    probe.remove();
    part.style.height = `${Math.max(0, ...heights)}px`;
    part.classList.add("fl-kept");
  }

  /** Data from Python, requested once, when it is first shown; undefined until it arrives. */
  lazy(kind, key) {
    const name = `${kind} ${key}`, known = this.facts[kind]?.[key] ?? this.got[name];
    if (known === undefined) {
      this.got[name] = null;
      this.model.send({ ask: kind, key });
    }
    return known;
  }

  /** Take a message from Python: requested data, or something that only the view understands. */
  follow(message) {
    if (!("value" in message)) return this.view.follow?.(this, message);
    this.got[`${message.kind} ${message.key}`] = message.value;
    return this.update();
  }

  /** Listen to part of the page as long as the view is on it. */
  listen(part, name, run, early = false) {
    part.addEventListener(name, run, early);
    this.cleanups.push(() => part.removeEventListener(name, run, early));
  }

  /** The same for events of the model. */
  hear(name, run) {
    this.model.on(name, run);
    this.cleanups.push(() => this.model.off?.(name, run));
  }

  /** The same for the sizes of some parts. */
  watchSizes(run, ...parts) { this.cleanups.push(watchSizes(this.el, run, parts)); }

  get state() { return this.model.get("state"); }
  get facts() { return this.model.get("facts"); }
  /** Whether the kernel answers no more: there is none, or the model that is shown has changed. */
  get alone() { return this.model.alone || Boolean(this.model.ended || this.facts.stale); }
  get look() { return this.model.get("look"); }

  /** A sentence from the table, with values filled in. */
  t(key, values = {}) {
    return filled(TEXTS[key] ?? key, values);
  }

  /** Change the state; `undo` steps back over it unless `quiet`. */
  set(patch, quiet = false) {
    const next = { ...this.state, ...patch };
    if (same(next, this.state)) return;
    if (!quiet) this.remember();
    this.say(""); // it was about the state before
    this.model.set("state", next);
    this.model.save_changes();
  }

  /** Remember what is shown now, so that `undo` can return to it. */
  remember() {
    this.past.push({ state: this.state, stop: this.model.get("stop") });
    if (this.past.length > 200) this.past.shift();
  }

  /** Go to a whole state; an open question was about the previous state, so it is removed. */
  leave({ state, stop }) {
    const asked = this.gate;
    this.forget();
    this.say("");
    this.model.set("state", state);
    this.model.set("stop", stop);
    this.model.save_changes();
    if (asked) this.update();
  }

  undo() {
    const last = this.past.pop();
    if (last) this.leave(last);
    this.say(this.t(last ? "undone" : "nothing_to_undo"));
  }

  reset() {
    this.remember();
    this.leave({ state: this.model.get("home"), stop: -1 });
    this.say(this.t("as_the_lesson_had_it"));
  }

  /** Say something short, also to a screen reader. */
  say(text) { this.status.textContent = steady(text); }

  async copy(text) {
    try { await navigator.clipboard.writeText(text); }
    catch {
      const box = h("textarea", { "aria-hidden": "true", style: "position:fixed;opacity:0" });
      box.value = text;
      const before = /** @type {HTMLElement} */ (document.activeElement);
      this.el.append(box);
      box.select();
      document.execCommand("copy");
      box.remove();
      before?.focus();
    }
    this.say(this.t("copied", { text }));
  }

  /**
   * A button: its words, its key, what it does, whether it is pressed, and its icon. With `brief`,
   * the icon stands for the words, which are in the tip with the key; a `main` one is filled.
   * @param {any} label
   * @param {string} key
   * @param {() => unknown} run
   * @param {boolean | null} [pressed]
   * @param {{ icon?: string, brief?: boolean, main?: boolean }} [looks]
   */
  button(label, key, run, pressed, looks = {}) {
    const { icon: name = "", brief = false, main = false } = looks;
    const word = h("span", { class: "fl-word" }, label), sign = key && h("kbd", {}, KEY_SIGNS[key] ?? key);
    const tip = h("span", { class: "fl-tip", "aria-hidden": "true" }, brief ? word : null, sign);
    return h("button", {
      type: "button", class: `fl-button ${brief ? "fl-brief" : ""} ${main ? "fl-main" : ""}`, onclick: run,
      "aria-keyshortcuts": key === " " ? "Space" : key || null, "aria-label": brief ? label : null,
      "aria-pressed": pressed == null ? null : String(pressed),
    }, name ? icon(name) : null, brief ? null : word, brief || sign ? tip : null);
  }

  /** Buttons for the toolbar, by key: one for each key of the view that has a `button` label. */
  makeButtons() {
    for (const [key, action] of Object.entries(this.view.keys(this)))
      if (action.button)
        this.buttons[key] = this.button(action.button, key, () => this.view.keys(this)[key].run(), null, action);
    return Object.values(this.buttons);
  }

  /** Update each button's words and icon; hidden while its key does nothing, disabled while `off`. */
  nameButtons() {
    const keys = this.view.keys(this);
    for (const [key, el] of Object.entries(this.buttons)) {
      const { button, icon: name, off = false, when = () => true } = keys[key], drawn = el.querySelector(".fl-icon");
      el.querySelector(".fl-word").textContent = button;
      if (el.ariaLabel) el.ariaLabel = button;
      if (name && drawn.dataset.icon !== name) drawn.replaceWith(icon(name));
      Object.assign(el, { disabled: off, hidden: !when() });
    }
  }

  /** In ask mode: ask the question first, and `reveal` only after an answer has been recorded. */
  ask(question, reveal) {
    const known = this.model.get("answers").some((answer) => answer.id === question?.id);
    if (!this.model.get("ask") || !question || known) return reveal();
    this.gate = { question, reveal };
    this.showQuestion();
  }

  answer(index) {
    const { question, reveal } = this.gate, given = index < 0 ? null : question.options[index];
    const record = {
      id: question.id, prompt: question.prompt, given, right: question.answer,
      correct: question.answer == null ? null : given === question.answer,
    };
    this.gate = null;
    this.model.set("answers", [...this.model.get("answers"), record]);
    this.model.save_changes();
    this.say(""); // the question, which was said
    reveal();
    if (question.answer == null) this.askBox.replaceChildren(h("p", {}, this.t("noted", { given: given ?? "–" })));
    else this.tell(record, question.explain);
    focusOn(this.el);
  }

  /** The same view may be elsewhere on the page, and its question may have been answered there. */
  answeredElsewhere() {
    if (!this.gate || !this.model.get("answers").some((answer) => answer.id === this.gate.question.id)) return;
    this.forget();
    this.update();
  }

  /** Remove the question, or the verdict on the last answer, from the page. */
  forget() {
    this.gate = null;
    this.askBox.hidden = true;
    this.askBox.replaceChildren();
  }

  /** Whether an answer was right, in words. */
  verdict({ given, right, correct }) {
    return this.t(given == null ? "shown" : correct ? "right" : "not_right", { given: given ?? "", right });
  }

  tell(record, explain) { this.askBox.replaceChildren(h("p", {}, this.verdict(record), " ", explain ?? "")); }

  /** Mark an answer, given before the outcome was known, as right or wrong. */
  judge(id, right, explain) {
    const answers = this.model.get("answers");
    const record = answers.find((answer) => answer.id === id && answer.right == null);
    if (!record) return;
    const judged = { ...record, right, correct: record.given === right };
    this.model.set("answers", answers.map((answer) => (answer === record ? judged : answer)));
    this.model.save_changes();
    this.askBox.hidden = false;
    this.tell(judged, explain);
  }

  showQuestion() {
    const { question } = this.gate, { options, pictures, shown } = question;
    const drawn = (what, name) => (what ? this.view.pictureOf(this, what, name) : name);
    const choices = options.map((option, i) => h("li", {},
      this.button(drawn(pictures?.[i], option), String(i + 1), () => this.answer(i))));
    this.askBox.hidden = false;
    this.askBox.replaceChildren(
      h("p", { class: "fl-prompt" }, question.prompt),
      drawn(shown, shown?.name ?? ""),
      h("ol", { class: `fl-choices ${pictures ? "fl-pictured" : ""}` }, choices),
      this.button(this.t("show_me"), "0", () => this.answer(-1), null, { icon: "look" }));
    this.say(question.prompt);
    this.bringInSight(this.askBox);
  }

  /** Scroll the page to parts of a view in use; if they do not fit together, to the last one. */
  bringInSight(...parts) {
    if (!this.el.contains(document.activeElement)) return;
    for (const part of parts) part.scrollIntoView({ block: "nearest" });
  }

  /** Go to stop `index` of the tour: its state, and its text. */
  visit(index) {
    const tour = this.model.get("tour"), at = within(index, tour.length);
    if (!tour.length || at === this.model.get("stop")) return;
    this.remember();
    this.leave({ state: { ...this.model.get("home"), ...tour[at].state }, stop: at });
  }

  drawTour() {
    const tour = this.model.get("tour"), at = this.model.get("stop");
    this.tourBox.hidden = !tour.length;
    if (!tour.length) return;
    this.tourBox.replaceChildren(
      this.button(this.t("back"), "PageUp", () => this.visit(at - 1)),
      this.button(this.t(at < 0 ? "start_tour" : "next"), "PageDown", () => this.visit(at + 1)),
      h("span", {}, at < 0 ? this.t("tour_of", { n: tour.length }) :
        this.t("stop_of", { i: at + 1, n: tour.length, text: tour[at].text })));
  }

  /** The state of this view as one line of Python. */
  line() {
    const home = this.model.get("blank");
    const parts = Object.entries(this.state)
      .filter(([key, value]) => !same(value, home[key]))
      .map(([key, value]) => `, ${key}=${python(value)}`);
    const settings = parts.join(""), call = this.model.get("call"), [before, after = ""] = call.split("$");
    return `${before}${before.endsWith("(") ? settings.replace(/^, /, "") : settings}${after}`;
  }

  update() {
    const held = this.el.contains(document.activeElement) ? document.activeElement : null;
    this.el.dataset.look = this.look;
    this.title.textContent = steady(this.model.get("title"));
    this.counts.textContent = steady(this.view.counts?.(this) ?? "");
    this.view.update(this);
    this.nameButtons();
    this.captionBox.textContent = steady(this.view.caption?.(this) ?? "");
    this.drawTour();
    if (held && !this.el.contains(document.activeElement)) this.focusLike(held);
  }

  /** Focus the new drawing of what had the focus, so that keys keep working there. */
  focusLike(lost) {
    const told = (part) => [part.tagName, part.getAttribute("aria-keyshortcuts"), part.textContent].join();
    const twin = [...this.el.querySelectorAll(lost.tagName)].find((part) => told(part) === told(lost));
    focusOn(twin ?? this.el);
  }
}

function python(value) {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (typeof value === "object")
    return `{${Object.entries(value).map(([k, v]) => `${JSON.stringify(k)}: ${python(v)}`).join(", ")}}`;
  return JSON.stringify(value);
}
