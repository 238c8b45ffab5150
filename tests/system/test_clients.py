"""The matrix of generated clients: READMEs are programs, false papers are false, the judge can say no.

The matrix itself is `make clients`; here its own parts are shown to work.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tools.clients import matrix, readme
from tools.clients.customs import vector
from tools.clients.doctored import doctored
from tools.clients.judge import REFUSAL, FailedError, judge
from tools.clients.sandbox import Sandbox, running
from tools.clients.society import CUSTOMS, ENVIRONMENT

from kit.asynchronous import eventually, synchronous
from threeflow import documents, dossier, envelope
from threeflow.errors import Refused
from threeflow.standard import Standard
from threeflow.trust import TrustStore

pytestmark = pytest.mark.slow
LANGUAGES = sorted(path.parent.name for path in matrix.EXAMPLES.glob("*/README.md"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_quick_start_generates_or_compiles_and_a_full_one_runs_both_bindings(language: str) -> None:
    names = [step.name for step in readme.steps(matrix.EXAMPLES / language / "README.md")]
    assert {"Generate", "Compile"} & set(names)
    if language not in {"rust", "csharp"}:
        assert {"Compile", *matrix.BINDINGS, "Verify offline"} <= set(names)


def test_a_command_outside_the_known_steps_is_an_error(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("## Generate\n\n```console\n$ one \\\n    two\n$ three\n```\n\n## Elsewhere\n")
    assert [(each.name, each.script) for each in readme.steps(page)] == [
        ("Generate", "one \\\n    two\nthree")
    ]
    page.write_text("## Elsewhere\n\n```console\n$ one\n```\n")
    with pytest.raises(readme.ReadmeError, match="Elsewhere"):
        readme.steps(page)


def test_an_absent_toolchain_is_a_reason_to_skip_and_in_continuous_integration_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matrix, "TOOLS", {"python": ("no-such-tool",)})
    monkeypatch.setattr(matrix, "EXAMPLES", tmp_path)
    (tmp_path / "python").mkdir()
    (tmp_path / "python" / "README.md").write_text("## Generate\n\n```console\n$ no-such-tool\n```\n")

    def rows(*, required: bool) -> list[matrix.Row]:
        sandbox: Any = None
        out = tmp_path / "out"
        return asyncio.run(matrix.run(["python"], out, sandbox, required=required, say=lambda _: None))

    assert rows(required=False)[0].skipped == "absent here: no-such-tool"
    assert "exit code 127" in rows(required=True)[0].failed


@asynccontextmanager
async def done(folder: Path) -> AsyncIterator[tuple[Sandbox, bytes, dict[str, Any]]]:
    """A sandbox in which the SDK did the job, the dossier, and what a client would say."""
    async with running(folder) as sandbox:
        order_key = documents.key("order", "xa.platform", "O1")
        papers = {
            "order/parcel-to-germany": {"key": order_key, "orderNumber": "O1"},
            "payment/paid-with-a-coupon": {"key": order_key},
            "waybill/air-parcel-in-two-cartons": {
                "key": documents.key("waybill", "xa.carrier", "W1"),
                "waybillNumber": "W1", "orders": [order_key],
            },
        }  # fmt: skip
        # The payment institution is told of the order: by that its payment joins the order's case.
        told_of = {"order": [CUSTOMS, "xa.pay"], "payment": [CUSTOMS], "waybill": [CUSTOMS]}
        receipts = {}
        for what, content in papers.items():
            said = vector(what)
            header, key = said.pop("header"), content.pop("key")
            made = documents.build(
                header["type"], header["kind"], issuer=header["issuer"], environment=ENVIRONMENT,
                issued_at=datetime.now(UTC), receivers=told_of[header["type"]],
                subjects=[documents.subject(key)],
                header={"parts": header["parts"]} if "parts" in header else {}, **{**said, **content},
            )  # fmt: skip
            async with sandbox.as_(header["issuer"]) as client:
                sealed = client.seal(made)
                receipts[envelope.read(sealed).digest] = (await client.submit(sealed)).state
        heads: list[str] = []

        async def cut() -> bool:
            async with sandbox.as_("xa.platform") as client:
                found: list[Any] = [each["document"] async for each in client.events()]
            heads[:] = [each["digest"] for each in found if each["type"] == "dossier-head"]
            return bool(heads)

        await eventually(cut)
        async with sandbox.as_("xa.platform") as client:
            octets = (await client.dossier(heads[0])).octets
        told = {
            "binding": "rest", "refusal": REFUSAL, "export": "released", "receipts": receipts,
            "events": ["release", "dossier-head"], "dossier": heads[0], "release": "R-D-W1",
        }  # fmt: skip
        yield sandbox, octets, told


@synchronous
async def test_customs_releases_a_parcel_and_the_judge_tells_a_job_that_was_done_from_one_that_was_not(
    tmp_path: Path,
) -> None:
    standard, saved = Standard.load(), tmp_path / "dossier.json"
    async with done(tmp_path / "sandbox") as (sandbox, octets, told):
        saved.write_bytes(octets)
        await judge(sandbox, "rest", "so\n" + json.dumps(told), saved, standard)
        lies: list[dict[str, Any]] = [
            {"binding": "grpc"},
            {"refusal": {**REFUSAL, "rule": "schema-type"}},
            {"export": "lodged"},
            {"events": ["release"]},
            {"receipts": dict.fromkeys(list(told["receipts"])[:2], "accepted")},
            {"receipts": dict.fromkeys(told["receipts"], "flagged")},
            {"dossier": "sha-256:" + "0" * 64},
            {"release": "R-1"},
        ]
        for lie in lies:
            with pytest.raises(FailedError):
                await judge(sandbox, "rest", json.dumps({**told, **lie}), saved, standard)
        saved.write_bytes(octets + b" ")
        with pytest.raises((FailedError, Refused)):
            await judge(sandbox, "rest", json.dumps(told), saved, standard)
        cases = list(doctored(octets, sandbox.trust_path.read_bytes(), sandbox.pairs[CUSTOMS].seal))
        assert len({name for name, _, _ in cases}) == len(cases) == 9
        assert [name for name, each, trust in cases if valid(each, trust, standard)] == []
        assert valid(octets, sandbox.trust_path.read_bytes(), standard)


def valid(octets: bytes, trust: bytes, standard: Standard) -> bool:
    """What the SDK says of a dossier under a trust file."""
    store = TrustStore(ENVIRONMENT)
    try:
        store.add_file(trust, now=datetime.now(UTC))
        return dossier.verify(octets, store, standard, now=datetime.now(UTC)).valid
    except Refused:
        return False
