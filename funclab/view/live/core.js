// What every view shares: one state with undo, keys, captions, ask mode, tours, looks.
// A view is an object with draw(ctx), update(ctx), and optionally keys(ctx), caption(ctx),
// question(ctx) and follow(ctx, message). Text comes from the `texts` table, never from code.

const SVG = "http://www.w3.org/2000/svg";

/** An element with properties and children; text is always text, never markup. */
function h(tag, properties = {}, ...children) {
  const el = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "class") el.className = value;
    else if (key.startsWith("on")) el.addEventListener(key.slice(2), value);
    else if (value === true) el.setAttribute(key, "");
    else if (value !== false && value != null) el.setAttribute(key, value);
  }
  el.append(...children.flat(Infinity).filter((one) => one != null && one !== false));
  return el;
}

/** An SVG element. */
function s(tag, attributes = {}, ...children) {
  const el = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) el.setAttribute(key, value);
  el.append(...children);
  return el;
}

function same(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}

class Context {
  constructor(model, el, view) {
    Object.assign(this, { model, el, view, past: [], gate: null, cleanups: [] });
  }

  get state() { return this.model.get("state"); }
  get facts() { return this.model.get("facts"); }
  get look() { return this.model.get("look"); }

  /** A sentence from the table, with {names} filled in. */
  t(key, values = {}) {
    const text = this.model.get("texts")[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  }

  /** Change the state; `undo` steps back over it unless `quiet`. */
  set(patch, quiet = false) {
    const next = { ...this.state, ...patch };
    if (same(next, this.state)) return;
    if (!quiet) this.past.push(this.state);
    if (this.past.length > 200) this.past.shift();
    this.model.set("state", next);
    this.model.save_changes();
  }

  undo() {
    const last = this.past.pop();
    if (last) { this.model.set("state", last); this.model.save_changes(); }
    this.say(this.t(last ? "undone" : "nothing_to_undo"));
  }

  reset() {
    this.past.push(this.state);
    this.model.set("state", this.model.get("home"));
    this.model.set("stop", -1);
    this.model.save_changes();
    this.say(this.t("as_the_lesson_had_it"));
  }

  /** Say something short, also to a screen reader. */
  say(text) { this.status.textContent = text; }

  async copy(text) {
    try { await navigator.clipboard.writeText(text); }
    catch {
      const box = h("textarea", { "aria-hidden": "true", style: "position:fixed;opacity:0" });
      box.value = text;
      const before = document.activeElement;
      this.el.append(box);
      box.select();
      document.execCommand("copy");
      box.remove();
      before?.focus();
    }
    this.say(this.t("copied", { text }));
  }

  /** A button of the toolbar: its label, its key, what it does, and whether it is pressed. */
  button(label, key, run, pressed) {
    return h("button", {
      type: "button", class: "fl-button", onclick: run, "aria-keyshortcuts": key,
      "aria-pressed": pressed == null ? null : String(pressed),
    }, label, key ? h("kbd", { "aria-hidden": "true" }, key) : null);
  }

  /** In ask mode: put the question first, and `reveal` only after an answer was recorded. */
  ask(question, reveal) {
    const known = this.model.get("answers").some((one) => one.id === question?.id);
    if (!this.model.get("ask") || !question || known) return reveal();
    this.gate = { question, reveal };
    this.showQuestion();
  }

  answer(index) {
    const { question, reveal } = this.gate;
    const given = index < 0 ? null : question.options[index];
    const record = {
      id: question.id, prompt: question.prompt, given, right: question.answer,
      correct: question.answer == null ? null : given === question.answer,
    };
    this.gate = null;
    this.model.set("answers", [...this.model.get("answers"), record]);
    this.model.save_changes();
    reveal();
    this.say("");
    if (question.answer == null) this.askBox.replaceChildren(h("p", {}, this.t("noted", { given: given ?? "–" })));
    else this.tell(record, question.explain);
    this.el.focus({ preventScroll: true });
  }

  /** Say whether an answer was right. */
  tell({ given, right, correct }, explain) {
    const key = given == null ? "shown" : correct ? "right" : "not_right";
    this.askBox.replaceChildren(h("p", {}, this.t(key, { given: given ?? "", right }), " ", explain ?? ""));
  }

  /** The truth about a question that was answered before anybody knew. */
  judge(id, right, explain) {
    const answers = this.model.get("answers"), record = answers.find((one) => one.id === id && one.right == null);
    if (!record) return;
    const judged = { ...record, right, correct: record.given === right };
    this.model.set("answers", answers.map((one) => (one === record ? judged : one)));
    this.model.save_changes();
    this.askBox.hidden = false;
    this.tell(judged, explain);
  }

  showQuestion() {
    const { question } = this.gate;
    const choices = question.options.map((option, i) => h("li", {},
      this.button(option, String(i + 1), () => this.answer(i))));
    this.askBox.hidden = false;
    this.askBox.replaceChildren(
      h("p", { class: "fl-prompt" }, question.prompt),
      h("ol", { class: "fl-choices" }, choices),
      this.button(this.t("show_me"), "0", () => this.answer(-1)));
    this.say(question.prompt);
  }

  /** Walk to stop `index` of the tour: its state, and its text. */
  visit(index) {
    const tour = this.model.get("tour");
    const at = Math.max(0, Math.min(tour.length - 1, index));
    if (!tour.length || at === this.model.get("stop")) return;
    this.past.push(this.state);
    this.model.set("stop", at);
    this.model.set("state", { ...this.model.get("home"), ...tour[at].state });
    this.model.save_changes();
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

  drawKeys() {
    const rows = Object.entries(this.actions()).filter(([, one]) => one.label).map(([key, one]) =>
      h("tr", {}, h("th", { scope: "row" }, h("kbd", {}, key === " " ? this.t("space") : key)),
        h("td", {}, one.label)));
    this.keyTable.replaceChildren(h("summary", {}, this.t("keys")), h("table", {}, h("tbody", {}, rows)));
  }

  actions() {
    const own = this.view.keys?.(this) ?? {};
    return {
      ...own,
      u: { label: this.t("key_undo"), run: () => this.undo() },
      r: { label: this.t("key_reset"), run: () => this.reset() },
      y: { label: this.t("key_line"), run: () => this.copy(this.line()) },
      Escape: { label: this.t("key_leave"), run: () => this.leave(own.Escape) },
      "?": { label: this.t("key_help"), run: () => { this.keyTable.open = !this.keyTable.open; } },
      PageDown: { run: () => this.visit(this.model.get("stop") + 1), when: () => this.model.get("tour").length },
      PageUp: { run: () => this.visit(this.model.get("stop") - 1), when: () => this.model.get("tour").length },
    };
  }

  /** The view's own way out; from its outermost place, back to the notebook's cell. */
  leave(out) {
    const state = this.state, focused = document.activeElement;
    out?.run();
    if (same(this.state, state) && document.activeElement === focused) this.el.closest(".jp-Cell")?.focus();
  }

  /** The state of this view as one line of Python. */
  line() {
    const home = this.model.get("blank");
    const parts = Object.entries(this.state)
      .filter(([key, value]) => !same(value, home[key]))
      .map(([key, value]) => `, ${key}=${python(value)}`);
    return this.model.get("call").replace("$", parts.join(""));
  }

  update() {
    this.el.dataset.look = this.look;
    this.view.update(this);
    this.captionBox.textContent = this.view.caption?.(this) ?? "";
    this.drawTour();
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

/** Give a picture its size: that of its drawing, larger for a projector, times `zoom`. */
function fit(ctx, svg, zoom = 0) {
  const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  const large = ctx.look === "projector";
  const scale = (large ? 1.65 : 1) * (zoom || 1);
  svg.style.maxWidth = zoom || large ? "none" : "100%";
  svg.setAttribute("width", width * scale);
  svg.setAttribute("height", height * scale);
}

/** Put `view` on the page for `model`; returns what takes it away again. */
function start(model, host, view) {
  const el = h("div", {
    class: `funclab fl fl-${view.name}`, tabindex: "0", role: "group", "data-look": model.get("look"),
    "aria-label": model.get("title"), "aria-roledescription": model.get("texts").view,
  });
  const ctx = new Context(model, el, view);
  ctx.bar = h("div", { class: "fl-bar", role: "toolbar", "aria-label": ctx.t("tools") });
  ctx.stage = h("div", { class: "fl-stage", tabindex: "0", role: "group", "aria-label": ctx.t("picture") });
  ctx.panel = h("div", { class: "fl-panel" });
  ctx.askBox = h("div", { class: "fl-ask", hidden: true, role: "group", "aria-label": ctx.t("question") });
  ctx.captionBox = h("p", { class: "fl-caption" });
  ctx.tourBox = h("div", { class: "fl-tour", hidden: true });
  ctx.status = h("p", { class: "fl-status", role: "status", "aria-live": "polite" });
  ctx.keyTable = h("details", { class: "fl-keys" });
  el.append(ctx.bar, ctx.askBox, ctx.stage, ctx.captionBox, ctx.panel, ctx.tourBox, ctx.status, ctx.keyTable);
  host.append(el);
  view.draw(ctx);
  ctx.update();
  ctx.drawKeys();

  // On the window and before everyone else: Notebook 7 swallows arrow keys at the document.
  const onKey = (event) => {
    const target = event.target;
    if (!el.contains(document.activeElement) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.shiftKey && event.key === "Enter") return; // runs the cell, as everywhere
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
    if (typing && event.key !== "Escape") { event.stopImmediatePropagation(); return; }
    if (ctx.gate && /^[0-9]$/.test(event.key)) {
      const index = Number(event.key) - 1;
      if (index < ctx.gate.question.options.length) ctx.answer(index);
    } else {
      const action = ctx.actions()[event.key];
      const pressing = /^(BUTTON|SUMMARY|A)$/.test(target.tagName) && /^(Enter| )$/.test(event.key);
      if (pressing) { event.stopImmediatePropagation(); return; }
      if (!action || (action.when && !action.when())) {
        // A letter that means nothing here must not run a notebook command (x would cut the cell).
        if (event.key.length === 1) event.stopImmediatePropagation();
        return;
      }
      action.run();
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  window.addEventListener("keydown", onKey, true);
  const redraw = () => ctx.update();
  for (const name of ["state", "look", "tour", "stop", "facts", "pictures", "ask"])
    model.on(`change:${name}`, redraw);
  const onMessage = (message) => view.follow?.(ctx, message);
  model.on("msg:custom", onMessage);
  return () => {
    window.removeEventListener("keydown", onKey, true);
    model.off?.(null, redraw);
    model.off?.("msg:custom", onMessage);
    ctx.cleanups.forEach((one) => one());
    el.remove();
  };
}
