"""``threeflow rules``: what the rules are, what each says, and whether they hold their own vectors."""

import argparse
from collections.abc import Iterator, Mapping

from rich.markup import escape

from threeflow.errors import Refused
from threeflow.rules import Rule
from threeflow.rules import vectors as rule_vectors
from threeflow.rules.pack import Fact, Text
from threeflow_gateway.binding import published
from threeflow_gateway.cli.arguments import Subparsers, command, group
from threeflow_gateway.cli.loading import add_overlay, standard
from threeflow_gateway.cli.output import ANSWER_IS_NO, GOOD, CannotRunError, Printer

LIST = """\
List the rules of the standard and of overlays: id, severity, what each binds,
and what it asks in English and Chinese."""
TEST = """\
Run the rules' vectors: documents of which it is known which rule passes and which fails, and where."""
FACTS = """\
List the facts that rules ask for: how a node comes by each, and which rules are unknown without it."""
EXPLAIN = """\
Show one rule in full: what it asks and why, on which documents and days, its expression and its vectors."""


def add(commands: Subparsers) -> None:
    """Add the group."""
    made = group(commands, "rules", text="look at the rules and test them", description="The business rules.")
    listing = command(
        made,
        "list",
        list_,
        text="list the rules",
        description=LIST,
        examples="  threeflow rules list\n"
        "  threeflow rules list --type declaration --profile cn-9610-e --json\n",
    )
    listing.add_argument("--type", metavar="TYPE", help="only rules that bind this document type")
    listing.add_argument("--profile", metavar="P", help="only rules that count in this profile")
    add_overlay(listing)
    testing = command(
        made,
        "test",
        test,
        text="run the rules' vectors",
        description=TEST,
        examples="  threeflow rules test\n  threeflow rules test --overlay my-rules\n",
    )
    add_overlay(testing)
    facts_ = command(
        made,
        "facts",
        facts,
        text="list what rules ask of a node",
        description=FACTS,
        examples="  threeflow rules facts\n  threeflow rules facts --json\n",
    )
    add_overlay(facts_)
    explaining = command(
        made,
        "explain",
        explain,
        text="show one rule in full",
        description=EXPLAIN,
        examples="  threeflow rules explain UNI-01\n",
    )
    explaining.add_argument("rule", metavar="RULE", help="the rule's id")
    add_overlay(explaining)


def list_(args: argparse.Namespace, printer: Printer) -> int:
    """List the rules."""
    whole = standard(args.overlay)
    try:
        counting = published.rules(whole, args.type or "", args.profile or "")["rules"]
    except Refused as refused:
        raise CannotRunError(refused.detail) from None
    found = [whole.rules.rule(each["id"]) for each in counting]
    printer.result([_as_json(each) for each in found])
    printer.table(
        f"{len(found)} rules",
        ("rule", "severity", "basis", "binds", "asks"),
        (
            (each.id, each.severity, _basis(each), ", ".join(sorted(each.applies_to)), _both(each.title))
            for each in found
        ),
    )
    return GOOD


def test(args: argparse.Namespace, printer: Printer) -> int:
    """Run every vector; good only if all rules say what the vectors expect."""
    whole = standard(args.overlay)
    vectors = rule_vectors.load(*args.overlay)
    failed = []
    for vector in printer.track(vectors, "judging"):
        found = vector.found(whole)
        if found != vector.expect:
            failed.append(
                {"rule": vector.rule, "vector": vector.name, "expected": vector.expect, "found": found}
            )
    tested = {each.rule for each in vectors}
    printer.result(
        {"vectors": len(vectors), "rules": len(tested), "failed": failed},
        (
            f"{len(vectors)} vectors of {len(tested)} rules: [bold]{len(failed)} failed[/]",
            *(
                f"  [red]{each['rule']}[/] {escape(str(each['vector']))}: "
                f"expected {escape(str(each['expected']))}, found {escape(str(each['found']))}"
                for each in failed
            ),
        ),
    )
    return ANSWER_IS_NO if failed else GOOD


def facts(args: argparse.Namespace, printer: Printer) -> int:
    """List the facts that rules name."""
    named: dict[str, tuple[Fact, list[str]]] = {}
    for rule in standard(args.overlay).rules:
        for name, fact in rule.facts.items():
            named.setdefault(name, (fact, []))[1].append(rule.id)
    found = sorted(named.items())
    printer.result(
        [
            {
                "fact": name, "type": fact.type, "supplied": fact.supplied, "rules": sorted(rules),
                "title": {"en": fact.title.en, "zh": fact.title.zh},
            }
            for name, (fact, rules) in found
        ]
    )  # fmt: skip
    printer.table(
        f"{len(found)} facts",
        ("fact", "supplied", "type", "rules", "means"),
        (
            (name, fact.supplied, fact.type, ", ".join(sorted(rules)), _both(fact.title))
            for name, (fact, rules) in found
        ),
    )
    return GOOD


def explain(args: argparse.Namespace, printer: Printer) -> int:
    """Show one rule."""
    rules = standard(args.overlay).rules
    try:
        found: Rule = rules.rule(args.rule)
    except KeyError:
        raise CannotRunError(f"no rule {args.rule}; see `threeflow rules list`") from None
    own = [each for each in rule_vectors.load(*args.overlay) if each.rule == found.id]
    printer.result(
        {**_as_json(found), "vectors": [{"name": each.name, "expect": each.expect} for each in own]},
        (*_lines(found), *map(_vector_line, own)),
    )
    return GOOD


def _as_json(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "pack": rule.pack,
        "severity": rule.severity,
        "title": {"en": rule.title.en, "zh": rule.title.zh},
        "message": {"en": rule.message.en, "zh": rule.message.zh},
        "basis": rule.basis,
        "source": rule.source,
        "verified": rule.verified,
        "from": rule.period.start,
        "to": rule.period.end,
        "profiles": sorted(rule.profiles),
        "appliesTo": _applies(rule.applies_to),
        "facts": sorted(rule.facts),
        "parameters": {
            name: [{"value": each.value, "from": each.period.start, "to": each.period.end} for each in dated]
            for name, dated in rule.parameters.items()
        },
        "when": rule.when.source if rule.when is not None else None,
        "expression": rule.expression.source,
    }


def _basis(rule: Rule) -> str:
    return rule.basis if rule.verified else f"{rule.basis}, unverified"


def _both(text: Text) -> str:
    return f"{text.en}\n{text.zh}"


def _vector_line(vector: rule_vectors.Vector) -> str:
    said = ", ".join(f"{verdict} at {pointer or '/'}" for verdict, pointer in vector.expect)
    return f"vector      {escape(vector.name)}: {escape(said) or 'holds'}"


def _applies(applies_to: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
    return {type_: sorted(kinds) for type_, kinds in sorted(applies_to.items())}


def _lines(rule: Rule) -> Iterator[str]:
    yield f"[bold]{rule.id}[/]  {escape(rule.title.en)}  {escape(rule.title.zh)}"
    yield f"severity    {rule.severity}"
    for type_, kinds in _applies(rule.applies_to).items():
        yield f"binds       {type_}{': ' + ', '.join(kinds) if kinds else ''}"
    if rule.profiles:
        yield f"profiles    {', '.join(sorted(rule.profiles))}"
    yield f"in force    {rule.period.start or '…'} to {rule.period.end or '…'}"
    yield f"basis       {escape(rule.basis)} ({'verified' if rule.verified else 'not verified'})"
    yield f"source      {escape(rule.source)}"
    for name, dated in rule.parameters.items():
        for each in dated:
            yield f"parameter   {name} = {escape(str(each.value))} from {each.period.start or '…'}"
    for name, fact in rule.facts.items():
        yield f"fact        {name} ({fact.supplied or fact.type}): {escape(fact.title.en)}"
        yield f"            {escape(fact.title.zh)}"
    if rule.when is not None:
        yield f"when        {escape(rule.when.source.strip())}"
    yield f"asks        {escape(rule.expression.source.strip())}"
    yield f"says        {escape(rule.message.en)}"
    yield f"            {escape(rule.message.zh)}"
