"""Whether a client did what it says: its last line beside what the node holds and the SDK verifies."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tools.clients.sandbox import Sandbox
from tools.clients.society import CUSTOMS

from threeflow import dossier
from threeflow.standard import Standard

# What the one bad document has to earn: an order of "two" tea pots.
REFUSAL: Final = {
    "code": "schema-violated",
    "requirement": "TF-DOC-3",
    "rule": "schema-pattern",
    "pointer": "/items/0/quantity/value",
}
SENT: Final = frozenset({"order", "payment", "waybill"})


class FailedError(Exception):
    """A client did not do its job; the message says what."""


async def judge(sandbox: Sandbox, binding: str, said: str, saved: Path, standard: Standard) -> None:
    """Compare the line that a client printed, and the dossier that it saved, with the node's own word.

    Raises:
        FailedError: they differ.
    """
    try:
        told: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
    except (IndexError, ValueError) as error:
        raise FailedError("its last line is no JSON") from error
    expect(told["binding"] == binding, f"it says that it used {told['binding']}")
    expect(told["refusal"] == REFUSAL, f"the bad order: {told['refusal']}")
    expect(told["export"] == "released", f"the consignment is {told['export']}")
    events = set(told["events"])
    expect({"release", "dossier-head"} <= events, f"it followed the case by {sorted(events)}")
    client = sandbox.as_(CUSTOMS)
    try:
        held = {
            each["document"]["digest"]: (each["document"]["type"], each["outcome"])
            async for each in client.events()
            if isinstance(each["document"], dict)
        }
    finally:
        await client.close()
    receipts = {held.get(digest, ("nothing", ""))[0]: outcome for digest, outcome in told["receipts"].items()}
    expect(receipts == dict.fromkeys(SENT, "accepted"), f"its receipts are for {receipts}")
    octets = await asyncio.to_thread(saved.read_bytes)
    verdict = dossier.verify(octets, sandbox.trust, standard, now=datetime.now(UTC))
    expect(verdict.valid, f"its dossier is not valid: {verdict.problems}")
    expect(verdict.digest == told["dossier"], "it saved another dossier than it names")
    released = [
        each.document.payload["releaseNumber"]
        for each in dossier.read(octets).entries
        if each.document.header["type"] == "release"
    ]
    expect(released == [told["release"]], f"the dossier's release is {released}, it says {told['release']}")
    inside = {each.document.envelope.digest for each in dossier.read(octets).entries}
    expect(set(told["receipts"]) <= inside, "the dossier is of another parcel")


def expect(held: bool, otherwise: str) -> None:
    """Raise where it does not hold."""
    if not held:
        raise FailedError(otherwise)
