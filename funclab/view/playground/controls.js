// The playground's controls: what each holds, what may follow, and the key of each.

const CONTROL_KEYS = {
  data: "d", noise: "o", branches: "b", shared: "h", merge: "m", layers: "l", units: "w", activation: "a",
  optimizer: "p", learning_rate: "e", batch_size: "z", seed: "i",
};

const playgroundControls = {
  /** A value that arrow keys change, between two buttons for the mouse. */
  control(ctx, name) {
    const label = ctx.t(`play_${name}`), key = CONTROL_KEYS[name];
    const value = h("span", { class: "fl-play-value", role: "spinbutton", tabindex: "0",
      "aria-label": label, "aria-keyshortcuts": `${key} Shift+${key.toUpperCase()}`, "data-control": name });
    const arrow = (by, sign, key) => h("button", { type: "button", tabindex: "-1", class: "fl-play-arrow",
      "aria-label": ctx.t(key, { name: label }), onclick: () => { value.focus(); this.change(ctx, name, by); } }, sign);
    this.controls[name] = { value, box: h("div", { class: "fl-play-control" },
      h("span", { class: "fl-play-name", "aria-hidden": "true" }, label, h("kbd", {}, key)),
      h("span", { class: "fl-play-row" }, arrow(-1, "−", "play_less"), value, arrow(1, "+", "play_more"))) };
    return this.controls[name].box;
  },

  valueText(ctx, value) {
    return typeof value === "boolean" ? ctx.t(value ? "play_yes" : "play_no") : String(value);
  },

  /** Why a control means nothing now, if so. */
  idle(ctx, name) {
    if ((name === "shared" || name === "merge") && ctx.state.branches === 1) return ctx.t("play_needs_branches");
    return this.live.own && (name === "data" || name === "noise") ? ctx.t("play_yours") : "";
  },

  drawControls(ctx) {
    for (const [name, { value, box }] of Object.entries(this.controls)) {
      const chosen = ctx.state[name], idle = this.idle(ctx, name), choices = ctx.facts.choices[name];
      const text = idle || this.valueText(ctx, chosen);
      value.textContent = text;
      box.classList.toggle("fl-play-idle", !!idle);
      const at = { "aria-valuenow": typeof chosen === "number" ? chosen : Math.max(0, choices.indexOf(chosen)),
        "aria-valuetext": text, "aria-disabled": String(!!idle) };
      for (const [key, word] of Object.entries(at)) value.setAttribute(key, word);
    }
  },

  /** The next of a control's values in a direction; of a number, the next larger or smaller. */
  next(ctx, name, by) {
    const choices = ctx.facts.choices[name], value = ctx.state[name];
    if (name === "seed") return Math.max(0, value + by);
    if (typeof value !== "number") return choices[(choices.indexOf(value) + by + choices.length) % choices.length];
    return (by > 0 ? choices.find((choice) => choice > value) : choices.findLast((choice) => choice < value)) ?? value;
  },

  change(ctx, name, by) {
    const value = this.next(ctx, name, by), idle = this.idle(ctx, name);
    if (idle) return ctx.say(idle);
    if (same(value, ctx.state[name]) || ctx.gate || this.race) return;
    const patch = { [name]: value, epochs: 0 };
    if (ctx.model.get("ask") && !["seed", "data", "noise"].includes(name)) this.startRace(ctx, patch);
    else {
      if (!this.running) ctx.say(""); // what was said was of the model before
      ctx.set(patch);
    }
  },

  /** A small letter is the next value of a control, the capital the one before. */
  controlKeys(ctx) {
    const go = (name, by) => () => { this.controls[name].value.focus(); this.change(ctx, name, by); };
    return Object.fromEntries(Object.entries(CONTROL_KEYS).flatMap(([name, key]) => {
      const big = key.toUpperCase(), label = ctx.t("play_key_of", { name: ctx.t(`play_${name}`), big });
      return [[key, { label, run: go(name, 1) }], [big, { run: go(name, -1) }]];
    }));
  },
};
