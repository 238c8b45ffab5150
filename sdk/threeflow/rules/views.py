"""A dossier as rules judge it: every document type a list, whether the dossier holds one or not (TF-RULE)."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from threeflow_spec import names

_SCHEMAS: Final = "v1/schemas/"
_NO_DOCUMENTS: Final = frozenset({"common", "protocol"})


def dossier_view(documents: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """The value to judge for documents given as (digest, payload)."""
    held: dict[str, list[dict[str, Any]]] = {member_name(each): [] for each in _types()}
    for digest, payload in documents:
        member = held.setdefault(member_name(payload["header"]["type"]), [])
        member.append({"digest": digest, "payload": payload})
    return {"header": {"type": "dossier"}, "documents": held}


def member_name(document_type: str) -> str:
    """The type in lower camel case, as expressions select it: `release-revocation` is `releaseRevocation`."""
    first, *rest = document_type.split("-")
    return first + "".join(each.capitalize() for each in rest)


@cache
def _types() -> tuple[str, ...]:
    paths = [name.removeprefix(_SCHEMAS).split("/") for name in names(_SCHEMAS)]
    return tuple(
        path[1].removesuffix(".schema.json")
        for path in paths
        if len(path) == 2 and path[0] not in _NO_DOCUMENTS
    )
