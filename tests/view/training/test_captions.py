"""What is said of curves, and asked before they are shown, for runs whose numbers are written."""

from __future__ import annotations

import pytest

from funclab.view.draw.sentences import say
from funclab.view.training.captions import describe, direction, first, key_told, lowest, questions

LOSS = {"key": "loss", "title": "loss", "upward": False}
ACCURACY = {"key": "accuracy", "title": "accuracy", "upward": True}
NOTHING = {"phase": "over"}
MEAN, MIDDLE = say("live_caption_mean"), say("caption_middle")
EARLIER = "Thin lines are earlier runs."


def run(losses, checked=(), label="a", group="", **more):
    """A run as plain data, from its losses in training and validation."""
    values = {"loss": list(losses), **({"val_loss": list(checked)} if checked else {})}
    epochs = list(range(1, len(losses) + 1))
    known = {"label": label, "group": group, "epochs": epochs, "values": values}
    return {**known, "now": {}, "dots": [], "validated_on": 0, **more}


def test_one_run_is_told_by_its_last_numbers_and_how_to_read_each_mark():
    story, reading = describe([run([4.0, 2.0, 1.0])], [LOSS], False)
    assert (story, reading) == ("After epoch 3: loss 1, falling.", MEAN)

    story, reading = describe([run([4.0, 2.0, 1.0], [5.0, 3.0, 2.0])], [ACCURACY, LOSS], False)
    assert story == "After epoch 3: loss 1, falling, in validation 2."
    assert reading == MIDDLE

    dots = [{"x": 0.5, "values": {"loss": 5.0}}]
    _, reading = describe([run([4.0, 2.0], dots=dots)], [LOSS], False)
    assert reading == f"{MEAN} {say('live_caption_dots')}"

    _, reading = describe([run([4.0, 2.0], now={"loss": [3.0, 1.5]})], [LOSS], False)
    assert reading == f"{MIDDLE} {say('live_caption_now')}"


def test_earlier_runs_are_thin_lines_of_validation_where_there_is_one():
    _, plain = describe([run([3.0, 2.0], label="a"), run([4.0, 1.0], label="b")], [LOSS], False)
    _, both = describe([run([3.0]), run([4.0], [5.0])], [LOSS], False)

    assert plain == f"{MEAN} {EARLIER}"
    assert both == f"{MIDDLE} Thin lines are earlier runs, in validation."


def test_before_the_first_epoch_and_without_charts_nothing_is_told():
    assert describe([run([])], [LOSS], False) == ("", "")
    assert describe([run([1.0])], [], False) == ("", "")
    assert describe([run([1.0]), run([])], [LOSS], False) == ("", "")
    assert describe([run([1.0]), run([])], [LOSS], True)[0] == "After epoch 1: loss 1."


@pytest.mark.parametrize(
    ("losses", "checked", "told"),
    [
        ([2.0], [], "After epoch 1: loss 2."),
        ([1.0, 4.0], [], "After epoch 2: loss 4, rising."),
        ([2.0, 2.0, 2.0, 2.0], [], "After epoch 4: loss 2."),
        ([1.0, 2.0, 1.0, 2.0, 1.0], [], "After epoch 5: loss 1."),
        (
            [4.0, 2.0],
            [5.0, None],
            "After epoch 2: loss 2, falling, in validation 5 (after epoch 1).",
        ),
        ([4.0, None, None], [], say("live_caption_lost", key="loss", epoch=2)),
    ],
)
def test_a_run_is_told_with_its_direction_and_its_last_validation(losses, checked, told):
    assert first(run(losses, checked), "loss") == told


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([1.0], ""), ([2.0, 1.0], ", falling"), ([1.0, 2.0], ", rising"), ([1.0, 1.0], ""),
        ([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], ", falling"),
        ([0, 0, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5], ""),  # five are compared with five
        ([5, 1, 5, 1, 5, 1.2, 5, 1, 5, 1.4], ""),  # it goes up and down by more
        ([1, 1.1, 1.2, 1.3, 1.4, 1.5], ", rising"),
    ],
)  # fmt: skip
def test_a_direction_is_told_only_if_it_is_more_than_the_ups_and_downs(values, told):
    assert direction(values) == told


def test_runs_side_by_side_are_told_by_the_lowest_and_the_highest_end():
    runs = [run([3, 2.0], label="a"), run([3, 1.0], label="b"), run([1, 4.0], label="c")]
    story, reading = describe(runs, [LOSS], True)
    assert story == "b ends lowest, with loss 1; c ends highest, with 4."
    assert reading == MEAN

    checked = [run([3, 2.0], [9, 8.0], label="a"), run([3, 1.0], [9, 9.5], label="b")]
    story, reading = describe(checked, [LOSS], True)
    assert story == "a ends lowest, with validation loss 8; b ends highest, with 9.5."
    assert reading == f"Dashed lines with open marks are validation. {MIDDLE}"

    some = [*checked, run([3, 0.5], label="c")]
    assert (
        describe(some, [LOSS], True)[0] == "c ends lowest, with loss 0.5; a ends highest, with 2."
    )


def test_of_many_runs_only_validation_is_drawn_at_the_end_of_an_epoch():
    many = [run([3, 2.0], [9, 8.0 + i], label=f"run {i}") for i in range(20)]

    _, reading = describe(many, [LOSS], True)

    assert reading.endswith("Validation is measured at the end of an epoch.")
    assert MIDDLE not in reading


def test_a_group_ends_where_the_mean_of_its_runs_ends_and_a_lost_run_does_not_count():
    runs = [
        run([2.0], label="a", group="narrow"), run([6.0], label="b", group="narrow"),
        run([3.0], label="c"), run([1.0, None], label="lost"),
    ]  # fmt: skip

    assert lowest(runs, "loss", False) == "c ends lowest, with loss 3; narrow ends highest, with 4."
    assert lowest(runs[:2], "loss", False) == ""
    _, reading = describe(runs, [LOSS], True)
    assert reading.startswith("A line is the mean of its group; the band")


def test_captions_are_about_the_first_loss_or_else_the_first_chart():
    assert key_told([ACCURACY, LOSS]) == "loss"
    assert key_told([ACCURACY]) == "accuracy"
    assert key_told([]) == ""


def asked(runs, compared=False, charts=(ACCURACY, LOSS), **status):
    return questions(runs, list(charts), compared, {"phase": "over", **status})


def test_without_validation_the_question_is_whether_the_loss_halves():
    for losses, answer in (([4.0, 1.9], "yes"), ([4.0, 2.0], "no"), ([4.0, 3.0], "no")):
        (one,) = asked([run(losses)])
        assert (one["id"], one["options"], one["answer"]) == ("halved a", ["yes", "no"], answer)
        assert one["prompt"] == "Will the loss of the last epoch be less than half of the first's?"
    for phase in ("waiting", "running", "validating", "paused"):
        assert asked([run([4.0, 1.0])], phase=phase)[0]["answer"] is None
    assert asked([run([])])[0]["answer"] is None
    assert asked([]) == asked([run([1.0])], charts=[]) == []


@pytest.mark.parametrize(
    ("losses", "checked", "lower", "rises"),
    [
        ([3, 1.0], [3, 2.0], "training", "no"),
        ([3, 2.0], [3, 1.0], "validation", "no"),
        ([3, 2.0], [3, 2.0], "validation", "no"),
        ([3, 2.0, 1.0], [3, 2.0, 2.5], "training", "yes"),
        ([3, 2.0, 1.0], [3, 2.0, 2.03], "training", "no"),
    ],
)
def test_with_validation_two_questions_are_asked(losses, checked, lower, rises):
    first_one, second = asked([run(losses, checked)])

    assert (first_one["id"], first_one["answer"]) == ("lower a", lower)
    assert first_one["options"] == ["training", "validation"]
    assert (first_one["prompt"], first_one["explain"]) == (
        "Which loss will be lower at the end?", MIDDLE,
    )  # fmt: skip
    assert (second["id"], second["options"], second["answer"]) == ("rises a", ["yes", "no"], rises)
    assert all(one["answer"] is None for one in asked([run(losses, checked)], phase="running"))


def test_with_validation_to_come_both_are_asked_before_there_is_any():
    assert [one["answer"] for one in asked([run([])], phase="running", validated=True)] == [
        None
    ] * 2


def test_of_several_runs_the_one_that_ends_lowest_is_asked():
    runs = [run([3, 2.0], label="a"), run([3, 1.0], label="b"), run([1, 4.0], label="c")]
    (one,) = asked(runs, compared=True)

    assert (one["id"], one["options"], one["answer"]) == ("lowest run", ["a", "b", "c"], "b")
    assert one["prompt"] == "Which run ends with the lowest loss?"
    assert asked(runs[:1], compared=True) == []
    checked = [run([3, 2.0], [9, 8.0], label="a"), run([3, 1.0], [9, 9.5], label="b")]
    assert asked(checked, compared=True)[0]["answer"] == "a"
