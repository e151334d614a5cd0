"""A record of a cluster shows its workers, their shares, and where the time of a step went."""

import math
import re
from xml.etree import ElementTree

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from funclab.distribute import ClusterRecord
from funclab.errors import ArgumentError
from funclab.view.draw import theme

FAST, SLOW = "tcp://10.0.0.1:40001", "tcp://10.0.0.2:40002"
DASHBOARD = "http://127.0.0.1:8787/status"


def a_record(steps=4, repeats=0, dashboard=DASHBOARD):
    """A step of 20 ms; the workers compute for 4 and for 8 of them."""
    record = ClusterRecord(dashboard)
    for worker in (FAST, SLOW):
        record.note(worker, "joined")
    for _ in range(steps):
        record.add("train", 0.020, repeats, [(FAST, 96, 0.004), (SLOW, 32, 0.008)])
    return record


def test_the_table_has_each_workers_share_and_the_parts_of_a_step():
    picture = a_record().picture()

    assert [row[:4] for row in picture.grid[1]] == [
        (FAST, "384", "75%", "4"),
        (SLOW, "128", "25%", "4"),
    ]
    assert [row[4:] for row in picture.grid[1]] == [
        ("4.00", "4.00", "12.00"),
        ("8.00", "0.00", "12.00"),
    ]


def test_the_words_tell_all_that_the_picture_shows():
    words = a_record(repeats=1).picture().description

    assert f"{FAST}: 384 samples, 4 steps, 75% of all samples" in words
    assert "A step takes 20.0 ms: 30% computing, 10% waiting" in words
    assert "4 steps had to be restarted" in words
    assert "More than half of it is transfer" in words
    assert DASHBOARD in words


def test_what_follows_is_said_only_where_it_does():
    record = ClusterRecord()
    record.add("train", 0.010, 0, [(FAST, 8, 0.002), (SLOW, 8, 0.009)])

    words = record.picture().description

    assert "the workers are not equally fast" in words
    assert "More than half" not in words
    assert "restarted" not in words


def test_bars_are_as_long_as_the_times_and_differ_by_more_than_colour():
    svg = ElementTree.fromstring(a_record().picture("light").svg)
    rows = svg.findall(".//{*}g[@class='step']")

    for row, compute in zip(rows, (0.2, 0.4), strict=True):
        *_, whole, full = row.findall("{*}rect")
        (stripes,) = row.findall("{*}path")
        places = [float(x) for x in re.findall(r"M([\d.]+),", stripes.get("d"))]
        length = float(whole.get("width"))
        assert float(full.get("width")) / length == pytest.approx(compute, abs=0.01)
        assert (places[0] - float(whole.get("x"))) / length == pytest.approx(0.4, abs=0.01)
        assert len(places) > 20


def test_validation_steps_are_not_part_of_it():
    record = a_record()
    before = record.picture().text
    record.add("test", 9.0, 0, [(FAST, 64, 5.0), (SLOW, 64, 1.0)])

    assert record.picture().text == before


def test_events_are_told_in_order_and_several_alike_are_one_line():
    record = a_record()
    record.note(SLOW, "lost: it was started again")
    record.note(SLOW, "joined")

    lines = [line for line in str(record).splitlines() if line.startswith("After")]

    assert [line.partition("s: ")[2] for line in lines] == [
        f"{FAST} and {SLOW}: joined.",
        f"{SLOW}: lost: it was started again.",
        f"{SLOW}: joined.",
    ]


def test_a_worker_that_is_lost_is_marked_in_its_row_until_it_is_back():
    record = a_record()
    record.note(SLOW, "lost: no answer for 60 seconds")

    assert f"{SLOW}: 128 samples, 4 steps, lost" in record.picture().description
    record.note(SLOW, "joined")
    assert f"{SLOW}: 128 samples, 4 steps, 25%" in record.picture().description


def test_of_many_workers_those_that_compute_longest_are_drawn():
    record = ClusterRecord()
    names = [f"tcp://10.0.0.{i}:8000" for i in range(64)]
    record.add("train", 0.1, 0, [(name, 2, 0.01 + i / 1e4) for i, name in enumerate(names)])

    picture = record.picture()

    assert picture.svg.count('class="step"') == 40
    assert "24 more workers" in picture.svg
    assert f">{names[63]}<" in picture.svg
    assert f">{names[0]}<" not in picture.svg
    assert len(picture.grid[1]) == 64


def test_of_many_events_the_last_are_told():
    record = ClusterRecord()
    names = [f"tcp://10.0.0.{i}:8000" for i in range(64)]
    for name in names:
        record.note(name, "joined")
    assert f"{', '.join(names[:3])} and 61 more: joined." in str(record)

    for name in names[:20]:
        record.note(name, "lost: gone")
        record.note(name, "joined")

    assert "Before that: 33 more events." in str(record)
    assert str(record).splitlines()[-1].endswith(f"{names[19]}: joined.")


def test_a_run_without_a_training_step_says_so():
    assert "no training step" in str(ClusterRecord())
    assert "no training step" in ClusterRecord().picture().svg


def test_a_step_of_no_time_is_drawn():
    record = ClusterRecord()
    record.add("train", 0.0, 0, [(FAST, 1, 0.0)])

    numbers = re.findall(r'width="([^"]*)"', record.picture().svg)

    assert all(math.isfinite(float(number)) for number in numbers if "%" not in number)


def test_plain_text_does_not_change_from_run_to_run():
    first, second = a_record(), a_record(steps=9, dashboard="http://127.0.0.1:1234/status")
    bundles = [record._repr_mimebundle_() for record in (first, second)]

    assert bundles[0]["text/plain"] == bundles[1]["text/plain"]
    assert "<svg" in bundles[0]["image/svg+xml"]
    assert "text/html" not in bundles[0]


def displayed(record):
    InteractiveShell.instance()
    with capture_output() as captured:
        record._ipython_display_()
    return [output.data for output in captured.outputs]


def test_a_cell_shows_the_picture_and_a_link_to_the_dashboard():
    picture, link = displayed(a_record())

    assert "image/svg+xml" in picture
    assert f'href="{DASHBOARD}"' in link["text/html"]


@pytest.mark.parametrize("address", ["", "javascript:alert(1)", "tcp://10.0.0.1:8786"])
def test_what_is_not_an_address_of_the_web_is_not_linked(address):
    assert len(displayed(a_record(dashboard=address))) == 1


def test_hostile_names_and_addresses_are_only_text():
    hostile = 'http://x/"><script>alert(1)</script>\u202e'
    record = ClusterRecord(hostile)
    record.note(hostile, f"lost: {hostile}")
    record.add("train", 0.02, 0, [(hostile, 1, 0.01)])

    picture, link = displayed(record)

    assert "<script" not in picture["image/svg+xml"] + link["text/html"] + record.picture().table
    assert "\u202e" not in picture["image/svg+xml"] + link["text/html"] + str(record)
    assert ElementTree.fromstring(picture["image/svg+xml"]) is not None


def test_the_look_is_checked_and_kept():
    assert theme.DARK["paper"] in a_record().picture("dark").svg
    with pytest.raises(ArgumentError, match="look"):
        a_record().picture("loud")
