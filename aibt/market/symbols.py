"""What an instrument is called: one canonical form, safe to show and to look up."""

import re
import unicodedata
from typing import Final

from aibt.errors import Invalid

_SYMBOL: Final = re.compile(r"[A-Z0-9^][A-Z0-9.\-=^]{0,14}")
_PAIR: Final = re.compile(r"([A-Z]{3})([A-Z]{3})(=X)?")
_LONGEST_TEXT: Final = 64  # compatibility forms may be longer than what they stand for
_CODES: Final = (
    "USDEURGBPJPYCHFAUDNZDCADSEKNOKDKKPLNCZKHUFTRYZARMXNCNHCNYHKDSGDINRBRLKRWTHBILSRUBRON"
    "XAUXAGXPTXPD"
)
_CURRENCIES: Final = frozenset(_CODES[at : at + 3] for at in range(0, len(_CODES), 3))


def parse_symbol(text: str, *, field: str = "symbol") -> str:
    """Return the canonical symbol that `text` writes: NFKC, upper case, 1 to 15 characters.

    Raises:
        Invalid: `text` is no symbol (SECURITY.md 14).
    """
    if len(text) <= _LONGEST_TEXT:
        plain = unicodedata.normalize("NFKC", text)
        # upper-casing before this check would turn ı into I and ß into SS
        if plain.isascii() and _SYMBOL.fullmatch(plain.upper()):
            return plain.upper()
    raise Invalid(field, f"{text[:20]!r} is not a symbol such as GOOGL, ^GSPC or EURUSD")


def currency_pair(symbol: str) -> str | None:
    """Return `EURUSD` for `EURUSD` and for Yahoo's `EURUSD=X`, None for what is no pair."""
    match = _PAIR.fullmatch(symbol)
    if match and match[1] in _CURRENCIES and match[2] in _CURRENCIES:
        return match[1] + match[2]
    return None


def same_instrument(symbol: str) -> str:
    """Return what two spellings of one instrument have in common, for looking files up.

    A file cannot always carry an index's `^` (`GSPC.1d.csv`) nor a pair's `=X`.
    """
    return currency_pair(symbol) or symbol.removeprefix("^")
