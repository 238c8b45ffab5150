"""A dossier to release on shows a release that holds, covers what is declared, and is not used up."""

from datetime import timedelta

import pytest

from kit.crossing import ASKED_AT, EXPORT_OFFICE, START, WAYBILL, Crossing
from threeflow import documents, dossier
from threeflow.dossier import Verdict
from threeflow.standard import Standard


def verdict(crossing: Crossing, standard: Standard, **order) -> Verdict:
    return dossier.verify(crossing.dossier(standard, **order), crossing.store(), standard, now=ASKED_AT)


def requirements(found: Verdict) -> set[str]:
    return {each.requirement for each in found.problems}


def revoke(crossing: Crossing, scope: dict[str, object]) -> None:
    crossing.add(
        "revocation",
        "release-revocation",
        "whole" if "all" in scope else "part",
        "xa.customs",
        subjects=[documents.subject(WAYBILL)],
        references=[crossing.pieces["release"].reference],
        act=crossing.act(40, EXPORT_OFFICE, scope=scope),
        releaseNumber="R1",
        reasons=[{"text": [{"lang": "en", "text": "New intelligence"}]}],
    )


def present(crossing: Crossing, name: str, packages: list[str] | None) -> None:
    more = {"packages": packages} if packages else {}
    crossing.event(name, "available", 50, **more)


@pytest.mark.requirement("TF-DOS-27")
def test_a_revoked_release_is_none(standard: Standard) -> None:
    crossing = Crossing().until_release()
    revoke(crossing, {"all": True})
    assert requirements(verdict(crossing, standard)) == {"TF-DOS-27"}


@pytest.mark.requirement("TF-DOS-27")
def test_a_revocation_of_one_package_leaves_the_other(standard: Standard) -> None:
    crossing = Crossing().until_release()
    revoke(crossing, {"packages": ["P1"]})
    assert verdict(crossing, standard).problems == ()


@pytest.mark.requirement("TF-DOS-27")
def test_a_release_is_used_up_when_every_package_was_presented(standard: Standard) -> None:
    crossing = Crossing().until_release()
    present(crossing, "all-there", None)
    assert requirements(verdict(crossing, standard)) == {"TF-DOS-27"}
    assert verdict(crossing, standard, purpose="evidence").problems == ()


@pytest.mark.requirement("TF-DOS-27")
def test_what_is_left_of_a_release_may_be_used(standard: Standard) -> None:
    crossing = Crossing().until_release()
    present(crossing, "one-there", ["P1"])
    octets = crossing.dossier(standard)
    assert dossier.verify(octets, crossing.store(), standard, now=ASKED_AT).valid
    (account,) = dossier.read(octets).head.payload["accounts"]
    assert (account["debit"], account["open"]) == ({"P1": "1"}, {"P2": "1"})


@pytest.mark.requirement("TF-DOS-27")
def test_goods_that_were_never_released_have_no_dossier_to_release_on(standard: Standard) -> None:
    crossing = Crossing()
    crossing._agreements()
    crossing._flows()
    crossing._declared()
    crossing.status("registered", "registered", 6)
    assert requirements(verdict(crossing, standard)) == {"TF-DOS-27"}
    assert verdict(crossing, standard, purpose="evidence").problems == ()


@pytest.mark.requirement("TF-DOS-27")
def test_a_release_of_another_version_covers_nothing(standard: Standard) -> None:
    crossing = Crossing()
    crossing._agreements()
    crossing._flows()
    crossing._declared()
    crossing.status("registered", "registered", 6)
    crossing.release("release", 15, version=2)
    found = verdict(crossing, standard)
    assert {(each.where, each.requirement) for each in found.problems} == {
        (crossing.pieces["release"].id, "TF-DOS-27")
    }


@pytest.mark.requirement("TF-DOS-27")
@pytest.mark.parametrize("covers", [True, False])
def test_a_later_version_is_covered_where_the_decision_says_so(covers: bool, standard: Standard) -> None:
    crossing = Crossing().until_release()
    first = crossing.pieces["declaration"]
    content = {name: value for name, value in first.payload.items() if name != "header"}
    decision = crossing.add(
        "decision",
        "decision",
        "grant",
        "xa.customs",
        receivers=["xa.declarant"],
        references=[first.reference],
        act=crossing.act(30, EXPORT_OFFICE),
        decisionNumber="N1",
        effect="new-version",
        releaseCovers=covers,
    )
    crossing.add(
        "second",
        "declaration",
        "list",
        "xa.declarant",
        issued_at=START + timedelta(minutes=31),
        subjects=first.payload["header"]["subjects"],
        references=[*first.payload["header"]["references"], decision.reference],
        header={"version": 2, "replaces": {"id": first.id, "digest": first.digest}},
        **content,
    )
    found = verdict(crossing, standard)
    assert requirements(found) == (set() if covers else {"TF-DOS-27"})
    assert dossier.read(crossing.dossier(standard)).head.payload["effective"][0]["version"] == 2
