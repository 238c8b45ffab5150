"""Faults of the REST binding."""

import json
from typing import Any

from faults.plant import fault, put, wrap


@fault("TF-REST-3")
def every_receipt_comes_with_200() -> None:
    put("threeflow_gateway.rest.submission", "_status", lambda taken: 200 if taken.refused is None else 422)


@fault("TF-REST-8")
def bad_input_is_a_crash() -> None:
    from threeflow.errors import Refused

    def make(real: Any) -> Any:
        def read(raw: bytes) -> Any:
            try:
                return real(raw)
            except Refused as error:
                raise RuntimeError("crash") from error

        return read

    wrap("threeflow.envelope", "read", make)


@fault("TF-REST-8")
def bad_input_ends_the_process() -> None:
    import os

    def make(real: Any) -> Any:
        def parse(octets: bytes) -> Any:
            if b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[" in octets:
                os._exit(1)
            return real(octets)

        return parse

    for name in ("parse", "parse_object"):
        wrap("threeflow.strict", name, make)


@fault("TF-REST-4")
def a_batch_is_answered_backwards() -> None:
    from dataclasses import replace

    def make(real: Any) -> Any:
        async def many(*args: Any, **kwargs: Any) -> Any:
            answer = await real(*args, **kwargs)
            lines = answer.body.rstrip(b"\n").split(b"\n")
            return replace(answer, body=b"".join(each + b"\n" for each in reversed(lines)))

        return many

    wrap("threeflow_gateway.rest.submission:Submissions", "many", make)


@fault("TF-REST-5")
def envelopes_are_written_anew() -> None:
    def make(real: Any) -> Any:
        def document(self: Any, *args: Any) -> Any:
            return json.dumps(json.loads(real(self, *args))).encode()

        return document

    wrap("threeflow_gateway.binding.reads:Reads", "document", make)


@fault("TF-REST-10")
def any_media_type_will_do() -> None:
    put("threeflow_gateway.rest.edge", "_media_type", lambda *_: None)


@fault("TF-REST-10")
def accept_is_not_read() -> None:
    put("threeflow_gateway.rest.edge", "_check_accept", lambda *_: None)


@fault("TF-REST-9")
def events_are_not_waited_for() -> None:
    def make(real: Any) -> Any:
        return lambda self, caller, after, limit, wait: real(self, caller, after, limit, 0)

    wrap("threeflow_gateway.node:GatewayNode", "next_events", make)


@fault("TF-REST-11")
def a_rule_is_not_told() -> None:
    def make(real: Any) -> Any:
        def rules(*args: Any) -> Any:
            said = real(*args)
            return {**said, "rules": said["rules"][1:]}

        return rules

    wrap("threeflow_gateway.binding.published", "rules", make)


@fault("TF-REST-11")
def code_lists_begin_anew_on_every_page() -> None:
    from dataclasses import replace

    def make(real: Any) -> Any:
        return lambda standard, list_id, page: real(standard, list_id, replace(page, after=""))

    wrap("threeflow_gateway.binding.published", "code_list", make)


@fault("TF-INTAKE-2")
def any_size_is_read() -> None:
    def make(real: Any) -> Any:
        return lambda receive, headers, limit: real(receive, headers, limit * 100)

    wrap("threeflow_gateway.rest.edge", "read_body", make)


@fault("TF-INTAKE-12")
def everybody_reads_everything() -> None:
    put("threeflow_gateway.binding.reads", "may_read", lambda *_: True)


@fault("TF-INTAKE-12")
def not_yours_is_told_apart() -> None:
    from threeflow.errors import Refused

    def make(real: Any) -> Any:
        def find(self: Any, caller: str, issuer: str, document_id: str) -> Any:
            try:
                return real(self, caller, issuer, document_id)
            except Refused:
                real(self, self._node, issuer, document_id)
                raise Refused("not-entitled", "TF-INTAKE-12", "not yours") from None

        return find

    wrap("threeflow_gateway.binding.reads:Reads", "_find", make)
