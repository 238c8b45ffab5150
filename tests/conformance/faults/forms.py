"""Faults of keys, forms and rights: what is judged of a document alone."""

from collections.abc import Callable
from typing import Any

from faults.plant import fault, register_all, wrap


def examiner_forgives(*wanted: str) -> Callable[[], None]:
    def plant() -> None:
        def make(real: Any) -> Any:
            def failure(check: Any, unit: Any) -> Any:
                found = real(check, unit)
                if found is not None and (found.requirement in wanted or found.code in wanted):
                    row = check.__self__._standard.table.row(unit.type)
                    if row is not None and unit.header.get("kind") in row.kinds:
                        unit.row, unit.kind = row, row.kinds[unit.header["kind"]]
                    return None
                return found

            return failure

        wrap("threeflow_gateway.intake.examine", "_failure", make)

    return plant


register_all({
    "revocation-is-ignored": (("TF-TRUST-13",), examiner_forgives("key-retired")),
    "expiry-is-ignored": (("TF-TRUST-13",), examiner_forgives("key-expired")),
    "keys-may-be-used-early": (("TF-TRUST-13",), examiner_forgives("key-not-yet-valid")),
    "compromise-is-ignored": (("TF-TRUST-14",), examiner_forgives("key-compromised")),
    "a-stale-list-is-relied-on": (("TF-TRUST-12",), examiner_forgives("trust-list-stale")),
    "schemas-are-not-judged": (("TF-DOC-3",), examiner_forgives("schema-violated")),
    "any-environment-will-do": (("TF-INTAKE-3",), examiner_forgives("wrong-environment")),
    "loose-parts-are-dropped": (("TF-INTAKE-23", "TF-PART-4"), examiner_forgives("part-unbound")),
    "a-part-may-be-anything": (("TF-PART-1",), examiner_forgives("TF-PART-1")),
    "any-role-may-issue": (("TF-INTAKE-9",), examiner_forgives("TF-INTAKE-9")),
    "any-office-may-act": (("TF-INTAKE-10",), examiner_forgives("TF-INTAKE-10")),
    "anybody-may-bring": (("TF-INTAKE-13",), examiner_forgives("TF-INTAKE-13")),
    "what-is-not-ours-is-taken-in": (("TF-INTAKE-14",), examiner_forgives("TF-INTAKE-14")),
})  # fmt: skip


@fault("TF-DOC-4")
def formats_are_not_asserted() -> None:
    def make(real: Any) -> Any:
        return lambda self, type_, value: tuple(
            each for each in real(self, type_, value) if each.rule != "schema-format"
        )

    wrap("threeflow.schemas:Schemas", "validate", make)


@fault("TF-DOC-5")
def only_the_first_violation_is_told() -> None:
    wrap("threeflow.schemas:Schemas", "validate", lambda real: lambda *args: real(*args)[-1:])


@fault("TF-VER-1")
def any_version_is_known() -> None:
    def make(real: Any) -> Any:
        def validate(self: Any, type_: str, value: Any) -> Any:
            return real(self, type_, {**value, "header": {**value["header"], "specVersion": "1.0"}})

        return validate

    wrap("threeflow.schemas:Schemas", "validate", make)


@fault("TF-INTAKE-1")
def forms_are_looked_at_before_keys() -> None:
    def make(real: Any) -> Any:
        def failure(check: Any, unit: Any) -> Any:
            owner = check.__self__
            if check.__name__ == "_keys":
                return real(owner._form, unit) or real(check, unit)
            return real(check, unit)

        return failure

    wrap("threeflow_gateway.intake.examine", "_failure", make)
