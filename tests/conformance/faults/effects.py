"""Faults of log, delivery, dossiers and durability."""

from typing import Any

from faults.plant import fault, put, wrap

_D = "threeflow_gateway.intake.decide"


@fault("TF-LOG-3")
def proofs_of_inclusion_are_wrong() -> None:
    wrap(
        "threeflow_gateway.store.ledger:Ledger",
        "inclusion",
        lambda real: lambda self, index, size: list(reversed(real(self, index, size))),
    )


@fault("TF-LOG-4")
def proofs_of_consistency_are_wrong() -> None:
    wrap(
        "threeflow_gateway.store.ledger:Ledger",
        "consistency",
        lambda real: lambda self, one, two: [*real(self, one, two), bytes(32)],
    )


@fault("TF-LOG-1")
def leaves_have_no_prefix() -> None:
    import hashlib

    put(_D, "leaf_hash", lambda octets: hashlib.sha256(octets).digest())


@fault("TF-INTAKE-33")
def no_checkpoint_is_made() -> None:
    async def make(_self: Any) -> bool:
        return False

    put("threeflow_gateway.delivery.checkpoints:Checkpoints", "make", make)


@fault("TF-INTAKE-34")
def a_forked_log_is_witnessed() -> None:
    async def check(*_: Any) -> None:
        return None

    put("threeflow_gateway.delivery.checkpoints:Continuation", "check", check)


@fault("TF-SUBJ-23", "TF-SUBJ-24", "TF-SUBJ-26")
def whoever_names_a_key_joins() -> None:
    put("threeflow_gateway.intake.titles:Titles", "giver", lambda *_args: None)
    put("threeflow_gateway.intake.titles:Titles", "nature", lambda *_args: "act")


@fault("TF-SUBJ-25")
def who_was_shown_joins_only_what_is_there() -> None:
    put("threeflow_gateway.intake.titles", "_names", lambda *_args: False)


@fault("TF-INTAKE-30")
def nothing_is_delivered() -> None:
    put(_D, "destinations", lambda *_args, **_kwargs: ())


@fault("TF-INTAKE-30")
def the_way_is_not_used() -> None:
    def make(real: Any) -> Any:
        def destinations(receivers: Any, **kwargs: Any) -> Any:
            return tuple(each for each in real(receivers, **kwargs) if each in receivers)

        return destinations

    wrap(_D, "destinations", make)


@fault("TF-INTAKE-30")
def one_failure_ends_a_delivery() -> None:
    def make(real: Any) -> Any:
        return lambda self, due, outcome: {**real(self, due, outcome), "to_state": "done"}

    wrap("threeflow_gateway.delivery.courier:Courier", "_settlement", make)


@fault("TF-REST-2")
def a_status_settles_a_delivery() -> None:
    from threeflow.errors import Unavailable

    def make(real: Any) -> Any:
        def settlement(self: Any, due: Any, outcome: Any) -> Any:
            made = real(self, due, outcome)
            neither = isinstance(outcome, Unavailable) and "gave no answer" not in str(outcome)
            return {**made, "to_state": "done"} if neither else made

        return settlement

    wrap("threeflow_gateway.delivery.courier:Courier", "_settlement", make)


@fault("TF-INTAKE-31")
def redirects_are_followed() -> None:
    import httpx

    def make(real: Any) -> Any:
        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            real(self, *args, **{**kwargs, "follow_redirects": True})

        return init

    wrap("httpx:AsyncClient", "__init__", make)
    assert httpx.AsyncClient


@fault("TF-DOS-28", "TF-DOS-17")
def nothing_is_withheld_from_a_dossier() -> None:
    put("threeflow.dossier.cut", "_for_order", lambda document, _order: document.envelope)


@fault("TF-DOS-35")
def a_party_to_one_document_gets_a_dossier_of_all() -> None:
    put("threeflow_gateway.delivery.gather:Gatherer", "_check_readable", lambda *_: None)


@fault("TF-PART-14")
def parts_are_given_to_whoever_reads_the_document() -> None:
    def make(real: Any) -> Any:
        def given(part: Any, reader: str, header: Any, listed: Any) -> bool:
            return bool(real({**part, "receivers": None}, reader, header, listed))

        return given

    wrap("threeflow_gateway.domain.visibility", "_may_be_given", make)


@fault("TF-PART-15")
def parts_are_given_abroad_for_any_purpose() -> None:
    def make(real: Any) -> Any:
        def given(part: Any, reader: str, header: Any, listed: Any) -> bool:
            return bool(real({**part, "purposes": [header.get("purpose")]}, reader, header, listed))

        return given

    wrap("threeflow_gateway.domain.visibility", "_may_be_given", make)


@fault("TF-DOS-2")
def bundles_have_white_space() -> None:
    wrap(
        "threeflow_gateway.delivery.dossiers",
        "bundle_for",
        lambda real: lambda *args, **kwargs: real(*args, **kwargs) + b"\n",
    )
    wrap(
        "threeflow_gateway.node",
        "bundle_for",
        lambda real: lambda *args, **kwargs: real(*args, **kwargs) + b"\n",
    )


@fault("TF-INTAKE-12")
def anybody_fetches_bundles() -> None:
    def make(real: Any) -> Any:
        return lambda database, caller, digest, *, node: real(database, node, digest, node=node)

    wrap("threeflow_gateway.node", "bundle_for", make)


@fault("TF-DOS-29", "TF-DOS-26", "TF-DOS-16")
def a_dossier_leaves_a_document_out() -> None:
    def make(real: Any) -> Any:
        def build(order: Any, **kwargs: Any) -> Any:
            return real(order, **{**kwargs, "held": kwargs["held"][:-1]})

        return build

    wrap("threeflow.dossier", "build", make)


@fault("TF-INTAKE-25", "TF-INTAKE-5", "TF-INTAKE-26")
def a_restart_loses_everything() -> None:
    def make(real: Any) -> Any:
        def init(self: Any, url: str, **kwargs: Any) -> None:
            from pathlib import Path

            for path in Path(url.removeprefix("sqlite:///")).parent.glob("node.sqlite3*"):
                path.unlink()
            real(self, url, **kwargs)

        return init

    wrap("threeflow_gateway.node:Database", "__init__", make)


@fault("TF-INTAKE-25", "TF-INTAKE-5")
def the_receipt_is_sent_before_the_commit() -> None:
    def make(real: Any) -> Any:
        def finish(self: Any) -> Any:
            # What a receipt was promised for is not written.
            self.changes.effects.clear()
            self.changes.about[:] = self.changes.about[:0]
            return real(self)

        return finish

    wrap("threeflow_gateway.intake.workspace:Workspace", "finish", make)
