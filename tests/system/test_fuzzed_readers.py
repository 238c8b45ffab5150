"""Readers of strangers' octets neither fall over nor accept what their oracles do not.

`make fuzz` guides the edits by coverage, for as long as is asked.
"""

import pytest

from fuzz.edits import edits
from fuzz.readers import READERS, FalseVerdictError, Reader
from threeflow.dossier import verifier
from threeflow.keys import VerifyingKey

COUNTS = {"strict": 4000, "envelope": 2500, "token": 4000, "trust": 800, "document": 400, "dossier": 60}


@pytest.mark.requirement("TF-CONV-1", "TF-SEAL-8", "TF-TOKEN-11", "TF-TRUST-3", "TF-DOS-2")
@pytest.mark.parametrize("name", READERS)
def test_an_edited_text_gets_the_verdict_of_the_oracle(name: str) -> None:
    reader = READERS[name]
    seeds = reader.seeds()
    kept = [reader.accepts(each) for each in seeds]
    assert any(kept), "no seed is a good one"
    taken = sum(reader.accepts(each) for each in edits(seeds, COUNTS[name], seed=20_260_301))
    assert taken < COUNTS[name], "not one edit was noticed"


@pytest.mark.parametrize("name", ["envelope", "token", "trust"])
def test_a_reader_that_takes_any_signature_is_found_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VerifyingKey, "verify", lambda *_: True)
    with pytest.raises(FalseVerdictError):
        _all(READERS[name])


def test_a_verifier_that_looks_at_the_head_alone_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifier, "_problems", lambda *_: ())
    with pytest.raises(FalseVerdictError):
        _all(READERS["dossier"])


def _all(reader: Reader) -> None:
    for each in edits(reader.seeds(), 5 * COUNTS[reader.name], seed=7):
        reader.accepts(each)
