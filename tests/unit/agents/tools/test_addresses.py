"""Only public web addresses may be read, however they are written."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.agents.tools.addresses import public_url
from aibt.errors import Invalid


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("https://example.com", "https://example.com/"),
        ("HTTP://Example.COM/A?b=c#d", "http://example.com/A?b=c"),
        ("https://example.com./x", "https://example.com/x"),
        ("https://bücher.example.com/ü", "https://xn--bcher-kva.example.com/%C3%BC"),
        ("https://sub.domain.co.uk/a%20b?q=1&r=2", "https://sub.domain.co.uk/a%20b?q=1&r=2"),
    ],
)
def test_a_public_address_is_given_in_its_plainest_spelling(written: str, plain: str) -> None:
    assert public_url(written) == plain


@pytest.mark.parametrize(
    "written",
    [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.0x0.0x0.0x1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://10.0.0.8/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fe80::1%25eth0]/",
        "http://１２７.0.0.1/",
        "http://①②⑦.0.0.1/",
        "http://127。0。0。1/",
        "http://localhost/",
        "http://LOCALHOST./",
        "http://a.localhost/",
        "http://ｌocalhost/",
        "http://db.internal/",
        "http://metadata.google.internal/",
        "http://printer.local/",
        "http://router.lan/",
        "http://intranet/",
        "http://x.onion/",
        "http://user@example.com/",
        "http://user:secret@example.com/",
        "http://example.com@127.0.0.1/",
        "http://example.com:8080/",
        "http://example.com:80/",
        "http://example.com:/",
        "http://example.com\\@127.0.0.1/",
        "http://127.0.0.1\t.example.com/",
        "http://exa mple.com/",
        "http://%6cocalhost/",
        "http://example.com%00.evil.com/",
        "http://-a.com/",
        "http://a..com/",
        "http://.com/",
        "http:///path",
        "https:example.com",
        "//example.com/",
        "example.com",
        "ftp://example.com/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,hi",
        "gopher://example.com/",
        "https://r.jina.ai/https://example.com/",
        "https://S.JINA.AI./x",
        "http://" + "a" * 64 + ".com/",
        "http://" + "a." * 200 + "com/",
        "https://example.com/" + "x" * 3_000,
        "",
    ],
)
def test_private_addresses_and_tricks_are_refused(written: str) -> None:
    with pytest.raises(Invalid) as refused:
        public_url(written)

    assert refused.value.field == "url"


@given(st.text(max_size=60).map(lambda text: f"http://{text}") | st.text(max_size=60))
def test_whatever_is_let_through_is_a_public_name_without_port_and_user(written: str) -> None:
    try:
        plain = public_url(written)
    except Invalid:
        return
    parts = urlsplit(plain)

    assert plain.isascii()
    assert parts.port is None
    assert "@" not in parts.netloc
    assert parts.hostname
    assert parts.hostname.rpartition(".")[2].replace("-", "").isalnum()
    assert not parts.hostname.rpartition(".")[2].isdigit()
    assert public_url(plain) == plain
