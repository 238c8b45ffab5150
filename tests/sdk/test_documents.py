"""Building payloads, and reading what is not yet known to be one."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from threeflow.documents import build, header_of, key, reference_to, subject, timestamp
from threeflow.errors import Refused
from threeflow.schemas import Schemas

AT = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=8)))


def test_a_built_document_is_a_valid_one() -> None:
    document = build(
        "cancellation",
        "whole",
        issuer="xa.declarant",
        environment="demo",
        issued_at=AT,
        receivers=["xa.customs"],
        subjects=[subject(key("declaration", "xa.customs", "4001"))],
        references=[{"type": "declaration", "issuer": "xa.declarant", "id": "1" * 8, "digest": "sha-256:0"}],
        declarationVersion=1,
        scope={"all": True},
        reasons=[{"text": [{"lang": "en", "text": "withdrawn"}]}],
        parties={"declarant": {"name": "Agency"}},
        returnRequest=None,
    )
    document["header"]["references"][0] |= {"id": document["header"]["id"], "digest": "sha-256:" + "0" * 64}
    assert next(iter(document)) == "header"
    assert "returnRequest" not in document
    assert document["header"]["issuedAt"] == "2026-03-02T09:00:00+08:00"
    assert Schemas.load().validate("cancellation", document) == ()


def test_a_reference_names_a_document_exactly() -> None:
    document = build("order", "sale", issuer="xa.shop", environment="demo", issued_at=AT, document_id="an-id")
    assert reference_to(document, "sha-256:ab", "previous") == {
        "type": "order",
        "issuer": "xa.shop",
        "id": "an-id",
        "digest": "sha-256:ab",
        "relation": "previous",
    }


def test_a_time_is_written_with_its_offset() -> None:
    assert timestamp(datetime(2026, 3, 2, 1, 0, tzinfo=UTC)) == "2026-03-02T01:00:00Z"
    with pytest.raises(ValueError, match="offset"):
        timestamp(datetime(2026, 3, 2, 1, 0))  # noqa: DTZ001 (the missing zone is the point)


@pytest.mark.requirement("TF-DOC-2")
@pytest.mark.parametrize(
    "payload", [None, [], {}, {"header": []}, {"header": {"type": 1}}, {"header": {"type": "order"}}]
)
def test_a_payload_without_a_header_is_refused(payload: object) -> None:
    with pytest.raises(Refused) as refused:
        header_of(payload)
    assert refused.value.code == "header-malformed"
    assert refused.value.pointer.startswith("/header")
