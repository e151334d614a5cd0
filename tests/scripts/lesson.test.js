import assert from "node:assert/strict";
import { test } from "node:test";
import { dropped, exercise, inTwo } from "../../funclab/view/lesson/exercise.js";
import { vote } from "../../funclab/view/lesson/vote.js";

const options = [{ text: "a", right: true }, { text: "b", answer: "no" }, { text: "c" }];
const voting = (state) => ({ facts: { options, reveal: "so" }, state: { ended: 0, ...state },
  t: (key, values = {}) => [key, ...Object.values(values)].join(" ") });

test("a vote that was not held has no counts", () => {
  assert.deepEqual(vote.countsOf(voting({}), 0), [0, 0, 0]);
  assert.deepEqual(vote.held(voting({ first: [1, 2, 0], second: [0, 0, 0] })), [[1, 2, 0]]);
});

test("the most frequent wrong option is that of the last vote in which one was chosen", () => {
  assert.equal(vote.misled(voting({}), [[5, 1, 2], [9, 0, 0]]), 2);
  assert.equal(vote.misled(voting({}), [[5, 1, 2], [9, 4, 3]]), 1);
  assert.equal(vote.misled(voting({}), [[5, 0, 0]]), -1);
});

test("after both votes the answer, the counts of the right option and the mistake are said", () => {
  assert.deepEqual(vote.sentences(voting({}), [[1, 3, 0], [4, 0, 0]]),
    ["lesson_shown A, a A: lesson_vote_of_first 1 4, lesson_vote_of_second 4 4.", "lesson_vote_misled B no", "so"]);
  assert.deepEqual(vote.sentences(voting({}), [[1, 0, 3]]).slice(1), ["lesson_vote_misled C lesson_is_not", "so"]);
  assert.deepEqual(vote.sentences(voting({}), []), ["lesson_shown A, a ", "so"]);
});

test("a line is dropped where it is wanted, or out of the program", () => {
  assert.deepEqual(dropped([4, 2, 7], 7, 0), [7, 4, 2]);
  assert.deepEqual(dropped([4, 2, 7], 4, 2), [2, 7, 4]);
  assert.deepEqual(dropped([4, 2, 7], 4, 3), [2, 7]);
  assert.deepEqual(dropped([4, 2], 7, 1), [4, 7, 2]);
  assert.deepEqual(dropped([4, 2], 7, 2), [4, 2, 7]);
  assert.deepEqual(dropped([4, 2], 7, 5), [4, 2]);
  assert.deepEqual(dropped([], 7, 0), [7]);
});

test("counts stay between none and the most", () => {
  const put = (count) => {
    let given;
    vote.put({ ...voting({ first: [1, 2, 3] }), set: (patch) => { given = patch; } }, 1, count);
    return given;
  };

  assert.deepEqual([put(-1), put(7), put(12345)], [{ first: [1, 0, 3] }, { first: [1, 7, 3] }, { first: [1, 999, 3] }]);
});

test("a message is the mistake in its own words, and what is wanted", () => {
  assert.deepEqual(inTwo("x is new: it has 1.5 weights. Wanted: y. Look."), ["x is new: it has 1.5 weights.", "Wanted: y. Look."]);
  assert.deepEqual(inTwo("No."), ["No.", ""]);
});

test("the lines of a program come first, in their order", () => {
  const lines = [3, 1, 2].map((number) => ({ number }));

  assert.deepEqual(exercise.all({ state: { order: [2] }, facts: { lines } }), [2, 3, 1]);
});
