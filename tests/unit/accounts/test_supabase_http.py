"""Only a project's own origin is talked to, over https or on this machine."""

import pytest

from aibt.accounts.supabase_http import auth_url
from aibt.errors import Invalid


@pytest.mark.parametrize(
    ("given_url", "auth"),
    [
        ("https://abc.supabase.co", "https://abc.supabase.co/auth/v1"),
        ("https://ABC.supabase.co/", "https://abc.supabase.co/auth/v1"),
        ("https://abc.supabase.co:443/", "https://abc.supabase.co/auth/v1"),
        ("https://auth.example.org:8443", "https://auth.example.org:8443/auth/v1"),
        ("http://127.0.0.1:54321/", "http://127.0.0.1:54321/auth/v1"),
        ("http://localhost:54321", "http://localhost:54321/auth/v1"),
        ("http://[::1]:54321", "http://[::1]:54321/auth/v1"),
    ],
)
def test_the_projects_url_gives_its_auths(given_url: str, auth: str) -> None:
    assert auth_url(given_url) == auth


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "abc.supabase.co",
        "http://abc.supabase.co",
        "http://localhost.evil.org",
        "http://127.0.0.1.evil.org",
        "http://10.0.0.1",
        "ftp://abc.supabase.co",
        "file:///etc/passwd",
        "https://user:secret@abc.supabase.co",
        "https://abc.supabase.co/auth/v1",
        "https://abc.supabase.co?x=1",
        "https://abc.supabase.co#x",
        "https://abc.supabase.co:99999",
        "https://[::1",
        "https://",
    ],
)
def test_another_url_is_refused(bad: str) -> None:
    with pytest.raises(Invalid) as refused:
        auth_url(bad)

    assert refused.value.field == "supabase_url"
