"""What all pictures of errors have in common: words, looks, files, and names that do no harm."""

import re

import numpy as np
import pytest

from funclab import Input, Model
from funclab.layers import Dense
from tests.misuse.desk import Desk
from tests.view.faults.test_faults import fault_of
from tests.view.measures import overlapping_texts


@pytest.fixture(scope="module")
def desk():
    return Desk()


ACTS = {
    "graph": lambda desk: Model(desk.left, desk.same),
    "inner": lambda desk: Model(desk.left, [desk.read, desk.hidden]),
    "names": lambda desk: Model(desk.left, desk.q),
    "call": lambda desk: desk.conv(desk.left),
    "data": lambda desk: desk.reader.predict(desk.x[0], verbose=0),
    "targets": lambda desk: desk.reader.fit(desk.x, np.ones((6, 5)), verbose=0),
    "thing": lambda desk: np.sin(desk.left),
    "condition": lambda desk: bool(desk.left),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_every_picture_says_in_sentences_what_it_shows_and_how_to_mend_it(desk, act):
    picture = fault_of(lambda: act(desk))

    title, words = re.findall(r"<(?:title|desc)>(.*?)</(?:title|desc)>", picture.svg)[:2]
    assert len(title.split()) > 3
    assert "To fix it: " in words and words.count(".") > 1
    assert ">How to fix it<" in picture.svg
    assert repr(picture) == f"<Fault: {picture.title}>"


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_no_text_covers_another_and_code_stands_in_no_backticks(desk, act):
    picture = fault_of(lambda: act(desk))

    assert overlapping_texts(picture) == []
    assert "`" not in "".join(re.findall(r"<text.*?</text>", picture.svg))


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_on_a_projector_every_picture_is_large_and_fits_the_window(desk, act):
    svg = fault_of(lambda: act(desk), "projector").svg

    width, height = size(svg)
    assert width <= 1280
    assert height <= 720
    assert width > 1.2 * int(re.search(r'viewBox="0 0 (\d+)', svg).group(1))


def size(svg):
    return [int(number) for number in re.search(r'width="(\d+)" height="(\d+)"', svg).groups()]


@pytest.mark.parametrize("look", ["dark", "print", "projector"])
def test_every_look_marks_the_fault_with_a_sign_beside_the_colour(desk, look):
    picture = fault_of(lambda: ACTS["targets"](desk))
    picture.look = look

    assert "✗" in picture.svg


@pytest.mark.parametrize("ending", [".svg", ".png", ".html", ".txt"])
@pytest.mark.parametrize("act", [ACTS["call"], ACTS["targets"]])
def test_pictures_of_faults_are_written_as_files(desk, tmp_path, act, ending):
    path = fault_of(lambda: act(desk)).save(tmp_path / f"fault{ending}")

    assert path.stat().st_size > 100


def test_an_error_about_no_graph_draws_nothing():
    assert fault_of(lambda: Dense(3, wrong=1)) is None


@pytest.mark.parametrize("name", ["<script>alert(1)<", "x" * 10_000, "\u202eabc", "a\"'&b"])
def test_a_hostile_name_is_only_a_name(name):
    dense = Dense(2, name=name)
    dense(Input((3,)))

    for picture in (
        fault_of(lambda: dense(Input((9,)))),
        fault_of(lambda: Model(Input((3,)), dense)),
        fault_of(lambda: dense(Input((3,)), Input((3,)))),
    ):
        assert "<script>" not in picture.svg
        assert "\u202e" not in picture.svg
        assert float(re.search(r'viewBox="0 0 (\d+)', picture.svg).group(1)) < 2000
