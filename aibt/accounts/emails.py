"""E-mail addresses in the one spelling in which they are compared and kept."""

import unicodedata

from aibt.errors import Invalid

MAX_CHARACTERS = 254
_BLANK = ("C", "Z")  # Unicode's control, unassigned and surrogate characters; its separators


def canonical_email(text: str) -> str:
    """Return `text` without blanks around it, composed (NFC) and in lower case.

    A letter that is a variant of another (`ﬁ`, `ß`, the Kelvin sign) is refused instead of
    folded: otherwise the owner of one mailbox could take the place of another's, and a
    database's `lower()` would disagree with ours. So lower case and case folding are the same.

    Raises:
        Invalid: it is longer than 254 characters, has not exactly one `@` with something on
            either side, or holds blanks, control characters or such variants.
    """
    if len(text) > 4 * MAX_CHARACTERS:
        raise Invalid("email", f"it is longer than {MAX_CHARACTERS} characters")
    composed = unicodedata.normalize("NFC", text.strip())
    email = unicodedata.normalize("NFC", composed.lower())
    if len(email) > MAX_CHARACTERS:
        raise Invalid("email", f"it is longer than {MAX_CHARACTERS} characters")
    if any(unicodedata.category(character).startswith(_BLANK) for character in email):
        raise Invalid("email", "it holds a space or a control character")
    folded = unicodedata.normalize("NFKC", composed.casefold())
    if folded != email or _plain(email) > _plain(text):
        raise Invalid("email", "it holds a letter that is a variant of another")
    name, at, domain = email.partition("@")
    if not (name and at and domain) or "@" in domain:
        raise Invalid("email", "it is not of the form name@domain")
    return email


def _plain(text: str) -> int:
    """Return how many plain (ASCII) characters there are: no spelling may add to them."""
    return sum(character.isascii() for character in text)
