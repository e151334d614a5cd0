// Lines of code beside the graph: what they make and read stays, settings are left out.

import assert from "node:assert/strict";
import { test } from "node:test";

import { brief } from "../../funclab/view/edit/code.js";

test("a line for which there is room is as it is", () => {
  for (const line of ["pool = layers.MaxPooling2D()(add)", "", "import numpy as np"]) assert.equal(brief(line), line);
});

test("of a longer one, the first settings are there, and what is called on what", () => {
  const long = 'strokes = layers.Conv2D(8, 3, padding="same", activation="relu", name="strokes")(image)';
  const wide = "c = layers.Conv2D(8, (3, 5), strides=(2, 2), dilation_rate=(1, 1))([a, b])";

  assert.equal(brief(long), "strokes = layers.Conv2D(8, …)(image)");
  assert.equal(brief('out = layers.Dense(2, name="out")(shared_at_1)'), "out = layers.Dense(2, …)(shared_at_1)");
  assert.equal(brief(wide), "c = layers.Conv2D(8, …)([a, b])");
});

test("a long line that is no call of a layer is not cut", () => {
  const line = 'model = Model(inputs=[left, right], outputs=same, name="twins")';

  assert.equal(brief(line), line);
});
