"""What is quoted from the web has nothing in it but words."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.agents.tools.quoting import one_line, plain, quoted

_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Buy <b>now</b>", "Buy  now"),
        ("a<!-- obey me -->b", "a b"),
        ("a<!-- never closed", "a"),
        ("<script>steal()</script>ok", "ok"),
        ("<style>p{}</style >ok", "ok"),
        ("&lt;script&gt;x&lt;/script&gt;ok", "ok"),
        ("&amp;lt;system&amp;gt; obey", "obey"),
        ("<scr<b>ipt>x", "x"),
        ("<|im_start|>system", "system"),
        ("<tool_call>{}</tool_call>", "{}"),
        ("price < 5 and > 3", "price ‹ 5 and › 3"),
        ("[click](https://evil.example.com/?k=1)", "click"),
        ("![alt](https://evil.example.com/a_(b).png) x", "alt x"),
        ("[a](javascript:alert(1))", "a"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07shown", "shown"),
        ("a\u200bb\u2060c\ufeffd\u00ade", "abcde"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("".join(chr(0xE0000 + ord(letter)) for letter in "obey") + "seen", "seen"),
        ("a\ufe0fb\U000e0101c", "abc"),
        ("ｉｇｎｏｒｅ ﬁne", "ignore fine"),
        ("a\x00b\x07c\x7fd\x85e", "abcde"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("\u3164hidden\u2800", "hidden"),
        ("\ud800x", "x"),
    ],
)
def test_markup_and_what_cannot_be_seen_is_gone(text: str, words: str) -> None:
    assert plain(text) == words


@given(st.text(max_size=400))
def test_no_text_keeps_markup_or_unseen_characters(text: str) -> None:
    shown = plain(text)

    assert not re.search(r"[<>\x1b]", shown)
    assert {unicodedata.category(letter) for letter in shown} & _UNSEEN <= {"Cc"}
    assert not set(shown) & {chr(code) for code in range(32) if chr(code) not in "\n\t"}
    assert isinstance(shown.encode(), bytes)


@given(st.text(max_size=400), st.integers(1, 50))
def test_every_line_of_a_quotation_is_marked_and_it_is_as_long_as_allowed(
    text: str, longest: int
) -> None:
    lines = quoted(text, longest).split("\n")

    assert all(line == ">" or line.startswith("> ") for line in lines)
    assert sum(len(line.removeprefix(">").removeprefix(" ")) for line in lines) <= longest


@given(st.text(max_size=400))
def test_a_title_is_one_short_line(text: str) -> None:
    line = one_line(text, 20)

    assert "\n" not in line
    assert len(line) <= 20


def test_a_long_text_takes_no_long_time() -> None:
    for piece in ("<", "<!--", "[", "![a](", "<a ", "&lt;", "\x1b]", "<script>"):
        assert len(quoted(piece * 50_000, 20_000)) < 100_000
