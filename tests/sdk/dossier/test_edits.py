"""Every single-character edit of a dossier is refused, and the answer names the piece and the requirement."""

import random
import re
import string

import pytest

from kit.crossing import Crossing
from threeflow import dossier
from threeflow.standard import Standard

ALPHABET = string.ascii_letters + string.digits + '-_ "{}[]:,\\=\n'
WHERE = re.compile(r"wrapper|head|checkpoint|witness [0-9]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


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


@pytest.mark.requirement("TF-DOS-1", "TF-DOS-2", "TF-DOS-4", "TF-DOS-10", "TF-DOS-11", "TF-DOS-31")
@pytest.mark.parametrize("seed", range(6))
def test_random_edits_are_refused(seed: int, octets: bytes, ask) -> None:
    rng = random.Random(seed)
    places = regions(octets)
    for _ in range(250):
        place, changed = edited(octets, rng)
        if changed == octets:
            continue
        verdict = ask(changed)
        assert not verdict.valid, (place, octets[place - 20 : place + 20])
        assert verdict.problems
        for each in verdict.problems:
            assert WHERE.fullmatch(each.where), each
            assert re.fullmatch(r"TF-DOS-[0-9]+", each.requirement)
            assert each.message_en
            assert each.message_zh
        inside = next((name for start, end, name in places if start <= place < end), None)
        if inside is not None:
            assert verdict.problems[0].where in (inside, "wrapper"), verdict.problems[0]


@pytest.mark.requirement("TF-DOS-10")
def test_an_edit_inside_a_document_names_that_document(octets: bytes, ask) -> None:
    for start, end, name in regions(octets):
        place = octets.index(b'"payload":"', start, end) + 60
        other = b"A" if octets[place : place + 1] != b"A" else b"B"
        verdict = ask(octets[:place] + other + octets[place + 1 :])
        assert verdict.problems[0].where == name


@pytest.mark.requirement("TF-DOS-5")
def test_every_character_of_the_heads_seal_counts(crossing: Crossing, standard: Standard, ask) -> None:
    octets = crossing.dossier(standard)
    start = octets.index(b'"signature":"') + len(b'"signature":"')
    for place in range(start, start + 86):
        new = b"A" if octets[place : place + 1] != b"A" else b"B"
        verdict = ask(octets[:place] + new + octets[place + 1 :])
        assert [(each.where, each.requirement) for each in verdict.problems] in (
            [("head", "TF-DOS-5")],
            [("head", "TF-DOS-4")],
        )
