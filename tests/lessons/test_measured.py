"""What lessons say was measured: their own cells are run, and the figures stay within bounds."""

from __future__ import annotations

import pytest

from funclab.teach import catch_up


@pytest.fixture(scope="module")
def penguins() -> dict:
    """The variables of lesson 4 after its runs in grams and in kilograms."""
    names: dict = {}
    catch_up(4, "door", names=names)
    return names


def end(runs, key: str) -> float:
    return sum(run.history[key][-1] for run in runs) / len(runs)


def test_in_grams_mass_is_not_learned_and_sex_less_well(penguins):
    kilograms, grams = penguins["kilograms"], penguins["grams"]

    assert end(kilograms, "val_mass_mae") < 0.35
    assert end(grams, "val_mass_mae") > 2000
    assert end(kilograms, "val_sex_accuracy") - end(grams, "val_sex_accuracy") > 0.05


def test_a_small_weight_brings_sex_back_and_mass_no_nearer(penguins):
    grams, weighted = penguins["grams"], penguins["weighted"]

    assert end(weighted, "val_sex_accuracy") - end(grams, "val_sex_accuracy") > 0.05
    assert end(weighted, "val_mass_mae") > end(grams, "val_mass_mae")


def test_a_mass_under_the_loss_of_a_yes_or_no_falls_below_zero_while_sex_is_learned(penguins):
    swapped = penguins["run"].history

    assert swapped["mass_loss"][-1] < -40
    assert swapped["sex_loss"][-1] < 0.15
