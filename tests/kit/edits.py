"""Single-character edits of dossiers, and what the answer to an edited one has to name."""

import random
import re
import string

from threeflow import dossier
from threeflow.dossier import Verdict

ALPHABET = string.ascii_letters + string.digits + '-_ "{}[]:,\\=\n'
WHERE = re.compile(r"wrapper|head|checkpoint|witness [0-9]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
REQUIREMENT = re.compile(r"TF-DOS-[0-9]+")


def edited(octets: bytes, rng: random.Random) -> tuple[int, bytes]:
    """The octets with one character replaced, inserted or removed, and where."""
    place = rng.randrange(len(octets))
    new = rng.choice(ALPHABET.replace(chr(octets[place]), "")).encode()
    rest = octets[place:] if rng.random() < 0.2 else octets[place + 1 :]
    return place, octets[:place] + (b"" if rng.random() < 0.2 else new) + rest


def regions(octets: bytes) -> list[tuple[int, int, str]]:
    """Where each document's element lies, and the document's id."""
    found = []
    for entry in dossier.read(octets).entries:
        start = octets.index(entry.octets)
        found.append((start, start + len(entry.octets), str(entry.document.header["id"])))
    return found


def assert_refused(verdict: Verdict, place: int, places: list[tuple[int, int, str]]) -> None:
    """The edit at `place` is refused, and the answer names the piece that it lies in, or the wrapper."""
    assert not verdict.valid, place
    assert verdict.problems
    for each in verdict.problems:
        assert WHERE.fullmatch(each.where), each
        assert REQUIREMENT.fullmatch(each.requirement), each
        assert each.message_en
        assert each.message_zh
    inside = next((name for start, end, name in places if start <= place < end), None)
    if inside is not None:
        assert verdict.problems[0].where in (inside, "wrapper"), verdict.problems[0]
