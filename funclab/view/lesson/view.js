// Views that belong to a lesson, not to a model: questions, exercises, errors shown on purpose.

import { underCover } from "../live/cover.js";
import { announce } from "../live/kernel.js";
import { start } from "../live/start.js";
import { exercise } from "./exercise.js";
import { failed, printed } from "./fixed.js";
import { question } from "./question.js";
import { test } from "./test.js";
import { vote } from "./vote.js";

const lesson = { question, exercise, failed, printed, test, vote };

/** One script shows all of these views: the facts of a view say which one it is. */
function partOf(model) {
  const { kind, tried, lines } = model.get("facts");
  // A tried exercise may show a graph and the solution; on a projector, a vote is all that a class looks at.
  const low = kind === "exercise" ? !tried || lines.length > 0 : kind !== "vote" || model.get("look") !== "projector";
  return { name: "lesson", ...lesson[kind], low: () => low };
}

export default {
  initialize: ({ model }) => announce(model),
  render: ({ model, el }) => underCover(model, el, () => start(model, el, partOf(model))),
};
