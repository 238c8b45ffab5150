"""Help is worth reading, and every command and option stands on the docs page."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest

from threeflow_gateway.cli.cli import parser

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "commands.md"


def commands(made: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    for action in made._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from commands(each)
            return
    yield made


ALL = list(commands(parser()))


@pytest.mark.parametrize("made", ALL, ids=lambda made: made.prog)
def test_every_command_and_option_is_documented(made: argparse.ArgumentParser) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert f"## `{made.prog}`" in page
    chapter = page.partition(f"## `{made.prog}`")[2].partition("\n## ")[0]
    for action in made._actions:
        if not isinstance(action, argparse._HelpAction):
            for option in action.option_strings or [str(action.metavar)]:
                assert f"`{option}" in chapter, f"{made.prog} {option}"


@pytest.mark.parametrize("made", ALL, ids=lambda made: made.prog)
def test_every_command_explains_itself_with_examples_and_takes_json(made: argparse.ArgumentParser) -> None:
    assert len(made.description or "") > 60
    assert f"  {made.prog}" in (made.epilog or "")
    options = {option for action in made._actions for option in action.option_strings}
    assert "--json" in options
    assert all(action.help for action in made._actions)


def test_the_top_says_what_exit_codes_mean(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        parser().parse_args(["--help"])
    assert left.value.code == 0
    text = capsys.readouterr().out
    for line in ("0  good", "1  the answer is no", "2  could not run"):
        assert line in text


@pytest.mark.parametrize("words", [[], ["nonsense"], ["keys"], ["verify"], ["keys", "new"]])
def test_wrong_words_could_not_run(words: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        parser().parse_args(words)
    assert left.value.code == 2
