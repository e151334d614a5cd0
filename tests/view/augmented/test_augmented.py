"""The view says and shows what a layer makes of a picture, and leaves the layer as it was."""

import numpy as np
import pytest

import funclab
from funclab import layers
from funclab.errors import FunclabError

IMAGE = np.linspace(0, 1, 192, dtype="float32").reshape(8, 8, 3)
BATCH = np.stack([np.full((8, 8, 1), 255.0 * i) for i in (0, 1)])


def test_results_are_what_the_layer_makes_and_words_what_was_drawn():
    layer = layers.RandomTranslation((0.25, 0.25), (-0.5, -0.5), fill_mode="constant")

    picture = funclab.augmented(layer, IMAGE, count=3)

    shifted = np.zeros_like(IMAGE)
    shifted[2:, :4] = IMAGE[:6, 4:]
    assert picture.words == ["down 25 %, right −50 %"] * 3
    for result in picture.results:
        np.testing.assert_allclose(result, shifted, atol=1e-6)
    np.testing.assert_array_equal(picture.originals[0], IMAGE)


def test_each_result_has_a_draw_of_its_own_that_is_told_in_degrees():
    layer = layers.RandomRotation((0, 0.5))

    picture = funclab.augmented(layer, IMAGE, count=4, seed=3)

    degrees = [float(words.removeprefix("turned by ").rstrip("°")) for words in picture.words]
    assert len({*degrees}) == 4
    for angle, result in zip(degrees, picture.results, strict=True):
        turned = layers.RandomRotation((angle / 360, angle / 360))(IMAGE)
        np.testing.assert_allclose(result, turned, atol=0.02)


def test_the_seed_decides_and_the_layer_draws_afterwards_as_if_nothing_had_been_shown():
    layer, untouched = (layers.Pipeline([layers.RandomZoom(0.3, seed=5)]) for _ in range(2))

    first, again, other = (funclab.augmented(layer, IMAGE, seed=seed) for seed in (1, 1, 2))

    assert first.svg == again.svg
    assert first.words != other.words
    np.testing.assert_array_equal(layer(IMAGE[None]), untouched(IMAGE[None]))


def test_words_of_mixed_pictures_tell_the_part_of_each():
    picture = funclab.augmented(layers.MixUp(5.0), BATCH, seed=2)

    for i, (result, words) in enumerate(zip(picture.results, picture.words, strict=True)):
        share, partner = words.replace(" %, the rest of original", "").split()
        parts = [i, int(partner)]
        white = parts[0] * int(share) / 100 + parts[1] * (1 - int(share) / 100)
        assert result.mean() == pytest.approx(white, abs=0.006)


def test_what_a_chain_of_layers_draws_is_told_in_their_order():
    chain = layers.Pipeline([layers.RandomFlip("horizontal"), layers.RandomBrightness((0.2, 0.2))])
    chain.layers.append(layers.AutoContrast())

    picture = funclab.augmented(chain, 255 * IMAGE, count=12)

    mirrored, same = (f"{flip} · 20 % added" for flip in ("mirrored", "not changed"))
    assert {*picture.words} == {mirrored, same}
    for words, result in zip(picture.words, picture.results, strict=True):
        left = result[0, 0].mean() < result[0, -1].mean()
        assert left == (words == same)


@pytest.mark.parametrize(
    "layer",
    [
        layers.RandAugment(seed=1),
        layers.AugMix(num_chains=1, chain_depth=1),
        layers.RandomColorJitter((0, 1), 0.2, 0.2, (0.3, 0.7), 0.2),
        layers.RandomCrop(5, 5),
        layers.RandomCrop(9, 9),
        layers.RandomErasing(),
        layers.RandomElasticTransform(),
        layers.RandomPerspective(),
        layers.RandomGaussianBlur(),
        layers.RandomShear(0.1),
        layers.RandomPosterization(5),
        layers.Solarization(0.1, 0.5),
        layers.RandomSharpness(0.5),
        layers.RandomColorDegeneration(0.5),
        layers.RandomContrast(0.5),
        layers.RandomInvert(0.5),
        layers.CutMix(),
        layers.GaussianNoise(0.1),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_every_layer_has_a_picture_with_words_for_each_result(layer):
    picture = funclab.augmented(layer, IMAGE, count=2)

    assert len(picture.results) == len(picture.words) == 2
    assert all(picture.words)
    assert all(0 <= image.min() <= image.max() <= 1 for image in picture.results)
    assert type(layer).__name__ in picture.svg


def test_a_picture_can_be_saved_and_has_a_dark_look(tmp_path):
    picture = funclab.augmented(layers.RandomFlip(), IMAGE, count=1, look="dark")

    assert "result 0" in picture.save(tmp_path / "flip.html").read_text("utf-8")
    assert picture.svg != funclab.augmented(layers.RandomFlip(), IMAGE, count=1).svg


def test_what_is_not_a_layer_or_not_a_picture_is_refused():
    with pytest.raises(FunclabError, match="needs a layer"):
        funclab.augmented(layers.RandomFlip, IMAGE)
    with pytest.raises(FunclabError, match="needs a picture"):
        funclab.augmented(layers.RandomFlip(), IMAGE[..., 0])
