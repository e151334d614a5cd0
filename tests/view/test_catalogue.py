"""The page of every layer."""

import re

from tests.view.catalogue import every_layer, page


def test_the_page_has_a_part_for_every_layer_with_its_shapes_and_a_picture_of_a_call():
    text = page()

    parts = dict(re.findall(r'<section id="(\w+)">(.*?)</section>', text, re.DOTALL))
    assert list(parts) == list(every_layer())
    without = {name for name, part in parts.items() if "<dt>Shapes</dt>" not in part}
    assert without <= {"Lambda"}  # its shape is that of the function inside
    assert {name for name, part in parts.items() if "<svg" not in part} == {"InputLayer"}
    assert [link for link in re.findall('href="#([^"]+)"', text) if link not in parts] == []
