"""Bikes: how many were rented in each hour of two years in Washington, with weather and calendar.

731 days of 24 hours, 2011 and 2012. Casual riders pay for a day, registered ones for longer. For
165 hours, most of them at night or in storms, the source has no line: nobody rode, and the weather
is that of the hour before.

Source: H. Fanaee-T and J. Gama, "Event labeling combining ensemble detectors and background
knowledge", Progress in Artificial Intelligence 2, 2014, doi:10.1007/s13748-013-0040-3; UCI Machine
Learning Repository, set 275, licensed CC BY 4.0; see BIKES_LICENSE.txt beside this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import prod
from typing import Any

import numpy as np

from funclab.datasets import shipped
from funclab.datasets.cards import Cards
from funclab.errors.suggest import is_whole
from funclab.graph.meaning import READERS, Meaning, know
from funclab.graph.shape_math import Array
from funclab.registry.parameters import wrong_value

Arrays = dict[str, Array]
Set = tuple[Array, Array]

FIRST_DAY: Any = np.datetime64("2011-01-01")
DAYS, YEAR = 731, 365
"""All days, and those of 2011: models are trained on that year and tested on the next."""
COLDEST, WARMEST, STEPS = -8, 39, 50
"""Degrees Celsius; the source divides the range between them into 50 steps."""
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
BAR, TALLEST, CARD = 7, 76, 191
SHORTEST, LONGEST = 12, 168
"""How many hours in a row are recognised: half a day to a week."""
CLOSE = 1e-5
"""How much of its sum a number of a sample may differ: it may have been rounded to a float32."""
WEATHER = ("clear", "mist", "rain or snow", "storm")
KINDS = ("weekend or holiday", "working day")
MEANINGS = {"weather": ("temperature", *WEATHER), "weekday": WEEKDAYS}


def table() -> Arrays:
    """Everything, by name.

    Shapes: date (731,) datetime64[D]; weekday (731,) int32, an index of WEEKDAYS; holiday and
    working (731,) int32, 1 for yes; casual and registered (731, 24) int32, rentals in each hour;
    temperature (731, 24) float32, degrees Celsius; weather (731, 24) int32, an index of WEATHER.

    >>> bikes = table()
    >>> print(bikes["date"][0], WEEKDAYS[bikes["weekday"][0]], bikes["registered"][0, 8:12])
    2011-01-01 Saturday [ 7  6 24 30]
    """
    data = shipped.read("bikes")
    days = np.arange(DAYS)
    weekday = ((days + 6) % 7).astype("int32")  # the first day was a Saturday
    degrees = COLDEST + data["temperature"] * ((WARMEST - COLDEST) / STEPS)
    return {
        "date": FIRST_DAY + days,
        "weekday": weekday,
        "holiday": data["holiday"].astype("int32"),
        "working": ((weekday % 6 > 0) & (data["holiday"] == 0)).astype("int32"),
        "casual": data["casual"].astype("int32"),
        "registered": data["registered"].astype("int32"),
        "temperature": degrees.astype("float32"),
        "weather": data["weather"].astype("int32") - 1,
    }


def load_data() -> tuple[Set, Set]:
    """Was it a working day? 2011 is for training, 2012 for testing.

    Shapes: x (365, 24) float32, the bikes rented in each hour of a day; y (365,) int32, 1 for a
    working day, 0 for a weekend or a holiday. For testing there are 366.

    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, x_test.shape, y_train[:4]
    ((365, 24), (366, 24), array([0, 0, 1, 1], dtype=int32))
    """
    data = table()
    x, y = know(_rented(data), "hours", range(24)), know(data["working"], "classes", KINDS)
    return (x[:YEAR], y[:YEAR]), (x[YEAR:], y[YEAR:])


def draw(days: Any, captions: Sequence[Any]) -> Cards:
    """A row of days, each with a bar for every hour from midnight to midnight, and its caption.

    Shapes: days (n, 24) or (n, 24, 1), bikes rented. The tallest bar is the maximum of all days.

    >>> draw(load_data()[0][0][:2], ["Saturday", "Sunday"])
    <2 days of bikes: Saturday, Sunday>
    """
    array = np.asarray(days, np.float32).reshape(-1, 24)
    array = array / max(1e-9, float(array.max(initial=0)))
    return Cards("days of bikes", [_bars(day) for day in array], captions, CARD)


def _bars(day: Array) -> str:
    return "".join(
        f'<rect x="{8 + BAR * hour}" y="{86 - TALLEST * bikes:.1f}" width="{BAR - 1}" '
        f'height="{TALLEST * bikes:.1f}" fill-opacity="0.8"/>'
        for hour, bikes in enumerate(day)
    )


def load_hours(window: int = 24) -> tuple[Set, Set]:
    """How many bikes in the next hour, given those of `window` hours? 2011 is for training again.

    Shapes: x (8760 - window, window, 1) float32, the bikes rented in each of the hours before;
    y (8760 - window, 1) float32, those of the next. For testing there are 8784 - window.
    Raises: ArgumentError unless window is a whole number from 1 to 8759.

    >>> (x_train, y_train), (x_test, y_test) = load_hours()
    >>> x_train.shape, y_test.shape
    ((8736, 24, 1), (8760, 1))
    """
    if not is_whole(window) or not 1 <= window < 24 * YEAR:
        raise wrong_value("load_hours", "window", window, "a number of hours", "24")
    rented = _rented(table())
    return _windows(rented[:YEAR], window), _windows(rented[YEAR:], window)


@cache
def _series() -> Array:
    return _rented(table()).reshape(-1).astype("float64")


def recognised(array: Array) -> Meaning | None:
    """What an array means if its first samples are hours of this data set, one after another and in
    any unit; None if not.

    >>> recognised(load_hours()[0][0] / 1000)
    <Meaning: hours>
    """
    length = array.shape[1] if array.ndim > 1 else 0
    if prod(array.shape[1:]) != length or not SHORTEST <= length <= LONGEST:
        return None
    starts = [_start(sample) for sample in array[:3].reshape(-1, length).astype("float64")]
    if None in starts:
        return None
    whole_days = length == 24 and not any(start and start % 24 for start in starts)
    return Meaning("hours", tuple(map(str, range(24))) if whole_days else None, source="data")


def _start(sample: Array) -> int | None:
    """The hour at which a sample begins, counted from the first; None if there is none like it."""
    total = sample.sum()
    if not (np.isfinite(total) and total > 0) or len({*sample.tolist()}) < SHORTEST / 2:
        return None
    windows = np.lib.stride_tricks.sliding_window_view(_series(), len(sample))
    sums = windows.sum(1)
    # The first number alone, in the same unit, leaves few windows to compare.
    first = abs(windows[:, 0] * total - sample[0] * sums) < CLOSE * total * sums
    near = np.flatnonzero(first & (sums > 0))
    scales = total / sums[near, None]
    found = near[(abs(windows[near] * scales - sample) <= CLOSE * total).all(1)]
    return int(found[0]) if len(found) else None


READERS.append(recognised)


def load_riders(seed: int = 0) -> tuple[tuple[Arrays, Arrays], tuple[Arrays, Arrays]]:
    """How many casual and how many registered riders on a day of 2012 with such weather?

    A quarter of these days, drawn with `seed`, is for testing. (In 2011 there were far fewer
    riders: a model trained on one year is wrong about the other, whatever the weather.)

    Shapes: x has weather (275, 5) float32, the mean temperature in degrees Celsius and the share of
    hours with each kind of WEATHER, and weekday (275, 7) float32, one-hot over WEEKDAYS; y has
    casual and registered (275,) float32, riders on that day. For testing there are 91.

    >>> (x_train, y_train), (x_test, y_test) = load_riders()
    >>> x_train["weather"].shape, x_train["weekday"].shape, y_test["casual"].shape
    ((275, 5), (275, 7), (91,))
    """
    data = table()
    shares = np.eye(len(WEATHER))[data["weather"]].mean(1)
    weather = np.column_stack([data["temperature"].mean(1), shares])
    x: Arrays = {"weather": weather, "weekday": np.eye(len(WEEKDAYS))[data["weekday"]]}
    y: Arrays = {name: data[name].sum(1) for name in ("casual", "registered")}
    order = YEAR + np.random.RandomState(seed).permutation(DAYS - YEAR)
    tested, trained = np.split(order, [(DAYS - YEAR) // 4])
    return _days(x, y, trained), _days(x, y, tested)


def _days(x: Arrays, y: Arrays, days: Array) -> tuple[Arrays, Arrays]:
    first, second = ({name: part[name][days].astype("float32") for name in part} for part in (x, y))
    for name, names in MEANINGS.items():
        know(first[name], "features", names)
    return first, second


def _rented(data: Arrays) -> Array:
    return (data["casual"] + data["registered"]).astype("float32")


def _windows(rented: Array, window: int) -> Set:
    series = rented.reshape(-1)
    steps = np.lib.stride_tricks.sliding_window_view(series[:-1], window)
    x = know(np.ascontiguousarray(steps), "hours", range(-window, 0))
    return x[:, :, None], series[window:, None]
