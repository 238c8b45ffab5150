"""Whom a node trusts: sealed lists, their chains, and the history of keys (spec page ``trust-lists``)."""

from threeflow.trust.building import build, key_entry, node_entry
from threeflow.trust.model import ListedKey, Office, TrustedNode, TrustList
from threeflow.trust.reading import read
from threeflow.trust.status import Freshness, KeyStatus, check_fresh, check_key, freshness, key_status
from threeflow.trust.store import TrustStore

__all__ = [
    "Freshness",
    "KeyStatus",
    "ListedKey",
    "Office",
    "TrustList",
    "TrustStore",
    "TrustedNode",
    "build",
    "check_fresh",
    "check_key",
    "freshness",
    "key_entry",
    "key_status",
    "node_entry",
    "read",
]
