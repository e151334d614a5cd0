// The explorer: the graph as calls or as layers, one selection, and a panel that says what it is.

import { h } from "../live/core.js";
import { liveView } from "../live/start.js";
import { Facts, isBlock } from "./facts.js";
import { Panel } from "./panel.js";
import { Stage } from "./picture.js";
import { Room } from "./room.js";
import { Walk } from "./walk.js";

export class Explorer {
  name = "explorer";

  /** @param {Context} ctx */
  draw(ctx) {
    this.ctx = ctx;
    this.facts = new Facts(ctx);
    this.stage = new Stage(ctx, this.facts);
    this.room = new Room(ctx, this.stage);
    this.walk = new Walk(ctx, this.facts, this);
    this.panel = new Panel(ctx, this.facts, this);
    ctx.stage.addEventListener("click", (event) => this.click(event.target));
    ctx.stage.addEventListener("dblclick", (event) => this.twice(event.target));
    this.drag();
  }

  /** Pan by dragging the background. */
  drag() {
    const { ctx } = this;
    let from = null;
    ctx.listen(ctx.stage, "pointerdown", (event) => {
      if (!event.target.closest("[data-key]:not(.frame)"))
        from = [event.clientX / ctx.zoom + ctx.stage.scrollLeft, event.clientY / ctx.zoom + ctx.stage.scrollTop];
    });
    ctx.listen(window, "pointermove", (event) => {
      if (from) ctx.stage.scrollTo(from[0] - event.clientX / ctx.zoom, from[1] - event.clientY / ctx.zoom);
    });
    ctx.listen(window, "pointerup", () => { from = null; });
  }

  update() {
    const { ctx, stage, room } = this;
    this.bar();
    const other = stage.update();
    this.panel.update();
    room.arrange();
    const box = stage.mark();
    if (other || box) room.show(box);
    room.tell();
    room.reveal();
    ctx.el.classList.toggle("fl-asks", ctx.model.get("ask"));
    room.measure();
  }

  bar() {
    const { ctx, walk } = this, { table } = ctx.state, frames = Object.keys(this.facts.frames);
    const opened = this.facts.opened();
    const keep = document.activeElement === walk.search;
    ctx.bar.replaceChildren(...[
      this.faces(),
      frames.length ? ctx.button(ctx.t("nested"), "O", () => walk.toggleAll(), opened.length === frames.length) : null,
      ctx.button(ctx.t("fewer_words"), "-", () => walk.words(1), null, { icon: "less", brief: true }),
      ctx.button(ctx.t("zoom_fit"), "0", () => walk.automatic(), null, { icon: "fit", brief: true }),
      ctx.button(ctx.t("more_words"), "+", () => walk.words(-1), null, { icon: "more", brief: true }),
      ctx.button(ctx.t("table"), "t", () => ctx.set({ table: !table }), table, { icon: "table", brief: true }),
      walk.search, walk.count].filter(Boolean));
    if (keep) walk.search.focus();
  }

  /** One button with both faces, of which the one that is shown is marked. */
  faces() {
    const { ctx } = this, { face } = ctx.state, names = ["calls", "layers"];
    const both = names.map((name) => h("span", { class: name === face ? "fl-on" : "" }, ctx.t(`face_${name}`)));
    const button = ctx.button(both, "f", () => this.flip());
    button.classList.add("fl-seg");
    button.ariaLabel = ctx.t(`face_${face}`);
    return button;
  }

  /** Open or close the block under a double click. */
  twice(target) {
    const key = target.closest(".box[data-key]")?.dataset.key;
    if (key && isBlock(key) && !target.closest(".fl-sign,.tick")) this.walk.toggleBlock(key);
  }

  flip() { this.ctx.set({ face: this.ctx.state.face === "calls" ? "layers" : "calls" }); }

  click(target) {
    const { facts } = this, part = (what) => target.closest(what);
    const box = part(".box[data-key]"), path = box?.dataset.key;
    const first = part(".tick")?.dataset.start ?? box?.dataset.first;
    if (part(".fl-sign")) return isBlock(path) ? this.walk.toggleBlock(path) : this.walk.toggle(facts.framesOf(path));
    if (part("[data-tensor]")) return this.choose(part("[data-tensor]").dataset.tensor);
    if (first) return this.choose(first);
    const row = box && part("[data-row]"), layer = row && facts.keyOf(path);
    const node = layer && `${layer}[${row.dataset.row}]`;
    if (node && node in facts.nodes) return this.select(node);
    return this.choose(part("[data-key]")?.dataset.key);
  }

  /** Select what a part of the picture stands for. */
  choose(path) {
    const key = path && this.facts.keyOf(path);
    if (key) this.select(key);
  }

  /** Select by key; in ask mode, first ask for the shape that the call makes. */
  select(key) {
    const { ctx, facts } = this, question = isBlock(key) ? null : facts.question(facts.nodeOf(key));
    ctx.ask(question, () =>
      ctx.set({ selected: key, level: 0, op: 0, more: false, weight: "", ...facts.revealing(key) }));
  }

  keys() { return this.walk.keys(); }

  typed(ctx, target, key) { return this.walk.typed(target, key); }

  /** Ask Python for the view that edits this model. */
  edit() {
    const { ctx } = this;
    if (ctx.model.alone) ctx.say(ctx.t("edit_alone"));
    else ctx.model.send({ ask: "edit" });
  }

  /** Show it below, and go there; where a page cannot, its line is copied. */
  async follow(ctx, { kind, id, line }) {
    const manager = ctx.model.widget_manager;
    if (kind !== "edit") return;
    if (!id) ctx.say(ctx.t("edit_no_model"));
    else if (!manager?.create_view) await ctx.copy(line);
    else {
      this.editor?.remove();
      this.editor = await manager.create_view(await manager.get_model(id));
      ctx.el.after(this.editor.el);
      for (let i = 0; i < 50 && !this.editor.el.querySelector(".fl"); i++)
        await new Promise((done) => { setTimeout(done, 20); });
      this.editor.el.querySelector(".fl")?.focus();
    }
  }

  counts({ facts, model }) {
    return [facts.counted, model.get("ask") ? "" : facts.weighs].filter(Boolean).join(" · ");
  }

  caption() {
    const { ctx, facts } = this, { selected, face } = ctx.state, chosen = facts.chosen();
    if (!chosen || chosen.kind === "block") {
      if (ctx.model.get("ask")) return ctx.t("caption_asks");
      const { counted } = ctx.facts, closed = this.stage.closed();
      if (closed) return ctx.t("caption_blocks", { counted, n: closed });
      return ctx.t(face === "calls" ? "caption_calls" : "caption_layers", { counted });
    }
    const brief = (text) => (text.length > 80 ? `${text.slice(0, 50)}…${text.slice(-20)}` : text);
    const key = brief(selected);
    if (chosen.kind === "tensor") return ctx.t("caption_tensor", { key, shape: facts.shape(selected) });
    return ctx.t("caption_layer", { name: brief(facts.name(facts.layerOf())), n: chosen.layer.nodes.length, key });
  }
}

export default liveView(() => new Explorer());
