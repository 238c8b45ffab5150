"""Which versions of documents still speak: what a later one replaces is left aside."""

from collections.abc import Iterable, Mapping
from typing import Any


def latest(payloads: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The payloads that no other replaces, each once, sorted by issuer, time of issue and id."""
    found = {(each["header"].get("issuer", ""), each["header"].get("id", "")): each for each in payloads}
    replaced = {
        (issuer, each["header"]["replaces"]["id"])
        for (issuer, _), each in found.items()
        if "replaces" in each["header"]
    }
    kept = [(key, each) for key, each in found.items() if key not in replaced]
    kept.sort(key=lambda pair: (pair[0][0], pair[1]["header"].get("issuedAt", ""), pair[0][1]))
    return [each for _, each in kept]
