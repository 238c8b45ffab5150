"""The standard as one value."""

from pathlib import Path

import pytest
import yaml

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


@pytest.mark.requirement("TF-VER-5")
def test_an_overlay_adds_rows_to_the_table_and_replaces_none(tmp_path: Path) -> None:
    rows = tmp_path / "exchange.d"
    rows.mkdir()
    order = next(row for row in Standard.load().table_source["documents"] if row["type"] == "order")
    (rows / "gift-note.yaml").write_text(yaml.safe_dump({"documents": [{**order, "type": "gift-note"}]}))
    assert Standard.load(tmp_path).table.row("gift-note") is not None
    (rows / "order.yaml").write_text(yaml.safe_dump({"documents": [order]}))
    with pytest.raises(ValueError, match="order"):
        _ = Standard.load(tmp_path).table_source
