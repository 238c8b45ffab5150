"""The fast form and the engine agree: over generated expressions, documents and every named function."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from threeflow.rules import cel
from threeflow.rules.cel import EvaluationError, Program

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from(["", "a", "b", "1", "1.50", "2026-03-02"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
PATHS = st.sampled_from(["doc", "doc.a", "doc.b", "doc.a.b", "doc.c", "item", "item.a"])
ATOMS = PATHS | st.sampled_from(["'a'", "'1'", "1", "-2", "true", "false", "null", "[1, 'a']", "[]"])


def _wider(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "in", "&&", "||"])
    macros = st.sampled_from(["all", "exists", "exists_one", "filter", "map"])
    functions = st.sampled_from(["decimalAdd", "decimalCompare", "sameText"])
    return st.one_of(
        st.tuples(inner, operators, inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda e: f"(!{e})"),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} ? {t[1]} : {t[2]})"),
        st.tuples(PATHS, macros, inner).map(lambda t: f"{t[0]}.{t[1]}(x, {t[2].replace('item', 'x')})"),
        PATHS.map(lambda p: f"has({p}.a)"),
        st.tuples(PATHS, st.sampled_from(["0", "1", "'a'", "-1"])).map(lambda t: f"{t[0]}[{t[1]}]"),
        PATHS.map(lambda p: f"size({p})"),
        st.tuples(functions, inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        PATHS.map(lambda p: f"distinct({p})"),
    )


EXPRESSIONS = st.recursive(ATOMS, _wider, max_leaves=6)


def outcome(program: Program, variables: dict[str, Any], *, exact: bool) -> tuple[str, Any]:
    try:
        value = program.exact(variables) if exact else program(variables)
    except EvaluationError:
        return "error", None
    return type(value).__name__, value


@pytest.mark.requirement("TF-RULE-2")
@settings(max_examples=2000, deadline=None)
@given(EXPRESSIONS, VALUES, VALUES)
def test_the_fast_form_gives_what_the_engine_gives(expression: str, document: Any, item: Any) -> None:
    try:
        program = cel.compile(expression)
    except cel.CelError:
        return
    variables = {"doc": document, "item": item}
    assert outcome(program, variables, exact=False) == outcome(program, variables, exact=True)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("doc.none == 'x' || true", True),
        ("true || doc.none == 'x'", True),
        ("doc.none == 'x' && false", False),
        ("doc.list.exists(i, i.b == 2)", True),
        ("doc.list.all(i, i.b == 3)", False),
        ("doc.list.exists_one(i, has(i.b))", True),
        ("doc.list.map(i, i.a)", [1, 1]),
        ("doc.list.filter(i, has(i.b)).map(i, i.b)", [2]),
        ("doc.list.map(i, has(i.b), i.b)", [2]),
        ("doc.one == doc.yes", False),
        ("[1, [doc.yes]] == [1, [doc.one]]", False),
        ("'b' in doc", False),
        ("doc.list[1].b", 2),
        ("doc['list'][0].a", 1),
    ],
)
def test_errors_are_absorbed_and_macros_expand_as_cel_says(expression: str, value: Any) -> None:
    document = {"list": [{"a": 1}, {"a": 1, "b": 2}], "one": 1, "yes": True}
    program = cel.compile(expression)
    assert program({"doc": document}) == value
    assert program.exact({"doc": document}) == value


@pytest.mark.parametrize(
    "expression", ["doc.x", "doc.list[2]", "doc.list[-1]", "doc.list < 1", "size(1 == 1)", "y"]
)
def test_an_error_is_an_error(expression: str) -> None:
    try:
        program = cel.compile(expression)
    except cel.CelError:
        return
    with pytest.raises(EvaluationError):
        program({"doc": {"list": []}})


def test_a_fault_names_line_and_column() -> None:
    with pytest.raises(cel.CelError) as caught:
        cel.compile("has(doc.a) &&\n  doc.b == doc.c * 2")
    assert (caught.value.line, caught.value.column) == (2, 18)


def test_text_of_a_rule_never_becomes_code() -> None:
    hostile = "doc[\"'] or __import__('os').abort() or v['\"] == '\\n'"
    program = cel.compile(hostile)
    assert program({"doc": {"'] or __import__('os').abort() or v['": "\n"}}) is True


@pytest.mark.requirement("TF-RULE-16")
@pytest.mark.parametrize(
    "expression",
    ["1 + 1 == 2", "'a' + 'b' == 'ab'", "1.5 > 1.0", "timestamp(at) < timestamp(at)", "int('1') == 1",
     "{'a': 1}.a == 1", "b'a' == b'a'", "-doc.a == 1", "doc.a % 2 == 0", "type(doc) == map", "dyn(1) == 1"],
)  # fmt: skip
def test_what_is_outside_the_dialect_is_refused(expression: str) -> None:
    with pytest.raises(cel.CelError):
        cel.compile(expression)
