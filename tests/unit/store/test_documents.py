import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.store.documents import storable, to_json

anything = st.text(st.characters(codec=None) | st.sampled_from("\0\ud83d\ude80\\u"), max_size=20)


@given(anything)
def test_a_text_is_kept_but_for_what_no_database_takes(text: str) -> None:
    kept: Any = storable({"text": text})["text"]

    assert "\0" not in kept
    assert kept.encode() == kept.encode("utf-8", "strict")
    assert storable({"text": kept}) == {"text": kept}
    if "\0" not in text and not any("\ud800" <= one <= "\udfff" for one in text):
        assert kept == text


@given(st.dictionaries(anything, anything | st.lists(anything), max_size=3))
def test_what_is_written_is_what_is_storable(document: dict[str, Any]) -> None:
    assert json.loads(to_json(document)) == json.loads(json.dumps(storable(document)))


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_json_number_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json({"a": [number]})
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json({"a\0": [number]})
