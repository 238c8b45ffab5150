"""Under which subject a node files a document, and what it says of one that waits."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.stations import in_process

pytestmark = pytest.mark.usefixtures("each_storage")


@pytest.mark.requirement("TF-SUBJ-1")
@synchronous
async def test_a_document_is_filed_under_the_kind_that_the_table_names_or_inherits(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        parcel = Parcel()
        order = await station.submit(parcel.order)
        declared = await station.submit(parcel.declaration)
        registered = await station.submit(parcel.registered)
        assert "subjects" not in parcel.registered["header"]
        kinds = [each.receipt["subject"]["kind"] for each in (order, declared, registered)]
        assert kinds == ["case", "consignment", "consignment"]
        assert registered.receipt["subject"] == declared.receipt["subject"]


@pytest.mark.requirement("TF-SUBJ-22")
@synchronous
async def test_a_pending_receipt_says_until_when_the_node_waits(tmp_path: Path) -> None:
    settings = {"process": {"pending_seconds": 3600}}
    async with in_process(tmp_path, Society(), settings=settings) as (station, _):
        parcel = Parcel()
        before = datetime.now(UTC)
        pending = await station.submit(parcel.registered)
        accepted = await station.submit(parcel.order)
        assert (pending.state, accepted.state) == ("pending", "accepted")
        until = datetime.fromisoformat(pending.receipt["waitsUntil"])
        assert timedelta(seconds=3600) <= until - before < timedelta(seconds=3660)
        assert "waitsUntil" not in accepted.receipt
