"""What all views of trained models say of themselves."""

from __future__ import annotations

import re

import pytest

from funclab.view.draw.sentences import texts

REASONS = re.compile(r"\b(because|understand|looks? for|important|wants)\b", re.IGNORECASE)
"""A view says what a model does; nobody knows why, or what for."""


@pytest.mark.parametrize(
    "room", ["learned", "inside", "whatif", "mistakes", "embedding", "landscape"]
)
def test_no_sentence_claims_a_reason(room):
    found = {key: text for key, text in texts(room).items() if REASONS.search(text)}

    assert texts(room)
    assert found == {}
