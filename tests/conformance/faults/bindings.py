"""Faults of the gRPC binding alone."""

from typing import Any

from faults.plant import fault, put, wrap

_G = "threeflow_gateway.grpc"


@fault("TF-GRPC-8")
def every_refusal_is_invalid_argument() -> None:
    def make(real: Any) -> Any:
        def refused(*args: Any, **kwargs: Any) -> Any:
            from dataclasses import replace

            import grpc

            return replace(real(*args, **kwargs), code=grpc.StatusCode.INVALID_ARGUMENT)

        return refused

    wrap(f"{_G}.statuses", "refused", make)


@fault("TF-GRPC-8", "TF-GRPC-9")
def refusals_have_no_details() -> None:
    put(f"{_G}.statuses", "_details", lambda *_: b"")


@fault("TF-GRPC-9", "TF-INTAKE-28")
def refusals_over_grpc_are_not_sealed() -> None:
    wrap(f"{_G}.statuses", "refused", lambda real: lambda refusal, _sealed=None: real(refusal))


@fault("TF-GRPC-7", "TF-GRPC-6")
def octets_that_are_no_message_are_a_crash() -> None:
    from google.protobuf.message import DecodeError

    def make(real: Any) -> Any:
        def read(message: Any, octets: bytes) -> Any:
            try:
                return message.FromString(octets)
            except DecodeError as error:
                import os

                os._exit(len(str(error)) and 1)

        return read

    wrap(f"{_G}.calls", "read", make)


@fault("TF-GRPC-4", "TF-TOKEN-7")
def tokens_over_grpc_are_bound_to_nothing() -> None:
    def make(real: Any) -> Any:
        def admit(self: Any, verbs: Any, *, dig: Any = None, once: bool = True) -> Any:
            import json

            from threeflow import base64url

            said = dict(self.context.invocation_metadata() or ()).get("authorization", "")
            try:
                claims = json.loads(base64url.decode(str(said).split(".")[1]))
            except (IndexError, ValueError):
                claims = {}
            return real(self, verbs, dig=claims.get("dig"), once=once)

        return admit

    wrap(f"{_G}.calls:Asked", "admit", make)


@fault("TF-GRPC-10")
def a_batch_over_grpc_loses_its_marks() -> None:
    def make(real: Any) -> Any:
        async def line(self: Any, call: Any, said: Any) -> Any:
            answer = await real(self, call, said)
            answer.mark = 0
            return answer

        return line

    wrap(f"{_G}.documents:Documents", "_line", make)


@fault("TF-GRPC-11")
def events_over_grpc_begin_anew() -> None:
    def make(real: Any) -> Any:
        async def list_events(self: Any, said: Any, asked: Any) -> Any:
            said.after = 0
            return await real(self, said, asked)

        return list_events

    wrap(f"{_G}.events:Events", "list_events", make)


@fault("TF-GRPC-12")
def the_last_piece_of_a_bundle_is_lost() -> None:
    put(f"{_G}.subjects", "_PIECE_OCTETS", 100)

    def make(real: Any) -> Any:
        async def write(self: Any, message: Any) -> None:
            if len(getattr(message, "piece", b"x" * 100)) == 100:
                await real(self, message)

        return write

    wrap(f"{_G}.calls:Asked", "write", make)


@fault("TF-GRPC-1")
def the_statement_names_no_grpc() -> None:
    def make(real: Any) -> Any:
        def statement(*args: Any, **kwargs: Any) -> Any:
            made = real(*args, **kwargs)
            made["bindings"] = [each for each in made["bindings"] if each["binding"] != "grpc"]
            return made

        return statement

    wrap("threeflow_gateway.node", "statement", make)


@fault("TF-GRPC-2")
def what_grpc_takes_in_is_a_repeat() -> None:
    def make(real: Any) -> Any:
        async def submit(self: Any, said: Any, asked: Any) -> Any:
            answer = await real(self, said, asked)
            answer.receipt = answer.receipt + b" "
            return answer

        return submit

    wrap(f"{_G}.documents:Documents", "submit_document", make)
