"""One address, one spelling; whatever is not an address is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.accounts.emails import canonical_email
from aibt.errors import Invalid


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("ada@example.org", "ada@example.org"),
        ("  Ada@Example.ORG\n", "ada@example.org"),
        ("ada+bots@example.org", "ada+bots@example.org"),
        ("Jose\u0301@example.org", "jos\u00e9@example.org"),  # composed, as another keyboard would
        ("local@localhost", "local@localhost"),
    ],
)
def test_an_address_is_trimmed_composed_and_lowered(given_text: str, kept: str) -> None:
    assert canonical_email(given_text) == kept


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "@",
        "ada",
        "ada@",
        "@example.org",
        "a@b@c",
        "ada @example.org",
        "ada@exa\tmple.org",
        "ada\x00@example.org",
        "ada\r\nBcc: x@example.org",
        "a\u200bda@example.org",  # zero width
        "a\u202eda@example.org",  # right to left from here on
        "\ud800@example.org",  # half a character
        "a" * 243 + "@example.org",
        "a" * 10_000_000,
    ],
)
def test_what_is_no_address_is_refused_at_its_field(bad: str) -> None:
    with pytest.raises(Invalid) as refused:
        canonical_email(bad)

    assert refused.value.field == "email"


@pytest.mark.parametrize(
    "variant",
    [
        "o\ufb03ce@example.org",
        "stra\u00dfe@example.org",
        "\u212aate@example.org",
        "\u0130da@example.org",
        "a\uff20b.org",
    ],
)
def test_a_variant_of_another_letter_cannot_take_that_addresss_place(variant: str) -> None:
    with pytest.raises(Invalid, match="variant"):
        canonical_email(variant)


@given(st.text(max_size=40) | st.emails())
def test_whatever_is_accepted_stays_as_it_is_and_agrees_with_lower_case(text: str) -> None:
    try:
        email = canonical_email(text)
    except Invalid:
        return

    assert canonical_email(email) == email
    assert email.lower() == email
    assert email.encode()
    assert canonical_email(f" {email} ") == email
