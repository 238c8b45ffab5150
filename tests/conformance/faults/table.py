"""The exchange table, read wrongly."""

from collections.abc import Callable
from typing import Any

from faults.plant import fault, register_all, wrap

_D = "threeflow_gateway.intake.decide"


def _table(edit: Callable[[dict[str, dict[str, Any]], dict[str, Any]], None]) -> Callable[[], None]:
    def plant() -> None:
        from threeflow.standard import Standard

        def make(real: Any) -> Any:
            def source(self: Any) -> Any:
                found = real.func(self)
                edit({each["type"]: each for each in found["documents"]}, found)
                return found

            from functools import cached_property

            made = cached_property(source)
            made.__set_name__(Standard, "table_source")
            return made

        owner: Any = Standard
        owner.table_source = make(owner.__dict__["table_source"])

    return plant


def _no_guard(type_: str, kind: str | None = None) -> Callable[[Any, Any], None]:
    def edit(rows: Any, _table: Any) -> None:
        for name, said in {"": rows[type_], **rows[type_]["kinds"]}.items():
            if kind is None or name == kind:
                said["steps"] = [
                    {k: v for k, v in step.items() if k != "guard"} for step in said.get("steps", [])
                ]
                if not said["steps"]:
                    del said["steps"]

    return edit


def _no_findings(type_: str, *codes: str) -> Callable[[Any, Any], None]:
    def edit(rows: Any, _table: Any) -> None:
        for said in (rows[type_], *rows[type_]["kinds"].values()):
            if "findings" in said:
                said["findings"] = [each for each in said["findings"] if each["code"] not in codes]
                if not said["findings"]:
                    del said["findings"]

    return edit


def _from_anywhere(type_: str, track: str) -> Callable[[Any, Any], None]:
    def edit(rows: Any, _table: Any) -> None:
        for said in (rows[type_], *rows[type_]["kinds"].values()):
            said["steps"] = (
                [
                    {**step, "from": "any"} if step["track"] == track and "from" in step else step
                    for step in said.get("steps", [])
                ]
                or said.pop("steps", None)
                or []
            )
            if not said["steps"]:
                del said["steps"]

    return edit


def _set(type_: str, member: str, value: Any) -> Callable[[Any, Any], None]:
    def edit(rows: Any, _table: Any) -> None:
        if value is None:
            rows[type_].pop(member, None)
        else:
            rows[type_][member] = value

    return edit


register_all({
    "planned-events-move-the-goods": (("TF-SUBJ-4",), _table(_no_guard("logistics-event"))),
    "an-order-not-to-load-is-never-too-late": (("TF-SUBJ-20", "TF-TABLE-11"), _table(_no_guard("import-decision", "do-not-load"))),
    "import-release-needs-no-acceptance": (("TF-SUBJ-18",), _table(_no_guard("release"))),
    "a-broken-seal-is-nothing": (("TF-SUBJ-19",), _table(_no_findings("logistics-event", "custody-broken"))),
    "goods-never-released-are-nothing": (("TF-SUBJ-17",), _table(_no_findings("logistics-event", "presented-without-release"))),
    "a-release-of-another-version-is-nothing": (("TF-SUBJ-15",), _table(_no_findings("release", "release-of-other-version"))),
    "findings-are-skipped": (("TF-TABLE-12",), _table(_no_findings("logistics-event", "departed-without-release", "delivered-without-release"))),
    "a-release-comes-from-anywhere": (("TF-TABLE-13", "TF-SUBJ-7"), _table(_from_anywhere("release", "export"))),
    "a-detention-lapses": (("TF-TABLE-8",), _table(lambda rows, _t: rows["detention"]["kinds"]["free"]["steps"][0].update(to="released"))),
    "a-tally-has-no-differences": (("TF-TABLE-8",), _table(lambda rows, _t: rows["manifest"]["kinds"]["tally"].update(
        steps=[{"track": "movement", "from": "any", "to": "discharged"}]))),
    "a-new-version-needs-no-grant": (("TF-SUBJ-14",), _table(_set("declaration", "replace", None))),
    "a-joined-order-is-waited-for": (("TF-TABLE-7",), _table(_set("declaration", "must", ["order"]))),
    "transit-writes-the-import-track": (("TF-TABLE-9", "TF-TABLE-10", "TF-TABLE-8"), _table(lambda _r, table: table["tracks"]["admission"].pop("apart"))),
    "scopes-are-always-whole": (("TF-SUBJ-10", "TF-SUBJ-11"), _table(_set("release", "scope", None))),
    "offices-need-no-competence": (("TF-INTAKE-10",), _table(_set("release", "competence", None))),
    "presenting-counts-for-nothing": (("TF-SUBJ-16", "TF-SUBJ-17"), _table(lambda rows, _t: rows["logistics-event"]["kinds"]["available"].pop("post"))),
    "a-revision-of-the-kinds-is-lost": (("TF-TABLE-13", "TF-TABLE-2"), _table(lambda rows, _t: rows["order"]["kinds"].pop("service"))),
})  # fmt: skip


@fault("TF-TABLE-3", "TF-TABLE-14")
def times_are_compared_as_text() -> None:
    from datetime import UTC, datetime

    def make(real: Any) -> Any:
        return lambda text: datetime.fromisoformat(text[:19]).replace(tzinfo=UTC)

    wrap("threeflow.process.filed", "_time", make)


@fault("TF-SUBJ-13")
def later_versions_replace_nothing() -> None:
    def make(real: Any) -> Any:
        def filed(row: Any, payload: Any, digest: str) -> Any:
            from dataclasses import replace

            return replace(real(row, payload, digest), replaces=None, version=1)

        return filed

    for place in (_D, "threeflow_gateway.intake.workspace"):
        wrap(place, "file", make)
