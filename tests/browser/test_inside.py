"""What each call makes of a sample, on a page from disk: all of it by keys, with its numbers."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import funclab
from funclab import Input, Model, layers, utils


def small() -> Model:
    utils.set_random_seed(0)
    image = Input((5, 6, 1), name="image")
    x = layers.Conv2D(3, 3, padding="same", activation="relu", name="strokes")(image)
    x = layers.Conv2D(10, 2, name="parts")(x)
    x = layers.Flatten(name="flat")(layers.MaxPooling2D(2, name="pool")(x))
    return Model(image, layers.Dense(4, activation="softmax", name="digit")(x), name="reader")


def looking() -> Model:
    utils.set_random_seed(0)
    rows = Input((5,), dtype="int32", name="words")
    vectors = layers.Embedding(9, 6, name="vectors")(rows)
    looked = layers.MultiHeadAttention(2, 4, name="heads")(vectors, vectors)
    mean = layers.GlobalAveragePooling1D(name="mean")(looked)
    return Model(rows, layers.Dense(3, activation="softmax", name="whom")(mean), name="who")


WORDS = ["", "the", "man", "bites", "dog", "cat", "feeds", "a", "bird"]
X = np.random.RandomState(0).rand(20, 5, 6, 1).astype("float32")
Y = np.arange(20) % 4
IDS = np.array([[1, 2, 3, 4, 0], [7, 5, 6, 8, 0], [2, 3, 4, 0, 0]])


def number(text: str) -> float:
    """A number as it is written on the page."""
    return float(text.replace("−", "-").replace(",", ""))


def told(page: Page) -> str:
    return page.locator(".fl-status").inner_text()


def made(model: Model, name: str, sample: int) -> np.ndarray:
    return Model(model.inputs, model.get_layer(name).output).predict(X[[sample]], verbose=0)[0]


def test_arrows_walk_calls_and_enter_leads_into_a_map_and_out_again(opened_page):
    model = small()
    page = opened_page(funclab.inside(model, X, Y, call="image[0]"))
    here = page.locator("[role=option][aria-selected=true]")

    seen = []
    for key in ("ArrowDown",) * 6 + ("ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
        seen.append(here.get_attribute("aria-label").split(",")[0])
    assert seen == [
        "strokes",
        "parts",
        "pool",
        "flat",
        "digit",
        "digit",
        "flat",
        "pool",
        "parts",
        "strokes",
    ]
    page.keyboard.press("Enter")
    expect(page.locator("[aria-pressed=true]").first).to_have_text(re.compile("One number"))
    page.keyboard.press("ArrowDown")
    expect(here).to_have_attribute("aria-label", re.compile("^strokes"))
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    expect(here).to_have_attribute("aria-label", re.compile("^parts"))


def test_every_place_and_channel_of_a_map_is_said_with_its_number(opened_page):
    model = small()
    view = funclab.inside(model, X, Y, face="number", call="strokes[0]", at=[0, 0])
    page, sample = opened_page(view), view.state["sample"]
    values = made(model, "strokes", sample)
    pattern = re.compile(r"strokes, filter (\d), row (\d), column (\d): (.*)")

    moves = (
        ["ArrowRight"] * 5 + ["ArrowDown"] * 5 + ["ArrowLeft"] * 2 + ["ArrowUp", "]", "]", "]", "["]
    )
    seen = set()
    for key in moves:
        page.keyboard.press(key)
        k, row, column, value = pattern.match(told(page)).groups()
        assert np.isclose(number(value), values[int(row), int(column), int(k)], atol=6e-4)
        seen.add((int(k), int(row), int(column)))
    assert {(0, 0, 5), (0, 4, 5), (0, 4, 3), (0, 3, 3)} <= seen and {k for k, _, _ in seen} == {
        0,
        1,
        2,
    }


@pytest.mark.parametrize("call", ["strokes[0]", "parts[0]", "digit[0]"])
def test_the_rows_of_a_number_add_up_to_it(opened_page, call):
    model = small()
    view = funclab.inside(model, X, Y, face="number", call=call, channel=1)
    page, sample = opened_page(view), view.state["sample"]
    name = call.removesuffix("[0]")
    layer = model.get_layer(name)
    before = {"strokes": X[sample], "parts": made(model, "strokes", sample),
              "digit": made(model, "flat", sample)}[name]  # fmt: skip
    values = made(model, name, sample)
    at = np.unravel_index(values[..., 1].argmax(), values.shape[:-1])

    rows = page.locator(".fl-in-rows [role=listitem] .fl-in-value:last-child").all_inner_texts()
    terms = [number(text) for text in page.locator(".fl-in-term strong").all_inner_texts()]

    kernel, bias = (array.astype("float64") for array in layer.get_weights())
    if name == "digit":
        total = float(before @ kernel[:, 1])
    else:
        high = np.pad(before, ((1, 1), (1, 1), (0, 0))) if name == "strokes" else before
        u, v = kernel.shape[:2]
        i, j = at
        total = float((high[i : i + u, j : j + v] * kernel[..., 1]).sum())
    assert np.isclose(sum(map(number, rows)), total, atol=6e-3)
    assert np.isclose(terms[0], total, atol=6e-4) and np.isclose(terms[1], bias[1], atol=6e-4)
    assert np.isclose(terms[2], total + bias[1], atol=6e-4)
    assert np.isclose(terms[-1], values[(*at, 1)], atol=6e-4)
    expect(page.locator(".fl-in-off")).to_have_count(0)


def test_other_calls_say_what_they_take(opened_page):
    model = small()
    page = opened_page(
        funclab.inside(model, X, Y, face="number", call="pool[0]", at=[0, 1], channel=3)
    )
    sample = funclab.inside(model, X, Y).state["sample"]
    value = made(model, "pool", sample)[0, 1, 3]

    assert np.isclose(number(page.locator(".fl-in-term strong").inner_text()), value, atol=6e-4)
    expect(page.locator(".fl-in-heading").first).to_contain_text(
        "The largest of a window of parts [3]"
    )
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".fl-in-heading").first).to_contain_text("The same number in another place")


def test_commas_and_stops_go_from_sample_to_sample_and_a_number_finds_one(opened_page):
    model = small()
    view = funclab.inside(model, X, Y, call="digit[0]")
    page, strip = opened_page(view), view.inner.strip
    chosen, counts = page.locator("[role=radio][aria-checked=true]"), page.locator(".fl-counts")

    for key, place in ((".", 1), (".", 2), (",", 1), (",", 0), (",", len(strip) - 1)):
        page.keyboard.press(key)
        expect(counts).to_contain_text(f"sample {strip[place]} · truth {Y[strip[place]]}")
        expect(chosen).to_have_attribute("aria-label", re.compile(f"^sample {strip[place]},"))
        answer = model.predict(X[[strip[place]]], verbose=0)[0]
        expect(counts).to_contain_text(f"answered {answer.argmax()}, {100 * answer.max():.0f} %")
    page.keyboard.press("/")
    page.keyboard.type(str(strip[3]))
    page.keyboard.press("Enter")
    expect(counts).to_contain_text(f"sample {strip[3]} ")
    missing = next(i for i in range(20) if i not in strip)
    for text, answer in ((str(missing), "need the kernel"), ("99", "no sample 99")):
        page.keyboard.press("/")
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        expect(page.locator(".fl-status")).to_contain_text(answer)
    chosen.focus()
    page.keyboard.press("ArrowRight")
    expect(counts).to_contain_text(f"sample {strip[4]} ")
    page.keyboard.press("u")
    expect(counts).to_contain_text(f"sample {strip[3]} ")
    page.keyboard.press("r")
    expect(counts).to_contain_text(f"sample {strip[0]} ")


def test_words_look_at_words_with_the_weights_of_the_layer(opened_page):
    model = looking()
    view = funclab.attention(model, IDS, tokens=WORDS)
    page = opened_page(view)
    (index,) = view.inner.attention
    weights = view.inner.looks(index, 0)["weights"]
    pattern = re.compile(r"head (\d): “(\w+)” looks at “(\w+)” with ([\d.e−-]+)")
    words = [WORDS[i] or "(no word)" for i in IDS[0]]

    page.keyboard.press("ArrowUp")
    for key in (
        "ArrowUp",
        "ArrowRight",
        "ArrowRight",
        "ArrowDown",
        "ArrowDown",
        "ArrowDown",
        "ArrowLeft",
    ):
        page.keyboard.press(key)
        found = pattern.findall(told(page))
        assert [int(head) for head, *_ in found] == [0, 1]
        for head, one, other, weight in found:
            wanted = weights[int(head), words.index(one), words.index(other)]
            assert np.isclose(number(weight), wanted, atol=6e-4)
    page.keyboard.press("]")
    assert [int(head) for head, *_ in pattern.findall(told(page))] == [0]
    page.keyboard.press("]")
    page.keyboard.press("Enter")
    line = page.locator(".fl-in-chosen .fl-in-value").all_inner_texts()
    _, one, other, weight = pattern.findall(told(page))[0]
    score = view.inner.looks(index, 0)["scores"][1, words.index(one), words.index(other)]
    assert np.isclose(number(line[0]), score, atol=6e-4) and line[1] == weight
    expect(page.locator(".fl-in-heading").last).to_contain_text("sum to 1.000")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_attribute(
        "aria-label", re.compile("^heads")
    )


def test_the_table_and_the_caption_are_in_the_panel_at_all_sizes(opened_page):
    view = funclab.attention(looking(), IDS, tokens=WORDS)
    page = opened_page(view)
    (index,) = view.inner.attention
    table = view.inner.table(index, 0)

    rows = page.locator(".fl-in-table tbody tr")
    expect(rows).to_have_count(len(table.words))
    for j, word in enumerate(table.words):
        cells = rows.nth(j).locator("th,td").all_inner_texts()
        assert cells[0] == word and cells[-1] == table.answers[j]
        assert np.isclose(number(cells[1]), table.received[0, j], atol=6e-3)
        assert np.isclose(number(cells[3]), table.push[j], atol=6e-2)
    for width in (1128, 800, 390):
        page.set_viewport_size({"width": width, "height": 720})
        expect(page.locator(".fl-in-honest")).to_be_in_viewport()
        expect(page.locator(".fl-in-honest")).to_contain_text("What this does not show.")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width


def test_questions_come_before_their_face(opened_page):
    model = small()
    page = opened_page(funclab.inside(model, X, Y, call="strokes[0]", ask=True))

    page.keyboard.press("Enter")
    expect(page.locator(".fl-prompt")).to_contain_text(
        "How many products make one number of strokes?"
    )
    expect(page.locator(".fl-in-number")).to_have_count(0)
    options = page.locator(".fl-choices button .fl-word").all_inner_texts()
    page.keyboard.press(str(options.index("9") + 1))
    expect(page.locator(".fl-in-number")).to_have_count(1)
    expect(page.locator(".fl-ask")).to_contain_text("Right: 9.")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page.locator(".fl-prompt")).to_contain_text("before relu")


def test_a_map_is_chosen_by_its_picture_and_has_a_name(opened_page):
    utils.set_random_seed(0)
    image = Input((5, 6, 1), name="image")
    maps = layers.Conv2D(6, 3, activation="relu", name="strokes")(image)
    model = Model(image, layers.Dense(4, activation="softmax")(layers.Flatten()(maps)))
    made = Model(image, maps).predict(X[:1], verbose=0)[0]
    kernel, bias = (weight.numpy() for weight in model.get_layer("strokes").weights)
    view = funclab.inside(model, X, samples=[0, 3], call="strokes[0]", sample=3, ask=True)
    page = opened_page(view)
    for _ in range(2):  # how many products, what was before relu
        page.keyboard.press("Enter")
        page.keyboard.press("0")
        page.keyboard.press("Escape")
    page.keyboard.press("Enter")

    expect(page.locator(".fl-prompt")).to_contain_text("of sample 0 with this kernel?")
    shown = page.locator(".fl-ask > svg").get_attribute("aria-label")
    numbers = [number(one) for one in re.findall(r"[−\d.]+\d", shown)]
    [channel] = [
        i
        for i in range(6)
        if np.allclose(kernel[:, :, 0, i].ravel(), numbers, atol=0.006, rtol=0.06)
    ]
    names = page.locator(".fl-choices svg").evaluate_all("all => all.map(one => one.ariaLabel)")
    buttons = page.locator(".fl-choices").get_by_role("button").all()
    assert len({*names}) == len(buttons) == 4
    windows = np.lib.stride_tricks.sliding_window_view(X[0, ..., 0], (3, 3))
    mine = np.maximum((windows * kernel[:, :, 0, channel]).sum((2, 3)) + bias[channel], 0)
    assert mine == pytest.approx(made[..., channel], abs=1e-5)
    row, column = np.unravel_index(mine.argmax(), mine.shape)
    right = (
        f"a map that is largest at row {row}, column {column}, {mine.max():.2f}, "
        f"and 0 in {(mine == 0).sum()} of 12 places"
    )
    page.keyboard.press(str(names.index(right) + 1))
    expect(page.locator(".fl-ask")).to_contain_text(f"Right: {right}.")
    expect(page.locator(".fl-in-number")).to_have_count(1)


def test_a_word_is_guessed_before_it_is_seen(opened_page):
    view = funclab.attention(looking(), IDS, tokens=WORDS, face="calls", ask=True)
    page = opened_page(view)
    (index,) = view.inner.attention
    weights = view.inner.looks(index, 0)["weights"]
    words = [WORDS[i] or "(no word)" for i in IDS[0]]

    page.keyboard.press("Enter")
    prompt = page.locator(".fl-prompt")
    expect(prompt).to_contain_text("what sums to 1?")
    page.keyboard.press("0")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    head, word = re.search(r"head (\d) .* “(\w+)”", prompt.inner_text()).groups()
    answer = words[int(weights[int(head), words.index(word)].argmax())]
    options = page.locator(".fl-choices button .fl-word").all_inner_texts()
    page.keyboard.press(str(options.index(answer) + 1))
    expect(page.locator(".fl-ask")).to_contain_text(f"Right: {answer}.")


def test_samples_that_are_not_to_be_stored_are_not():
    view = funclab.inside(small(), X, Y, store=False)

    assert "reader" in view.svg() and "not stored" in view.svg()
    assert len(view._held()) < 2000
