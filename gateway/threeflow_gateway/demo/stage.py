"""The stage of a run: gateways started, clients made, trust loaded, the agreement sealed by both sides."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from threeflow.standard import Standard
from threeflow.trust import TrustStore
from threeflow_gateway.demo import import_acts, names, network, parties
from threeflow_gateway.demo.desk import EXPORT_DESK, IMPORT_DESK
from threeflow_gateway.demo.exporting import Exporting
from threeflow_gateway.demo.filling import Filler
from threeflow_gateway.demo.importing import Importing
from threeflow_gateway.demo.journey import Journeys
from threeflow_gateway.demo.matching import Matcher
from threeflow_gateway.demo.parties import Parties, Sent

COUNTRIES = "iso-3166-1"


@dataclass(frozen=True)
class Stage:
    """What a run acts on."""

    network: network.Network
    parties: Parties
    journeys: Journeys
    trust: TrustStore


@asynccontextmanager
async def staged(out: Path, standard: Standard, begins: datetime, seed: int) -> AsyncIterator[Stage]:
    """Start everything below `out`, and stop it whatever happens; `begins` is the first business moment."""
    countries = standard.codelists.get(COUNTRIES).codes
    net = network.prepare(out, countries, begins)
    trust = trusted(net.trust_files.values())
    everyone: Parties | None = None
    try:
        await net.start()
        everyone = parties.gather(net, trust)
        agreement = await _agree(everyone, begins)
        profile = standard.profiles[names.PROFILE]
        exporting = Exporting(everyone, Matcher(everyone, standard, profile), agreement, seed)
        importing = Importing(everyone, Filler(standard, profile), agreement)
        yield Stage(net, everyone, Journeys(everyone, exporting, importing), trust)
    finally:
        try:
            if everyone is not None:
                await everyone.close()
        finally:
            await net.stop()


def trusted(files: Iterable[Path]) -> TrustStore:
    """The trust lists of these files, for verifying offline."""
    trust = TrustStore(names.ENVIRONMENT)
    for path in files:
        trust.add_file(path.read_bytes(), now=datetime.now(UTC))
    return trust


async def _agree(everyone: Parties, begins: datetime) -> Sent:
    """Both sides seal the agreement; the second names the first, and it is in force where both are held."""
    first = await everyone[names.EXPORT_CUSTOMS].must_send(
        import_acts.agreement(EXPORT_DESK, begins, (names.IMPORT_CUSTOMS, names.HUB), None)
    )
    await everyone.held(names.IMPORT_CUSTOMS, first.digest)
    second = await everyone[names.IMPORT_CUSTOMS].must_send(
        import_acts.agreement(IMPORT_DESK, begins, (names.EXPORT_CUSTOMS, names.HUB), first.document_id)
    )
    for node in (names.EXPORT_CUSTOMS, names.HUB):
        await everyone.held(node, first.digest, second.digest)
    return second
