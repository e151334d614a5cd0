"""Code that works but is probably not intended: one warning each, which says what was done."""

import warnings

import numpy as np
import pytest

from funclab import Model, ops
from funclab.callbacks import EarlyStopping
from funclab.layers import Dense
from funclab.optimizers import SGD
from tests.misuse.desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_key_that_is_not_an_input_is_left_out_with_a_warning(desk):
    data = {"left": desk.x, "right": desk.x, "middle": desk.x}

    with pytest.warns(UserWarning, match="doesn't match the expected structure") as caught:
        desk.twins.predict(data, verbose=0)

    assert len(caught) == 1
    assert caught[0].filename == __file__  # the line of the user, not one of funclab
    assert "twins" in str(caught[0].message) and "middle" in str(caught[0].message)


def test_a_list_for_a_model_of_named_inputs_is_read_in_order_with_a_warning(desk):
    named = Model({"one": desk.left, "two": desk.right}, desk.same, name="named")

    with pytest.warns(UserWarning, match=r"expected structure of named.*one.*two"):
        by_order = named.predict(desk.pair, verbose=0)

    by_name = named.predict(dict(zip(["one", "two"], desk.pair, strict=True)), verbose=0)
    assert (by_order == by_name).all()


def test_freezing_a_layer_after_training_has_begun_warns_that_it_is_not_frozen_yet(desk):
    before = desk.encoder.get_weights()[0]
    desk.encoder.trainable = False

    with pytest.warns(UserWarning, match="compile"):
        desk.twins.fit(desk.pair, desk.answers, verbose=0)

    assert (desk.encoder.get_weights()[0] != before).any()


def test_two_outputs_of_one_layer_get_two_names_with_a_warning(desk):
    with pytest.warns(UserWarning, match="Several outputs come from one layer"):
        model = Model([desk.left, desk.right], [desk.a, desk.b])

    assert model.output_names == ["encoder", "encoder_1"]


def test_a_number_that_is_not_there_is_missed_once_not_after_every_epoch(desk):
    with pytest.warns(UserWarning, match="val_loss") as caught:
        desk.reader.fit(desk.x, desk.y, verbose=0, epochs=3, callbacks=[EarlyStopping()])

    assert len(caught) == 1


@pytest.mark.parametrize("steps", [None, 2])
def test_a_generator_that_ends_is_read_once_and_the_warning_says_so(desk, steps):
    once = ((desk.x, desk.y) for _ in range(2))

    with pytest.warns(UserWarning, match=r"(?s)ran out of data.*read only once") as caught:
        history = desk.reader.fit(once, epochs=3, verbose=0, steps_per_epoch=steps)

    assert len(caught) == 1
    assert len(history.epoch) == 1


def test_data_that_are_not_numbers_are_named_once_and_training_goes_on(desk):
    holes = desk.x.copy()
    holes[2, 1] = np.nan

    with pytest.warns(UserWarning, match="pixels hold nan or inf in 1 of 6 samples") as caught:
        history = desk.reader.fit(holes, desk.y, epochs=3, verbose=0)

    assert len(caught) == 1
    assert "the first is sample 2" in str(caught[0].message)
    assert caught[0].filename == __file__
    assert len(history.epoch) == 3


def test_targets_that_are_not_numbers_are_named(desk):
    desk.reader.compile("sgd", "mse")
    targets = desk.y.copy()
    targets[4] = np.inf

    with pytest.warns(UserWarning, match="The targets of digit hold nan or inf") as caught:
        desk.reader.fit(desk.x, targets, verbose=0)

    assert "sample 4" in str(caught[0].message)


def test_a_loss_that_explodes_on_sound_data_points_at_the_learning_rate(desk):
    desk.reader.compile(SGD(1e30), "mse")

    with pytest.warns(
        UserWarning, match=r"The loss of reader is nan .* learning rate \(it is 1e\+30\)"
    ):
        desk.reader.fit(desk.x, desk.y, epochs=3, verbose=0)


def test_ordinary_use_warns_of_nothing(desk):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        desk.twins.fit(desk.pair, desk.answers, validation_split=0.5, verbose=0)
        desk.reader.evaluate(desk.x, desk.y, verbose=0)
        Model(desk.left, Dense(2)(desk.a)).predict(desk.x, verbose=0)


def test_no_activation_is_missed_in_a_layer_of_ones_own(desk):
    class Chances(Dense):
        """Its `call` makes probabilities of what `activation` leaves linear."""

        def call(self, inputs):
            return ops.softmax(super().call(inputs))

    model = Model(desk.left, Chances(3)(desk.left))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.compile("sgd", "categorical_crossentropy")
        model.fit(desk.x, np.eye(3)[np.arange(len(desk.x)) % 3], verbose=0)


def test_a_softmax_over_one_number_warns_at_the_line_of_the_user(desk):
    with pytest.warns(UserWarning, match="every result is 1") as caught:
        Dense(1, activation="softmax")(desk.left)

    assert [one.filename for one in caught] == [__file__]
