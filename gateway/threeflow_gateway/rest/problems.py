"""Refusals that are not sealed, as RFC 9457 problems."""

import orjson

from threeflow import messages
from threeflow.errors import Refused, Unavailable
from threeflow_gateway.rest.asgi import Answer

__all__ = ["JOSE", "JSON", "NDJSON", "PROBLEM", "from_status", "problem", "unavailable"]

JOSE = "application/jose+json"
JSON = "application/json"
NDJSON = "application/x-ndjson"
PROBLEM = "application/problem+json"

_CODE_OF_STATUS = {
    404: ("not-found", "TF-INTAKE-12"),
    405: ("method-not-allowed", "TF-REST-10"),
    406: ("not-acceptable", "TF-REST-10"),
    413: ("too-large", "TF-INTAKE-2"),
}


def problem(refused: Refused, status: int | None = None) -> Answer:
    """Return a refusal as an unsealed answer; ``status`` where the binding says more than the code does."""
    members = messages.problem(refused)
    if status is not None:
        members["status"] = status
    number = members["status"]
    assert isinstance(number, int)
    headers: tuple[tuple[bytes, bytes], ...] = ()
    if number == 401:
        headers = ((b"www-authenticate", b'Bearer realm="threeflow"'),)
    elif number in {409, 429, 503} and members["retryable"]:
        headers = ((b"retry-after", b"%d" % refused.after),)
    return Answer(number, PROBLEM, orjson.dumps(members), headers)


def unavailable(error: Unavailable) -> Answer:
    """Return the answer of a node that cannot answer now."""
    return problem(Refused("unavailable", "TF-REST-8", str(error), retryable=True))


def from_status(status: int, detail: str) -> Answer:
    """Return the problem for what the framework below refused."""
    if status >= 500:
        return unavailable(Unavailable("the node could not answer"))
    code, requirement = _CODE_OF_STATUS.get(status, ("bad-request", "TF-REST-1"))
    return problem(Refused(code, requirement, detail), status)
