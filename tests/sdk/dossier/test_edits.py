"""Every single-character edit of a dossier is refused, and the answer names the piece and the requirement."""

import random

import pytest

from kit.crossing import Crossing
from kit.edits import assert_refused, edited, regions
from threeflow.standard import Standard


@pytest.mark.requirement("TF-DOS-1", "TF-DOS-2", "TF-DOS-4", "TF-DOS-10", "TF-DOS-11", "TF-DOS-31")
@pytest.mark.parametrize("seed", range(6))
def test_random_edits_are_refused(seed: int, octets: bytes, ask) -> None:
    rng = random.Random(seed)
    places = regions(octets)
    for _ in range(250):
        place, changed = edited(octets, rng)
        if changed == octets:
            continue
        assert_refused(ask(changed), place, places)


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
