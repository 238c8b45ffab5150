"""mkdocs hook: the standard's pages and its machine half join the guides of ``docs/`` on the site.

``spec/v1/*.md`` appear under ``standard/``, the quick starts of ``examples/clients`` under ``clients/`` and
``spec/threeflow_spec/v1/**`` as plain files, so nothing is copied in the repository. Links are written as
they work in the repository; here they are turned to where the target stands on the site, and a link to a file
that the site does not carry fails the strict build.
"""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
PLACES = {
    "docs/": "",
    "spec/v1/": "standard/",
    "spec/threeflow_spec/v1/": "v1/",
    "examples/clients/": "clients/",
    "CHANGELOG.md": "changelog.md",
}
LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#|/)([^)\s#]+)(#[^)\s]*)?(?=\))")
REQUIREMENT = re.compile(r"\*\*(TF-[A-Z0-9]+-[0-9]+)\*\*")
FENCE = re.compile(r"(^```.*?^```[^\n]*$)", re.MULTILINE | re.DOTALL)


def standard_pages() -> list[str]:
    """Names of the pages of the standard, the Chinese twins left to a later edition of the site."""
    return sorted(
        path.name for path in (ROOT / "spec" / "v1").glob("*.md") if not path.name.endswith(".zh.md")
    )


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Fill the navigation's *Standard* with the pages there are, in the stated reading order."""
    order = {name: place for place, name in enumerate(config.extra["standard_order"])}
    names = sorted(standard_pages(), key=lambda name: (order.get(name, len(order)), name))
    for section in config.nav or []:
        if "Standard 标准" in section:
            section["Standard 标准"] = [f"standard/{name}" for name in names]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what stands outside ``docs/``."""
    for source, place in _outside():
        files.append(File.generated(config, place, abs_src_path=str(ROOT / source)))
    return files


def _outside() -> Iterator[tuple[str, str]]:
    for name in standard_pages():
        yield f"spec/v1/{name}", f"standard/{name}"
    machine = ROOT / "spec" / "threeflow_spec" / "v1"
    for path in sorted(machine.rglob("*")):
        if path.is_file() and path.suffix in {".json", ".yaml", ".proto"}:
            yield f"spec/threeflow_spec/v1/{path.relative_to(machine)}", f"v1/{path.relative_to(machine)}"
    for path in sorted((ROOT / "examples/clients").glob("*/README.md")):
        yield f"examples/clients/{path.parent.name}/README.md", f"clients/{path.parent.name}/README.md"
    yield "CHANGELOG.md", "changelog.md"


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Turn repository links to site links and give every requirement an anchor of its own."""
    here = posixpath.dirname(page.file.src_uri)
    source = posixpath.dirname(_repository_path(page.file.src_uri))

    def turned(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(source, match.group(1)))
        return posixpath.relpath(_site_path(target), here or ".") + (match.group(2) or "")

    def prose(text: str) -> str:
        text = LINK.sub(turned, text)
        if not page.file.src_uri.startswith("standard/"):
            return text
        return REQUIREMENT.sub(
            lambda m: f'<a id="{m[1].lower()}" class="tf-id" href="#{m[1].lower()}">{m[1]}</a>', text
        )

    return "".join(part if part.startswith("```") else prose(part) for part in FENCE.split(markdown))


def _repository_path(site: str) -> str:
    for source, place in reversed(PLACES.items()):
        if site.startswith(place):
            return source + site.removeprefix(place)
    raise AssertionError(site)


def _site_path(target: str) -> str:
    for source, place in PLACES.items():
        if target.startswith(source):
            return place + target.removeprefix(source)
    return target
