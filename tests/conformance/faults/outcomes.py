"""Faults of receipts and refusals."""

from collections.abc import Callable
from typing import Any

from faults.plant import fault, register_all, wrap

_S = "threeflow_gateway.intake.sealing"


def _receipt(edit: Callable[[dict[str, Any]], Any]) -> Callable[[], None]:
    def plant() -> None:
        def make(real: Any) -> Any:
            def build(**kwargs: Any) -> Any:
                made = real(**kwargs)
                edit(made)
                return made

            return build

        wrap("threeflow.receipts", "build", make)

    return plant


def _problem(edit: Callable[[dict[str, Any]], Any]) -> Callable[[], None]:
    def plant() -> None:
        def make(real: Any) -> Any:
            def problem(*args: Any, **kwargs: Any) -> Any:
                made = real(*args, **kwargs)
                edit(made)
                return made

            return problem

        wrap("threeflow.messages", "problem", make)

    return plant


register_all({
    "receipts-name-another-digest": (("TF-RCPT-1",), _receipt(lambda said: said["document"].update(digest="sha-256:" + "1" * 64))),
    "receipts-have-one-salt": (("TF-RCPT-5",), _receipt(lambda said: said.update(salt="AAAAAAAAAAAAAAAAAAAAAA"))),
    "receipts-name-no-lists": (("TF-RCPT-6",), _receipt(lambda said: said.update(trustLists=[]))),
    "receipts-name-no-leaf": (("TF-RCPT-4",), _receipt(lambda said: said.pop("log", None))),
    "receipts-say-an-outcome-of-their-own": (("TF-RCPT-3", "TF-RCPT-2"), _receipt(lambda said: said.update(outcome="fine"))),
    "refusals-have-no-chinese": (("TF-RCPT-8", "TF-RCPT-7"), _problem(lambda said: [each.pop("zh", None) for each in (said.get("titles", {}), said.get("remedy", {}))])),
    "refusals-turn-retryable-round": (("TF-RCPT-10",), _problem(lambda said: said.update(retryable=not said.get("retryable")))),
    "refusals-have-codes-of-their-own": (("TF-RCPT-11",), _problem(lambda said: said.update(code="nope"))),
    "refusals-name-no-requirement": (("TF-RCPT-7",), _problem(lambda said: said.pop("requirement", None))),
    "violations-are-not-sorted": (("TF-RCPT-9", "TF-DOC-5"), _problem(
        lambda said: said.update(violations=list(reversed(said["violations"]))) if len(said.get("violations", ())) > 1 else None)),
})  # fmt: skip


@fault("TF-SUBJ-22")
def a_pending_receipt_does_not_say_until_when() -> None:
    def make(real: Any) -> Any:
        return lambda self, *args, **kwargs: real(self, *args, **{**kwargs, "waits_until": None})

    wrap(_S + ":Sealer", "receipt", make)


@fault("TF-INTAKE-28", "TF-REST-1")
def refusals_are_not_sealed() -> None:
    from threeflow_gateway.rest.asgi import Answer

    def make(real: Any) -> Any:
        async def one(*args: Any, **kwargs: Any) -> Any:
            from threeflow_gateway.rest.problems import problem

            answer = await real(*args, **kwargs)
            if answer.status >= 400 and b"signatures" in answer.body:
                from threeflow import envelope, strict
                from threeflow.errors import Refused

                said: Any = strict.parse_object(envelope.read(answer.body).payload)["problem"]
                return problem(Refused(said["code"], said["requirement"], said.get("detail", "")))
            return Answer(answer.status, answer.media_type, answer.body, answer.headers)

        return one

    wrap("threeflow_gateway.rest.submission:Submissions", "one", make)
