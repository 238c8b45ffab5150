"""The compatibility guard gives every edit of the catalogue its right verdict, and says which item it was."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from tools.compat import LOADER, compare, protos, release
from tools.compat import __main__ as guard
from tools.compat.release import MACHINE, Tree

CATALOGUE: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("compat_catalogue.yaml").read_text("utf-8")
)
TREE = release.of_folder()
STRICTEST = ("breaking", "additive", "editorial")


def step_into(node: Any, step: str) -> Any:
    """Turn a step of a pointer into the key or index that it stands for."""
    step = step.replace("~1", "/").replace("~0", "~")
    if not isinstance(node, list):
        return step
    if step.startswith("["):
        key, _, wanted = step[1:-1].partition("=")
        return next(place for place, each in enumerate(node) if str(each[key] if key else each) == wanted)
    return len(node) if step == "-" else int(step)


def edited(document: Any, edits: list[dict[str, Any]]) -> Any:
    document = copy.deepcopy(document)
    for edit in edits:
        ((verb, pointer),) = ((key, value) for key, value in edit.items() if key != "value")
        if pointer == "":
            document = edit.get("value")
            continue
        *way, last = pointer.split("/")[1:]
        place = document
        for step in way:
            place = place[step_into(place, step)]
        key = step_into(place, last)
        if verb == "remove":
            del place[key]
        elif verb == "add" and isinstance(place, list):
            place.insert(key, edit["value"])
        else:
            assert (key in place) == (verb == "replace") or isinstance(place, list), f"{pointer} {verb}"
            place[key] = edit["value"]
    return document


def after(entry: dict[str, Any], tree: Tree) -> Tree:
    """The tree once an entry of the catalogue has edited it."""
    name = entry["at"] if entry["at"].startswith("proto/") else f"{MACHINE}/{entry['at']}"
    changed = dict(tree)
    if "text" in entry:
        old, new, *more = entry["text"]
        text = tree[name].decode()
        assert old in text
        changed[name] = (text.replace(old, new, 1) + "".join(more)).encode()
        return after(entry["and"], changed) if "and" in entry else changed
    document = edited(yaml.load(tree[name], Loader=LOADER) if name in tree else {}, entry["edit"])
    changed.pop(name, None)
    if document is not None:
        changed[name] = json.dumps(document, ensure_ascii=False).encode()
    return changed


@pytest.mark.parametrize("entry", CATALOGUE, ids=[each["name"].replace(" ", "-") for each in CATALOGUE])
def test_every_edit_gets_its_verdict(entry: dict[str, Any]) -> None:
    changes = compare(TREE, after(entry, TREE))
    worst = next(
        (each for each in STRICTEST if any(change.verdict == each for change in changes)), "unchanged"
    )
    assert (worst, changes) == (entry["verdict"], changes)
    if "says" in entry:
        assert [each for each in changes if each.verdict == worst and entry["says"] in each.what], changes


def test_the_catalogue_is_large_and_covers_every_part() -> None:
    assert len({each["name"] for each in CATALOGUE}) == len(CATALOGUE) >= 40
    assert {each["at"].partition("/")[0] for each in CATALOGUE} == {
        "schemas", "openapi.yaml", "exchange.yaml", "rules", "codelists", "refusals.yaml", "proto",
    }  # fmt: skip
    for verdict in ("breaking", "additive", "editorial", "unchanged"):
        assert [each for each in CATALOGUE if each["verdict"] == verdict]


def test_an_unchanged_tree_has_no_changes() -> None:
    assert compare(TREE, dict(TREE)) == []


@pytest.mark.parametrize(
    "entry", [each for each in CATALOGUE if "text" in each], ids=lambda each: each["name"].replace(" ", "-")
)
def test_buf_and_the_guard_agree_on_what_breaks(entry: dict[str, Any], tmp_path: Path) -> None:
    for folder, tree in (("old", TREE), ("new", after(entry, TREE))):
        files = {name: octets for name, octets in tree.items() if name.startswith("proto/")}
        protos.write(files, tmp_path / folder)
    found = list(protos.buf(tmp_path / "old/proto", tmp_path / "new/proto"))
    assert bool(found) == (entry["verdict"] == "breaking"), found


def test_a_snapshot_gives_its_tree_back_and_is_the_same_every_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        release.write(TREE, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert release.of_archive(tmp_path / "a") == TREE


def test_a_release_comes_after_its_drafts() -> None:
    given = ["1.0.0", "1.0.0-draft.10", "1.1.0", "1.0.0-draft.2"]
    assert sorted(given, key=release.order) == ["1.0.0-draft.2", "1.0.0-draft.10", "1.0.0", "1.1.0"]
    with pytest.raises(SystemExit):
        release.order("next")


@pytest.fixture
def releases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of releases in the place of the real one."""
    monkeypatch.setattr(release, "versions", lambda: versions(tmp_path))
    monkeypatch.setattr(release, "path_of", lambda version: tmp_path / (version + release.SUFFIX))
    monkeypatch.setattr(release, "ROOT", tmp_path)
    monkeypatch.setattr(release, "of_folder", lambda: TREE)
    return tmp_path


versions = release.versions


def broken() -> Tree:
    return after(next(each for each in CATALOGUE if each["name"] == "row removed"), TREE)


def test_the_command_says_additive_or_breaking_by_its_exit_code(
    releases: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert guard.main([]) == 2
    assert guard.main(["--cut", "1.0.0-draft.1"]) == 0
    assert guard.main([]) == 0
    assert "since 1.0.0-draft.1: unchanged" in capsys.readouterr().out
    monkeypatch.setattr(release, "of_folder", broken)
    assert guard.main([]) == 1
    assert "row waybill removed" in capsys.readouterr().out
    assert guard.main(["--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["against"], said["verdict"]) == ("1.0.0-draft.1", "breaking")
    assert said["changes"][0]["part"] == "exchange table"
    assert guard.main(["--against", "0.9.0"]) == 2


def test_a_draft_may_break_a_draft_and_a_release_may_break_nothing_inside_its_major(
    releases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert guard.main(["--cut", "1.0.0-draft.1"]) == 0
    monkeypatch.setattr(release, "of_folder", broken)
    assert guard.main(["--cut", "1.0.0"]) == 1
    assert guard.main(["--cut", "1.0.0-draft.2"]) == 0
    assert guard.main(["--cut", "1.0.0"]) == 0
    assert guard.main(["--cut", "1.0.0-draft.3"]) == 1
    monkeypatch.setattr(release, "of_folder", lambda: after(CATALOGUE[0], broken()))
    assert guard.main(["--cut", "1.0.1"]) == 1
    assert guard.main(["--cut", "2.0.0"]) == 0


def test_the_last_release_can_be_read_and_compared() -> None:
    held = versions()
    assert held
    assert compare(release.of_archive(release.path_of(held[-1])), TREE) is not None
    run = subprocess.run(
        [sys.executable, "-m", "tools.compat", "--json"], cwd=release.ROOT, capture_output=True, check=False
    )
    assert run.returncode in {0, 1}
    assert json.loads(run.stdout)["against"] == held[-1]
