"""What a listed key, or a list, is worth at a moment (spec page ``trust-lists``)."""

from datetime import datetime, timedelta
from typing import Final, Literal

from threeflow.errors import Refused
from threeflow.trust.model import ListedKey, TrustList

KeyStatus = Literal["valid", "not-yet-valid", "expired", "retired", "compromised", "disputed"]
Freshness = Literal["fresh", "stale", "expired"]

GRACE: Final = timedelta(hours=72)


def key_status(
    listed: ListedKey, current: TrustList, *, at: datetime, witnessed_at: datetime | None
) -> KeyStatus:
    """Say what a seal of the key is worth at the moment ``at``.

    ``witnessed_at`` is when a witness of another jurisdiction first saw the sealed octets; None, where none
    did, so that only ``at`` shows them to exist. ``current`` is the newest list of the key's jurisdiction.
    """
    if listed.compromised_since is not None:
        if witnessed_at is None:
            return "compromised"
        if witnessed_at >= listed.compromised_since:
            known_at = listed.compromise_listed_at or current.issued_at
            return "disputed" if witnessed_at < known_at else "compromised"
    return _validity(listed, at if witnessed_at is None else min(at, witnessed_at))


def _validity(listed: ListedKey, moment: datetime) -> KeyStatus:
    if moment < listed.not_before:
        return "not-yet-valid"
    if listed.retired_at is not None and moment >= listed.retired_at:
        return "retired"
    return "expired" if moment > listed.not_after else "valid"


def check_key(listed: ListedKey, current: TrustList, *, at: datetime, witnessed_at: datetime | None) -> None:
    """Refuse a seal or token of a key that is not valid.

    Raises:
        Refused: ``key-not-yet-valid``, ``key-expired``, ``key-retired``; ``key-compromised``, disputed too.
    """
    status = key_status(listed, current, at=at, witnessed_at=witnessed_at)
    if status == "valid":
        return
    code = "key-compromised" if status == "disputed" else f"key-{status}"
    requirement = "TF-TRUST-14" if code == "key-compromised" else "TF-TRUST-13"
    raise Refused(code, requirement, f"the key {listed.kid} is {status}", retryable=status == "not-yet-valid")


def freshness(current: TrustList, now: datetime) -> Freshness:
    """Say how far a list can be relied on: fresh, stale for 72 hours after it expires, then expired."""
    if now <= current.expires_at:
        return "fresh"
    return "stale" if now <= current.expires_at + GRACE else "expired"


def check_fresh(current: TrustList, now: datetime) -> None:
    """Refuse to rely on an expired list.

    Raises:
        Refused: ``trust-list-stale``, retryable.
    """
    if freshness(current, now) == "expired":
        detail = f"the list of {current.jurisdiction} expired at {current.expires_at.isoformat()}"
        raise Refused("trust-list-stale", "TF-TRUST-12", detail, retryable=True)
