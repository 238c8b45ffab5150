"""The standard as one value."""

from pathlib import Path

import pytest

from threeflow.standard import Standard


@pytest.mark.requirement("TF-VER-6")
def test_the_digest_is_stable_and_an_overlay_changes_it(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    plain = Standard.load()
    assert plain.digest == Standard.load().digest
    assert plain.digest.startswith("sha-256:")
    (tmp_path / "profiles" / "p.yaml").write_text("id: p\n")
    overlaid = Standard.load(tmp_path).digest
    assert overlaid != plain.digest
    (tmp_path / "profiles" / "p.yaml").write_text("id: q\n")
    assert Standard.load(tmp_path).digest != overlaid


def test_an_overlay_must_be_a_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Standard.load(tmp_path / "absent")


def test_schemas_lists_and_refusals_are_read_once() -> None:
    standard = Standard.load()
    assert standard.schemas is standard.schemas
    assert standard.codelists.contains("iso-4217", "GBP")
    assert "order" in standard.schemas.types
