// Lines of code beside the graph: what they make and read stays, settings are left out. Values in forms.

import assert from "node:assert/strict";
import { test } from "node:test";

import { brief } from "../../funclab/view/edit/code.js";
import { valueOf, written } from "../../funclab/view/edit/forms.js";

test("a line for which there is room is as it is", () => {
  for (const line of ["pool = layers.MaxPooling2D()(add)", "", "import numpy as np"]) assert.equal(brief(line), line);
});

test("of a longer one, the first settings are there, and what is called on what", () => {
  const long = 'strokes = layers.Conv2D(8, 3, padding="same", activation="relu", name="strokes")(image)';
  const wide = "c = layers.Conv2D(8, (3, 5), strides=(2, 2), dilation_rate=(1, 1))([a, b])";

  assert.equal(brief(long), "strokes = layers.Conv2D(8, …)(image)");
  assert.equal(brief('out = layers.Dense(2, name="out")(shared_at_1)'), "out = layers.Dense(2, …)(shared_at_1)");
  assert.equal(brief(wide), "c = layers.Conv2D(8, …)([a, b])");
  assert.equal(brief(long, long.length), long);
});

test("a long line that is no call of a layer is not cut", () => {
  const line = 'model = Model(inputs=[left, right], outputs=same, name="twins")';

  assert.equal(brief(line), line);
});

test("what is typed in a form is a value: a number, a list, True, None or a word", () => {
  const typed = ["True", "false", "None", "null", " ", "-3", ".5", "1e-3", "(3, 5)", "3,", "[1, [2]]", "(2", '"relu"', "same"];

  const values = [true, false, null, null, null, -3, 0.5, 0.001, [3, 5], [3], [1, [2]], "(2", "relu", "same"];
  assert.deepEqual(typed.map(valueOf), values);
});

test("a value is written as Python has it, and is itself when it is read", () => {
  const values = [true, false, null, [3, 5], [3], 0.5, "same"];

  assert.deepEqual(values.map(written), ["True", "False", "", "(3, 5)", "(3,)", "0.5", "same"]);
  assert.deepEqual(values.map(written).map(valueOf), values);
});

test("a line has room for 36 characters, and a short first setting is always there", () => {
  const line = (name, settings) => `${"a".repeat(name)} = Layer(${settings})(x)`;
  const short = (lengths, settings) => lengths.map((n) => brief(line(n, settings)));

  assert.equal(line(11, "units=3, b=4").length, 36);
  assert.deepEqual(short([11, 12], "units=3, b=4"), [line(11, "units=3, b=4"), line(12, "units=3, …")]);
  // What is left fills the line: 13 + 9 + 7 + 3 + 4 characters.
  assert.deepEqual(short([13, 14], "units=3, bcd=4"), [line(13, "units=3, …"), line(14, "…")]);
  assert.deepEqual(short([10, 11], "ab=1, cd=2, efghij=3"), [line(10, "ab=1, cd=2, …"), line(11, "ab=1, …")]);
  assert.deepEqual(["8, abcdefghij=3", "1234, abcdef=3", "12345, abcde=3"].map((settings) => brief(line(40, settings))),
    [line(40, "8, …"), line(40, "1234, …"), line(40, "…")]);
});
