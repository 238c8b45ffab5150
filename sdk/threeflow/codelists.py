"""The standard's code lists: which code is in which list on which day."""

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import threeflow_spec

__all__ = ["Code", "CodeList", "CodeLists", "UnknownListError"]

_FOLDER: Final = "v1/codelists/"
_ABOUT: Final = ("id", "title", "authority", "source", "edition")


class UnknownListError(KeyError):
    """The standard and its overlays have no code list of this id."""


@dataclass(frozen=True, slots=True)
class Code:
    """One code with its names, the days it is valid (both included; None is open) and its counterparts."""

    code: str
    name_en: str | None
    name_zh: str | None
    start: date | None = None
    end: date | None = None
    counterparts: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)

    def valid(self, at: date | None) -> bool:
        """Say whether the code may be used on a day; ``None`` asks whether it was ever valid."""
        if at is None:
            return True
        return (self.start is None or self.start <= at) and (self.end is None or at <= self.end)


@dataclass(frozen=True, slots=True)
class CodeList:
    """One list: who keeps it, in which edition, on which days it counts (None is open), and its codes."""

    id: str
    title: Mapping[str, str]
    authority: str
    source: str
    edition: str
    licence: str
    retrieved: str
    codes: Mapping[str, Code]
    start: date | None = None
    end: date | None = None


class CodeLists:
    """All code lists by id; each is read at its first use."""

    def __init__(
        self, files: Mapping[str, Path | None], extensions: Mapping[str, tuple[Path, ...]] | None = None
    ) -> None:
        """Take list ids with the overlay file that holds them; None is a list of the standard itself.

        `extensions` are overlay files whose codes are added to a list that is there.
        """
        self._files = dict(files)
        self._extensions = dict(extensions or {})
        self._lists: dict[str, CodeList] = {}
        self._changes: dict[str, list[date]] = {}
        self._valid: dict[tuple[str, int], frozenset[str]] = {}

    @classmethod
    def load(cls, *overlays: Path) -> "CodeLists":
        """Know the lists of the standard and of each overlay folder; an overlay only adds.

        An overlay's list that says `extends` adds its codes to the list of that id: so a full edition joins
        the subset that the standard ships.

        Raises:
            ValueError: an overlay names a list that the standard has, or extends one that is not there.
        """
        names = threeflow_spec.names(_FOLDER)
        files: dict[str, Path | None] = {_id(name): None for name in names if name.endswith(".json")}
        for overlay in overlays:
            for path in sorted((overlay / "codelists").glob("*.json")):
                if path.stem in files:
                    raise ValueError(f"{path} would replace a code list of the standard")
                files[path.stem] = path
        return cls(files, _extensions(files))

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all lists."""
        return frozenset(self._files)

    def get(self, list_id: str) -> CodeList:
        """Return one list.

        Raises:
            UnknownListError: there is none of this id.
            ValueError: its file, or one that extends it, is no code list; the message names it.
        """
        found = self._lists.get(list_id)
        if found is None:
            file = str(self._files.get(list_id) or f"{list_id}.json")
            found = _parse(self._read(list_id), file)
            for path in self._extensions.get(list_id, ()):
                # The codes of the list itself win: an extension adds and never changes.
                found = replace(found, codes={**_parse(path.read_bytes(), str(path)).codes, **found.codes})
            self._lists[list_id] = found
        return found

    def contains(self, list_id: str, code: str, at: date | None = None) -> bool:
        """Say whether a list has a code on a day (``None``: at any time).

        Raises:
            UnknownListError: there is no list of this id.
        """
        found = self.get(list_id).codes.get(code)
        return found is not None and found.valid(at)

    def valid(self, list_id: str, on: date) -> frozenset[str]:
        """Return the codes of a list that may be used on a day; days between two changes share one set.

        Raises:
            UnknownListError: there is no list of this id.
        """
        if list_id not in self._changes:
            self._changes[list_id] = _changes(self.get(list_id).codes.values())
        key = (list_id, bisect_right(self._changes[list_id], on))
        found = self._valid.get(key)
        if found is None:
            codes = self.get(list_id).codes.values()
            found = self._valid[key] = frozenset(each.code for each in codes if each.valid(on))
        return found

    def _read(self, list_id: str) -> bytes:
        if list_id not in self._files:
            raise UnknownListError(list_id)
        path = self._files[list_id]
        return threeflow_spec.read(f"{_FOLDER}{list_id}.json") if path is None else path.read_bytes()


def _extensions(files: Mapping[str, Path | None]) -> dict[str, tuple[Path, ...]]:
    found: dict[str, tuple[Path, ...]] = {}
    for path in filter(None, files.values()):
        extended = _content(path.read_bytes(), str(path)).get("extends")
        if extended is None:
            continue
        if extended not in files:
            raise ValueError(f"{path} extends the code list {extended}, which is not there")
        found[extended] = (*found.get(extended, ()), path)
    return found


def _changes(codes: Iterable[Code]) -> list[date]:
    """The days on which some code begins to be valid, or no longer is."""
    held = list(codes)
    starts = {each.start for each in held if each.start is not None}
    ends = {each.end + timedelta(days=1) for each in held if each.end is not None}
    return sorted(starts | ends)


def _id(name: str) -> str:
    return name[len(_FOLDER) :].removesuffix(".json")


def _content(octets: bytes, file: str) -> dict[str, Any]:
    try:
        content = json.loads(octets)
    except json.JSONDecodeError as fault:
        raise ValueError(f"{file}:{fault.lineno}: {fault.msg}") from None
    except UnicodeDecodeError as fault:
        raise ValueError(f"{file}: not UTF-8: {fault.reason}") from None
    if isinstance(content, dict) and isinstance(content.get("codes", []), list):
        return content
    raise ValueError(f"{file}: no JSON object with a list of codes")


def _parse(octets: bytes, file: str) -> CodeList:
    """Read one list; raises ValueError that names the file, and the entry where one is faulty."""
    content = _content(octets, file)
    absent = [name for name in (*_ABOUT, "codes") if name not in content]
    if absent:
        raise ValueError(f"{file}: {', '.join(absent)} is missing")
    period = {end: content.get(end) for end in ("from", "to")}
    codes: dict[str, Code] = {}
    for number, each in enumerate(content["codes"]):
        try:
            code = _code({**period, **each})
        except (KeyError, TypeError, ValueError, AttributeError) as fault:
            raise ValueError(f"{file}: /codes/{number} is no code: {fault}") from None
        if not isinstance(code.code, str) or code.code in codes:
            raise ValueError(f"{file}: /codes/{number} is no text, or repeats the code {code.code}")
        codes[code.code] = code
    return CodeList(
        **{name: content[name] for name in _ABOUT},
        licence=content.get("licence", ""), retrieved=content.get("retrieved", ""), codes=codes,
        start=_day(period["from"]), end=_day(period["to"]),
    )  # fmt: skip


def _code(entry: Mapping[str, Any]) -> Code:
    name = entry.get("name", {})
    return Code(
        entry["code"],
        name.get("en"),
        name.get("zh"),
        _day(entry.get("from")),
        _day(entry.get("to")),
        entry.get("map", {}),
        entry.get("properties", {}),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
