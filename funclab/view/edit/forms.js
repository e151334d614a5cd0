// The forms in the panel: settings, a layer to add, a call to choose, names, a new Input.

import { h, mark } from "../live/core.js";
import { within } from "../live/within.js";
import { focusOn } from "../live/focus.js";

/** How long after the last change a form asks what would come of it, in milliseconds. */
const PAUSE = 300;
/** The largest power of two of a slider. */
const LARGEST = 10;
const WORDS = { True: true, False: false, None: null, true: true, false: false, null: null };
/** Verbs that wait until a call is chosen, and the sentence that asks for it. */
const WAITS = { c: "edit_choose_connect", s: "edit_choose_share", m: "edit_choose_move" };

/** What is typed in a form, as a value: a number, a list of numbers, True, None, or a word. */
export function valueOf(text) {
  const plain = text.trim();
  if (plain in WORDS) return WORDS[plain];
  if (plain === "") return null;
  if (/^-?(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(plain)) return Number(plain);
  if (/^[[(]/.test(plain) || /^\d+\s*,/.test(plain)) {
    const inner = plain.replace(/[()]/g, (sign) => (sign === "(" ? "[" : "]")).replace(/,\s*\]/g, "]");
    try { return JSON.parse(inner.startsWith("[") ? inner : `[${inner.replace(/,\s*$/, "")}]`); }
    catch { return plain; }
  }
  return plain.replace(/^["']|["']$/g, "");
}

/** A value as it is written in a form. */
export function written(value) {
  if (value == null) return "";
  if (Array.isArray(value)) return `(${value.map(written).join(", ")}${value.length === 1 ? "," : ""})`;
  return typeof value === "boolean" ? (value ? "True" : "False") : String(value);
}

export class Forms {
  /**
   * @param {Context} ctx
   * @param {import("./view.js").Edit} edit
   */
  constructor(ctx, edit) {
    this.ctx = ctx;
    this.edit = edit;
    /** The verb whose form is open, the call that it is about, and the call that is being chosen. */
    this.verb = "";
    this.key = "";
    this.at = "";
    /** The step at which it was opened, and what is known of the arguments in it. */
    this.position = 0;
    this.rows = [];
    /** The setting that is on its way to Python. */
    this.sent = "";
  }

  /** Whether a call is to be chosen. */
  get waits() { return Boolean(WAITS[this.verb]) && !this.source; }

  open(verb, key = "") {
    const { position } = this.ctx.state;
    Object.assign(this, { verb, key, position, at: "", source: "", kind: "", drawn: "", chosen: 0, rows: [] });
    if (this.waits) {
      const { calls } = this.edit.here, i = calls.findIndex((call) => call.key === key);
      const others = [...calls.slice(0, i).reverse(), ...calls.slice(i + 1)];
      // Whose layer? One of the same class; no Input and no op.
      const fits = verb === "s" ? ({ input, op, layer, kind }) => !input && !op && layer !== calls[i].layer
        && kind === calls[i].kind : (call) => !calls[i].reads.includes(call.key) && !call.reads.includes(key)
          && !(calls[i].input && call.input);
      this.at = (others.find(fits) ?? others.find(({ input }) => !input) ?? others[0])?.key ?? "";
    }
    this.ctx.update();
    this.focus();
  }

  /** Close the form; returns whether there was one. */
  close() {
    const was = this.verb;
    this.clear();
    if (was) this.ctx.update();
    return Boolean(was);
  }

  clear() {
    clearTimeout(this.timer);
    Object.assign(this, { verb: "", at: "", source: "", kind: "", drawn: "" });
  }

  /** A step was made. */
  done() {
    if (!this.verb && !this.ctx.el.contains(document.activeElement)) focusOn(this.ctx.el);
  }

  focus() {
    const first = this.el?.querySelector("input:not([type=range]),select,button:not([aria-keyshortcuts=Escape])");
    if (this.waits) return focusOn(this.ctx.el);
    focusOn(first);
    return first?.select?.();  // what is typed replaces what is there
  }

  /** Put the open form into the panel, unless it is there already; returns whether there is one. */
  draw(panel) {
    const { position } = this.ctx.state;
    // A step was made, or undone: all forms but that of settings have done their work.
    if (this.verb !== "e" && position !== this.position) this.clear();
    if (!this.verb) return false;
    const data = this.data(position), { verb, key, source, kind } = this;
    const parts = verb !== "a" || kind ? Boolean(data) : true;  // letters may be typed before the menu arrives
    if (verb === "e" && !data && this.drawn) return true;  // the settings before, until those of this step arrive
    const name = [verb, key, source, kind, position, parts].join();
    if (name !== this.drawn) {
      const held = this.el?.contains(document.activeElement) ? document.activeElement.getAttribute("name") : null;
      this.drawn = name;
      this.sent = "";
      this.el = h("form", { class: "fl-form", onsubmit: (event) => { event.preventDefault(); this.submit(); } },
        this.parts(data));
      panel.replaceChildren(this.el);
      if (held) focusOn(this.el.querySelector(`[name="${CSS.escape(held)}"]`));
      else if (parts) this.focus();
    }
    this.refresh(data);
    return true;
  }

  /** What the form needs from Python; undefined or null while it is on its way. */
  data(position) {
    const { ctx, verb, key, kind, source } = this, ask = (what, about) => ctx.lazy(what, `${position} ${about}`);
    if (verb === "e") return ask("fields", key);
    if (verb === "a") return kind ? ask("kind", kind) : ask("menu", key);
    if (verb === "c" && source) return this.isMerge ? [] : ask("merges", `${source} ${key}`);
    return [];
  }

  get isMerge() { return this.edit.here.calls.find(({ key }) => key === this.key)?.merge; }

  get layer() { return this.edit.here.calls.find(({ key }) => key === this.key)?.layer ?? this.key; }

  /** The elements of the open form. */
  parts(data) {
    const { ctx, verb, key, layer } = this, title = (name, values) => h("h2", {}, ctx.t(name, values));
    const rest = this.buttons();
    if (data?.refused) return [h("p", { class: "fl-what" }, data.refused), rest];
    if (verb === "e")
      return [title("edit_settings", { name: layer }), ...(data ? this.fields(data, true, rest) : [rest])];
    if (verb === "a" && this.kind) return [title("edit_add", { key }), ...this.adding(data ?? [], rest)];
    if (verb === "a") return [title("edit_add", { key }), ...this.menu(), rest];
    if (verb === "n") return [title("edit_rename", { name: layer }), this.field("name", layer), rest];
    if (verb === "i") return [title("edit_new_input"), this.field("shape", "(8,)", "edit_shape"),
      this.field("dtype", "float32", "edit_dtype"), this.field("name", "", "edit_name"), rest];
    if (verb === "/") return [title("edit_find"), this.field("find", ""), rest];
    if (verb === "x") return [h("h2", {}, ctx.t("edit_choose_cut", { key })), this.numbered(this.cuts)];
    if (this.waits) return [h("h2", {}, ctx.t(WAITS[verb], { key })), h("p", { class: "fl-at" }),
      h("p", {}, ctx.t(verb === "c" ? "edit_choose_way" : "edit_choose_note")), rest];
    return [h("h2", {}, ctx.t("edit_choose_how", { source: this.source, key })),
      this.numbered((data ?? []).map(([kind, fits]) => `${fits ? "✓ " : ""}${kind}`))];
  }

  buttons() {
    const { ctx } = this, acts = this.verb !== "e" && !this.waits;
    return h("div", { class: "fl-acts" },
      acts ? h("button", { class: "fl-button", type: "submit" }, ctx.t("edit_do")) : null,
      ctx.button(ctx.t("edit_cancel"), "Escape", () => this.edit.out()));
  }

  /** Choices with the numbers that choose them. */
  numbered(names) {
    return h("ol", { class: "fl-repairs" }, names.map((name, i) =>
      h("li", {}, this.ctx.button(name, String(i + 1), () => this.digit(i + 1)))));
  }

  field(name, value, label = `edit_${name}`) {
    return h("label", { class: "fl-field" }, h("span", {}, this.ctx.t(label)),
      h("input", { name, value, autocomplete: "off", oninput: () => this.later() }));
  }

  /** A control for each argument, with its meaning; one that is `live` acts when it is changed. What
   * is not as usual comes first, then `between`, then all others. */
  fields(rows, live, ...between) {
    const name = this.kind || this.layer;
    if (!rows.length) return [h("p", {}, this.ctx.t("edit_no_settings", { name })), ...between];
    this.rows = rows;
    const all = rows.map((row) => h("label", { class: "fl-field" }, h("span", {}, row.name),
      h("span", { class: "fl-control" }, this.entry(row, live)), h("small", {}, row.told)));
    const own = all.filter((_, i) => rows[i].own), others = all.filter((_, i) => !rows[i].own);
    return [...own, ...between, others.length ? h("details", { open: !own.length },
      h("summary", {}, this.ctx.t("edit_others", { n: others.length })), others) : null];
  }

  entry(row, live) {
    const { name, value, choices, slider } = row, change = () => (live ? this.set(row) : this.later());
    if (typeof value === "boolean")
      return h("input", { type: "checkbox", name, checked: value, onchange: change });
    if (choices.length)
      return h("select", { name, onchange: change }, ["", ...choices].map((choice) =>
        h("option", { value: choice, selected: choice === (value ?? "") }, choice || "None")));
    const box = h("input", { name, value: written(value), autocomplete: "off", onchange: change,
      oninput: () => (live ? null : this.later()) });
    if (!slider) return box;
    const range = h("input", { type: "range", min: 0, max: LARGEST, value: Math.round(Math.log2(value)),
      "aria-label": name, oninput: () => { box.value = String(2 ** Number(range.value)); if (!live) this.later(); },
      onchange: change });
    return [box, range];
  }

  control(name) { return this.el.querySelector(`[name="${CSS.escape(name)}"]`); }

  /** The value of a control. */
  read({ name, value, choices }) {
    const control = this.control(name);
    if (typeof value === "boolean") return control.checked;
    return choices.length ? control.value || null : valueOf(control.value);
  }

  /** A setting acts at once. */
  set({ name }) {
    const row = this.rows.find((one) => one.name === name);  // a form that is left tells of its last change
    if (!row || !this.control(name)) return;
    const value = this.read(row), step = ["set", this.layer, { [name]: value }], text = JSON.stringify(step);
    if (written(value) === written(row.value) || text === this.sent) return;
    this.sent = text;  // Enter in a list that was changed tells of the change once more
    this.edit.send(step);
  }

  // A layer to add.
  menu() {
    return [this.field("search", "", "edit_search"), h("ul", { class: "fl-menu" })];
  }

  /** The layers of the menu with the letters that are typed. */
  get hits() {
    const typed = (this.el.querySelector("[name=search]")?.value ?? "").trim().toLowerCase();
    const { position } = this.ctx.state, all = this.ctx.lazy("menu", `${position} ${this.key}`) ?? [];
    if (!Array.isArray(all)) return [];
    const begins = ({ kind }) => Number(kind.toLowerCase().startsWith(typed));
    return all.filter(({ kind, told }) => `${kind} ${told}`.toLowerCase().includes(typed))
      .sort((a, b) => begins(b) - begins(a));
  }

  adding(rows, rest) {
    const { ctx, key } = this, readers = this.edit.here.calls.find((call) => call.key === key)?.read ?? [];
    const places = [["between", ctx.t(readers.length ? "edit_where_between" : "edit_where_after")],
      ...(readers.length > 1 ? readers.map((name) => [name, ctx.t("edit_where_before", { key: name })]) : []),
      ["branch", ctx.t("edit_where_branch")], ["instead", ctx.t("edit_where_instead", { key })]];
    return [h("p", {}, h("strong", {}, this.kind)), ...this.fields(rows, false,
      h("label", { class: "fl-field" }, h("span", {}, ctx.t("edit_where")),
        h("select", { name: "where", onchange: () => this.later() },
          places.map(([value, label]) => h("option", { value }, label)))),
      h("p", { class: "fl-preview", role: "status" }), rest)];
  }

  /** The step that the form of a new layer describes. */
  get step() {
    const settings = Object.fromEntries((this.rows ?? [])
      .filter((row) => row.needed || written(this.read(row)) !== written(row.value))
      .map((row) => [row.name, this.read(row)]));
    const where = this.el.querySelector("[name=where]")?.value;
    if (where === "instead") return ["replace", this.key, this.kind, settings];
    const before = { between: {}, branch: { before: [] } }[where] ?? { before: [where] };
    return ["insert", this.key, this.kind, { ...settings, ...before }];
  }

  /** Ask what would come of the form, when its changes pause. */
  later() {
    clearTimeout(this.timer);
    if (this.verb === "a" && this.kind) this.timer = setTimeout(() => { this.refresh(this.rows); }, PAUSE);
    else this.refresh();
  }

  /** Update what changes while a form is open: the hits, the preview, the call that is chosen. */
  refresh(data = null) {
    const { ctx, verb, el } = this, list = el?.querySelector(".fl-menu"), preview = el?.querySelector(".fl-preview");
    const at = el?.querySelector(".fl-at");
    if (at) at.textContent = this.at;
    if (list) {
      this.chosen = within(this.chosen, this.hits.length);
      list.replaceChildren(...this.hits.map(({ kind, told, shape, fits }, i) => h("li", mark(i === this.chosen),
        h("button", { type: "button", tabindex: "-1", title: told, onclick: () => this.pick(kind) },
          h("strong", {}, kind), " ", h("code", {}, fits ? shape : ctx.t("edit_fits_not"))))));
      list.querySelector(".fl-here")?.scrollIntoView({ block: "nearest" });
    }
    if (preview && verb === "a" && this.kind && data) {
      const made = ctx.lazy("preview", `${ctx.state.position} ${JSON.stringify(this.step)}`);
      if (made) preview.textContent = made.shape ? ctx.t("edit_preview", made)
        : made.what ? ctx.t("edit_preview_fails", made) : "";
    }
  }

  pick(kind) {
    this.kind = kind;
    this.ctx.update();
  }

  // A call to choose.
  get cuts() { return this.edit.here.calls.find(({ key }) => key === this.key)?.reads ?? []; }

  walk(key) {
    this.at = key;
    this.ctx.update();
    this.ctx.say(key);
  }

  /** Whether a call is made of what another one makes. */
  comesAfter(key, other) {
    const reads = this.edit.here.calls.find((call) => call.key === key)?.reads ?? [];
    return reads.some((one) => one === other || this.comesAfter(one, other));
  }

  take(key) {
    const { verb } = this;
    if (!key) return;
    if (verb === "s") this.edit.send(["share", this.key, key]);
    else if (verb === "m") this.edit.send(["move", this.key, key]);
    else if (this.comesAfter(key, this.key)) this.edit.join(this.key, key);  // it can only be so
    else if (this.isMerge) this.edit.send(["connect", key, this.key]);
    else {
      this.source = key;
      this.at = key;
      this.ctx.update();
      this.focus();
    }
  }

  /** A number chooses, if there are numbered choices; returns whether it did. */
  digit(n) {
    const { verb, source, key } = this;
    if (verb === "x" && this.cuts[n - 1]) this.edit.send(["disconnect", this.cuts[n - 1], key]);
    else if (verb === "c" && source) {
      const how = this.data(this.ctx.state.position)?.[n - 1]?.[0];
      if (how) this.edit.send(["connect", source, key, { how }]);
    } else return false;
    return true;
  }

  submit() {
    const { verb, key, layer, edit } = this;
    const text = (name) => this.el.querySelector(`[name=${name}]`)?.value.trim() ?? "";
    if (verb === "a" && !this.kind) this.pick(this.hits[this.chosen]?.kind ?? "");
    else if (verb === "a") edit.send(this.step);
    else if (verb === "n") edit.send(["rename", layer, text("name")]);
    else if (verb === "i") {
      const shape = valueOf(text("shape")), name = text("name");
      edit.send(["input", Array.isArray(shape) ? shape : [shape],
        { dtype: text("dtype"), ...(name ? { name } : {}) }]);
    } else if (verb === "/") {
      const typed = text("find").toLowerCase(), keys = edit.here.calls.map((call) => call.key);
      const found = [typed, `${typed}[0]`].map((whole) => keys.find((one) => one.toLowerCase() === whole)).find(Boolean)
        ?? keys.find((one) => one.toLowerCase().includes(typed));
      this.close();
      if (found) edit.select(found);
      focusOn(this.ctx.el);
    } else if (verb === "e") document.activeElement?.dispatchEvent(new Event("change", { bubbles: true }));
    return key;
  }

  /** Keys in a field other than letters. */
  typed(target, key) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (target.name === "search" && by) {
      this.chosen += by;
      this.refresh();
      return true;
    }
    if (key !== "Enter" || !this.el?.contains(target)) return false;
    this.submit();
    return true;
  }
}
