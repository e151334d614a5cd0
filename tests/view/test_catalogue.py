"""The page of every layer."""

import ast
import re
from html import unescape

from tools.pictures.catalogue import every_layer, page


def test_the_page_has_a_part_for_every_layer_with_its_shapes_and_a_picture_of_a_call():
    text = page()

    parts = dict(re.findall(r'<section id="(\w+)">(.*?)</section>', text, re.DOTALL))
    assert list(parts) == list(every_layer())
    without = {name for name, part in parts.items() if "<dt>Shapes</dt>" not in part}
    assert without <= {"Lambda"}  # its shape is that of the function inside
    assert {name for name, part in parts.items() if "<svg" not in part} == {"InputLayer"}
    calls = dict(re.findall(r"<h3>One call</h3><p><code>((\w+)\(.*?\))</code>", text))
    assert set(calls.values()) == set(parts) - {"InputLayer"}
    assert all(ast.parse(unescape(code)) for code in calls)
    assert [link for link in re.findall('href="#([^"]+)"', text) if link not in parts] == []
