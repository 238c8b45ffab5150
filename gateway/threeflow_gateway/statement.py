"""What the node says of itself; the trust list decides what others believe."""

from datetime import datetime
from importlib.metadata import version
from typing import Any

from threeflow import documents, keys, strict, token
from threeflow.schemas import SPEC_VERSIONS
from threeflow.standard import Standard
from threeflow.trust import TrustStore
from threeflow_gateway.binding.verbs import MOST_AT_ONCE
from threeflow_gateway.config import Config
from threeflow_gateway.intake.examine import ARTEFACTS

__all__ = ["statement"]


def statement(config: Config, standard: Standard, trust: TrustStore, now: datetime) -> dict[str, Any]:
    """Return the payload of the node's statement."""
    listed = trust.node(config.node.id)
    offices = [
        {
            "office": {"list": each.list, "code": each.code},
            "competences": list(each.competences),
            "positions": list(each.positions),
        }
        for each in (listed.offices if listed else ())
    ]
    held = [list_ for name in trust.jurisdictions() if (list_ := trust.newest(name)) is not None]
    return documents.build(
        "node-statement",
        None,
        issuer=config.node.id,
        environment=config.node.environment,
        issued_at=now,
        specVersions=sorted(SPEC_VERSIONS, reverse=True),
        bindings=_bindings(config),
        roles=list(listed.roles if listed else ()),
        offices=offices,
        types=sorted({*standard.table.rows, *ARTEFACTS}),
        profiles=[config.node.profile] if config.node.profile else [],
        algorithms=list(keys.ALGORITHMS),
        limits={
            "maxBodyOctets": config.limits.body_octets,
            "maxBatch": MOST_AT_ONCE,
            "maxDepth": strict.MAX_DEPTH,
            "tokenLifetimeSeconds": token.MAX_LIFETIME.seconds,
            "clockSkewSeconds": token.SKEW.seconds,
            "pendingSeconds": config.process.pending_seconds,
        },
        standardDigest=standard.digest,
        software=f"threeflow {version('threeflow')}",
        trustLists=[
            {"jurisdiction": each.jurisdiction, "sequence": each.sequence, "digest": each.digest}
            for each in held
        ],
    )


def _bindings(config: Config) -> list[dict[str, str]]:
    bindings = [{"binding": "rest", "endpoint": config.node.endpoint}]
    if config.grpc is not None:
        bindings.append({"binding": "grpc", "endpoint": config.grpc.endpoint})
    return bindings
