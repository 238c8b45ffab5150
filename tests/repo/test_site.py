"""The site is built strictly, carries the whole standard, and fetches nothing from elsewhere."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytest.importorskip("mkdocs", reason="the site's tools are the extra named docs")

FETCHING_RELS = {
    "stylesheet",
    "icon",
    "preload",
    "preconnect",
    "dns-prefetch",
    "prefetch",
    "modulepreload",
    "manifest",
}
ELSEWHERE = re.compile(r"^(?:https?:)?//")


class Fetches(HTMLParser):
    """Addresses that a browser calls by itself when it shows a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "link" and not FETCHING_RELS & set(values.get("rel", "").split()):
            return
        names = {"link": ["href"], "object": ["data"], "form": ["action"]}.get(
            tag, ["src", "srcset", "poster"]
        )
        self.addresses += [values[name] for name in names if name in values]


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; the build is strict, so a broken link fails here."""
    out = tmp_path_factory.mktemp("site")
    build = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(out)],
        cwd=root,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert build.returncode == 0, build.stderr[-3000:]
    return out


@pytest.mark.slow
def test_every_page_of_the_standard_is_on_the_site_and_in_its_navigation(root: Path, site: Path) -> None:
    pages = [path.stem for path in (root / "spec" / "v1").glob("*.md") if not path.name.endswith(".zh.md")]
    home = (site / "index.html").read_text(encoding="utf-8")
    assert pages
    assert [
        name for name in pages if not (site / "standard" / f"{name.replace('README', 'index')}.html").exists()
    ] == []
    assert [name for name in pages if f"standard/{name.replace('README', 'index')}.html" not in home] == []


@pytest.mark.slow
def test_the_machine_half_is_on_the_site(site: Path) -> None:
    assert (site / "v1" / "exchange.yaml").exists()
    assert list((site / "v1" / "schemas").rglob("*.schema.json"))


@pytest.mark.slow
def test_no_page_fetches_anything_from_elsewhere(site: Path) -> None:
    fetched = {}
    for path in site.rglob("*.html"):
        parser = Fetches()
        parser.feed(path.read_text(encoding="utf-8"))
        if outside := [each for each in parser.addresses if ELSEWHERE.match(each)]:
            fetched[str(path.relative_to(site))] = outside
    assert fetched == {}


@pytest.mark.slow
def test_no_style_sheet_fetches_anything_from_elsewhere(site: Path) -> None:
    pattern = re.compile(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//")
    assert [
        path.name for path in site.rglob("*.css") if pattern.search(path.read_text(encoding="utf-8"))
    ] == []


def test_the_scan_would_see_a_font_from_elsewhere() -> None:
    parser = Fetches()
    parser.feed(
        '<link rel="stylesheet" href="https://fonts.example/x.css"><script src="//cdn.example/a.js"></script>'
    )
    assert [bool(ELSEWHERE.match(each)) for each in parser.addresses] == [True, True]
