"""The standard as one value: schemas, table, rules, lists, refusals and profiles, with what overlays add."""

import hashlib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import threeflow_spec
from threeflow import plain_yaml
from threeflow.codelists import CodeLists
from threeflow.schemas import Schemas

if TYPE_CHECKING:
    from threeflow.process import Table

__all__ = ["Standard"]

_ROOT: Final = "v1/"
_RENEWED: Final = ("codelists", "rules", "profiles", "digest")


class Standard:
    """Everything that is data in the standard; ``Standard.load`` reads it. Parsed at first use."""

    def __init__(self, overlays: tuple[Path, ...] = ()) -> None:
        """Take the overlay folders, each laid out as ``spec/threeflow_spec/v1``."""
        self._overlays = overlays

    @classmethod
    def load(cls, *overlays: Path) -> "Standard":
        """Read the standard and its overlays.

        Raises:
            FileNotFoundError: an overlay is no folder.
            ValueError: an overlay replaces a piece of the standard.
        """
        for overlay in overlays:
            if not overlay.is_dir():
                raise FileNotFoundError(overlay)
        return cls(tuple(overlays))

    @cached_property
    def schemas(self) -> Schemas:
        """Schemas of all document types and protocol artefacts."""
        return Schemas.load(*self._overlays)

    @cached_property
    def codelists(self) -> CodeLists:
        """Code lists by id."""
        return CodeLists.load(*self._overlays)

    @cached_property
    def table_source(self) -> dict[str, Any]:
        """The exchange table as read; overlays (``exchange.d/*.yaml``) add to its ``documents``.

        Raises:
            ValueError: an overlay has a row of a type that is there already.
        """
        source: dict[str, Any] = plain_yaml.read(threeflow_spec.read(f"{_ROOT}exchange.yaml"))
        rows = source["documents"]
        for overlay in self._overlays:
            for path in sorted((overlay / "exchange.d").glob("*.yaml")):
                added = plain_yaml.read(path.read_bytes())["documents"]
                twice = {row["type"] for row in rows} & {row["type"] for row in added}
                if twice:
                    raise ValueError(f"{path} would replace the row of {', '.join(sorted(twice))}")
                rows.extend(added)
        return source

    @cached_property
    def table(self) -> "Table":
        """The exchange table, checked and ready for the engine."""
        from threeflow.process import Table
        from threeflow.rules import cel

        return Table.parse(self.table_source, cel.compile)

    @cached_property
    def rules(self) -> Any:
        """Business rules of all packs."""
        from threeflow.rules import load

        return load(*self._overlays, lists=self.codelists)

    @cached_property
    def refusals(self) -> dict[str, Any]:
        """Refusal codes with HTTP status, requirement, titles and remedies in both languages."""
        source: dict[str, Any] = plain_yaml.read(threeflow_spec.read(f"{_ROOT}refusals.yaml"))
        return source

    @cached_property
    def profiles(self) -> Any:
        """Profiles of regimes and corridors by id.

        Raises:
            ValueError: a profile is faulty, or names a pack, rule, parameter or list that is not there.
        """
        from threeflow.profiles import hold, load

        profiles = load(*self._overlays)
        hold(profiles, self.rules, self.codelists.ids)
        return profiles

    @cached_property
    def digest(self) -> str:
        """``sha-256:`` over name, length and octets of every file of the standard and its overlays."""
        whole = hashlib.sha256()
        for name, octets in self._files():
            whole.update(f"{name}\n{len(octets)}\n".encode())
            whole.update(octets)
        return f"sha-256:{whole.hexdigest()}"

    def renewed(self) -> "Standard":
        """Read rules, profiles and code lists anew; schemas, table and refusals are those of this one.

        Raises:
            OSError: a file cannot be read.
            ValueError: a file is faulty; nothing of this standard has changed.
        """
        fresh = Standard(self._overlays)
        for name in ("schemas", "table_source", "table", "refusals"):
            fresh.__dict__[name] = getattr(self, name)
        fresh.read_all()
        return fresh

    def read_all(self) -> None:
        """Read rules, profiles and every code list now: what is wrong shows before anybody judges by it.

        Raises:
            OSError: a file cannot be read.
            ValueError: a file is faulty; the message names it, and the line where there is one.
        """
        for list_id in sorted(self.codelists.ids):
            self.codelists.get(list_id)
        _ = self.profiles, self.digest

    def adopt(self, fresh: "Standard") -> None:
        """Judge by the rules, profiles and code lists of a renewed standard from now on."""
        self.__dict__.update({name: fresh.__dict__[name] for name in _RENEWED})

    def _files(self) -> list[tuple[str, bytes]]:
        own = [(name, threeflow_spec.read(name)) for name in threeflow_spec.names(_ROOT)]
        added = [
            (f"overlay-{number}/{path.relative_to(overlay).as_posix()}", path.read_bytes())
            for number, overlay in enumerate(self._overlays)
            for path in sorted(overlay.rglob("*"))
            if path.is_file()
        ]
        return own + added
