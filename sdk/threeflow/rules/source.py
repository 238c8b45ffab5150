"""Reading a YAML file of the standard so that a fault can be told with its file and line.

Scalars are read as JSON has them: `true` and `false` are the only booleans, dates stay text, a number with a
fraction is a fault, and so is a member that stands twice.
"""

import json
import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import jsonschema_rs
import yaml

from threeflow.plain_yaml import LOADER
from threeflow_spec import read

_TEXT: Final = "tag:yaml.org,2002:str"


class SourceError(ValueError):
    """A file of the standard that cannot be used: which file, which line (from 1), which rule or member."""

    def __init__(self, file: str, line: int, subject: str, detail: str) -> None:
        super().__init__(f"{file}:{line}: {subject + ': ' if subject else ''}{detail}")
        self.file, self.line, self.subject, self.detail = file, line, subject, detail


class Source:
    """One parsed file: its value, and where each of its members stands.

    Raises SourceError where the octets are no YAML of this narrow kind or break the schema.
    """

    def __init__(self, file: str, octets: bytes, schema: str) -> None:
        self.file = file
        try:
            text = octets.decode("utf-8")
            loader = _Loader(text)
            self._root = loader.get_single_node()
            self.value: Any = loader.construct_document(self._root) if self._root else None
        except UnicodeDecodeError as fault:
            raise SourceError(file, 1, "", f"not UTF-8: {fault.reason}") from None
        except yaml.MarkedYAMLError as fault:
            mark = fault.problem_mark or fault.context_mark
            raise SourceError(file, mark.line + 1 if mark else 1, "", str(fault.problem)) from None
        for error in _validator(schema).iter_errors(self.value):
            path = list(error.instance_path)
            raise SourceError(file, self.line(path), self._subject(path), error.message)

    def line(self, path: Sequence[str | int]) -> int:
        """The line, from 1, of the value at the path, or of its nearest parent that exists."""
        node, line = self._root, 1
        for step in path:
            child = _child(node, step)
            if child is None:
                return line
            node, line = child, child.start_mark.line + 1
        return line

    def fault(self, path: Sequence[str | int], detail: str) -> SourceError:
        """The error that says what is wrong with the value at the path."""
        return SourceError(self.file, self.line(path), self._subject(path), detail)

    def _subject(self, path: Sequence[str | int]) -> str:
        value, name = self.value, ""
        for step in path:
            if not isinstance(value, dict | list):
                break
            value = value[step] if isinstance(step, int) or step in value else None  # type: ignore[index]
            if isinstance(value, dict) and isinstance(value.get("id"), str):
                name = value["id"]
        return name


class _Loader(LOADER):  # type: ignore[misc]
    """YAML narrowed to JSON's values, each member once."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 (PyYAML's own way to narrow a loader)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.tag != _TEXT:
                raise yaml.constructor.ConstructorError(problem="a name is text", problem_mark=key.start_mark)
            if key.value in seen:
                problem = f"{key.value!r} stands twice"
                raise yaml.constructor.ConstructorError(problem=problem, problem_mark=key.start_mark)
            seen.add(key.value)
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made


def _no_fraction(loader: _Loader, node: yaml.ScalarNode) -> object:
    raise yaml.constructor.ConstructorError(problem="a decimal is quoted", problem_mark=node.start_mark)


_Loader.add_constructor("tag:yaml.org,2002:float", _no_fraction)
for _kind, _pattern, _first in [
    ("bool", r"(?:true|false)$", "tf"),
    ("int", r"-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("float", r"-?[0-9]+\.[0-9]+$", "-0123456789"),
    ("null", r"null$", "n"),
]:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(_pattern), list(_first))


def _child(node: Any, step: str | int) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step]
    return None


@cache
def _validator(schema: str) -> Any:
    return jsonschema_rs.Draft202012Validator(json.loads(read(schema)))
