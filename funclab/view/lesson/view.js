// Views that belong to a lesson, not to a model: questions, exercises, errors shown on purpose.

/** A sentence in which text between backticks is code. */
function coded(text) {
  return (text ?? "").split("`").map((part, i) => (i % 2 ? h("code", {}, part) : part));
}

const failed = {
  draw(ctx) {
    const { facts } = ctx, fault = ctx.model.get("pictures").fault;
    const told = ["why", "fix"].filter((name) => facts[name]).map((name) => h("p", {}, h("b", {}, `${ctx.t(name)} `), coded(facts[name])));
    this.graph = new Graph(ctx.t("lesson_fault"));
    this.graph.el.hidden = !fault;
    if (fault) this.graph.put(fault);
    ctx.stage.append(h("p", { class: "fl-what" }, `${facts.name}: `, coded(facts.what)),
      facts.line ? h("pre", {}, h("code", {}, facts.line)) : "", ...told, this.graph.el);
  },
  update() {},
  keys: () => ({}),
};

/** What a real Keras printed. */
const printed = {
  draw(ctx) {
    ctx.stage.append(h("p", { class: "fl-prompt" }, ctx.model.get("title")), h("pre", {}, h("code", {}, ctx.facts.printed)));
  },
  update() {},
  keys: () => ({}),
};

const lesson = { question, exercise, failed, printed, test, vote };

/** One script shows all of these views: the facts of a view say which one it is. */
function partOf(model) {
  return { name: "lesson", ...lesson[model.get("facts").kind] };
}

export default {
  initialize: ({ model }) => announce(model),
  render: ({ model, el }) => underCover(model, el, () => start(model, el, partOf(model))),
};
