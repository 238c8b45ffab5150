"""Faults of caller tokens."""

import json
from collections.abc import Callable
from typing import Any

from faults.plant import fault, forgive, put, register_all


def _token_forgives(*requirements: str) -> Callable[[], None]:
    def plant() -> None:
        from datetime import timedelta

        from threeflow import base64url
        from threeflow.token import Caller

        def proven(raw: str, **kwargs: Any) -> Any:
            claims = json.loads(base64url.decode(raw.rstrip("=").split(".")[1]))
            kid = json.loads(base64url.decode(raw.split(".", maxsplit=1)[0]))["kid"]
            return Caller(
                claims["iss"], kid, str(claims.get("jti", raw)), kwargs["now"] + timedelta(seconds=60)
            )

        forgive("threeflow.token", "check", requirements, proven)

    return plant


register_all({
    f"a-token-that-breaks-{each.lower()}-proves": ((each,), _token_forgives(each))
    for each in ("TF-TOKEN-2", "TF-TOKEN-3", "TF-TOKEN-4", "TF-TOKEN-5", "TF-TOKEN-6", "TF-TOKEN-7", "TF-TOKEN-8",
                 "TF-TOKEN-9", "TF-TOKEN-11", "TF-TOKEN-13")
})  # fmt: skip


@fault("TF-TOKEN-12")
def a_token_may_be_used_again() -> None:
    async def forgotten(*_: object) -> None:
        pass

    put("threeflow_gateway.binding.callers:Callers", "_remember", forgotten)


@fault("TF-TOKEN-8")
def clocks_may_not_differ_at_all() -> None:
    from datetime import timedelta

    put("threeflow.token", "SKEW", timedelta(0))


@fault("TF-TOKEN-13", "TF-TRUST-13", "TF-TOKEN-9")
def a_retired_key_still_calls() -> None:
    put("threeflow_gateway.binding.callers", "check_key", lambda *_args, **_kwargs: None)


@fault("TF-REST-7")
def the_log_is_open_to_all() -> None:
    import re

    put(
        "threeflow_gateway.rest.edge",
        "_OPEN",
        re.compile(r"/health|/ready|/\.well-known/threeflow|/v1/(log|trust-lists|standard).*"),
    )
