"""Uses that work and are probably not meant: one warning each, which says what was done."""

from __future__ import annotations

import warnings

import pytest

from funclab import Model
from funclab.callbacks import EarlyStopping
from funclab.layers import Dense
from tests.misuse.desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_key_that_is_no_input_is_left_out_with_a_warning(desk):
    data = {"left": desk.x, "right": desk.x, "middle": desk.x}

    with pytest.warns(UserWarning, match="doesn't match the expected structure") as caught:
        desk.twins.predict(data, verbose=0)

    assert len(caught) == 1
    assert "twins" in str(caught[0].message) and "middle" in str(caught[0].message)


def test_a_list_for_a_model_of_named_inputs_is_read_in_order_with_a_warning(desk):
    named = Model({"one": desk.left, "two": desk.right}, desk.same, name="named")

    with pytest.warns(UserWarning, match=r"expected structure of named.*one.*two"):
        by_order = named.predict(desk.pair, verbose=0)

    by_name = named.predict(dict(zip(["one", "two"], desk.pair, strict=True)), verbose=0)
    assert (by_order == by_name).all()


def test_freezing_a_layer_after_compile_warns_that_it_is_not_frozen_yet(desk):
    before = desk.encoder.get_weights()[0]
    desk.encoder.trainable = False

    with pytest.warns(UserWarning, match="compile"):
        desk.twins.fit(desk.pair, desk.answers, verbose=0)

    assert (desk.encoder.get_weights()[0] != before).any()


def test_two_outputs_of_one_layer_get_two_names_with_a_warning(desk):
    with pytest.warns(UserWarning, match="Several outputs come from one layer"):
        model = Model([desk.left, desk.right], [desk.a, desk.b])

    assert model.output_names == ["encoder", "encoder_1"]


def test_watching_a_number_that_will_not_be_there_warns_before_training(desk):
    with pytest.warns(UserWarning, match="val_loss"):
        desk.reader.fit(desk.x, desk.y, verbose=0, callbacks=[EarlyStopping("val_loss")])


def test_ordinary_use_warns_of_nothing(desk):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        desk.twins.fit(desk.pair, desk.answers, validation_split=0.5, verbose=0)
        desk.reader.evaluate(desk.x, desk.y, verbose=0)
        Model(desk.left, Dense(2)(desk.a)).predict(desk.x, verbose=0)
