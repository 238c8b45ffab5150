"""Business rules as data: packs of CEL rules, read, checked at load and judged (TF-RULE)."""

from pathlib import Path

from threeflow.codelists import CodeLists
from threeflow.rules.evaluate import Finding, Rules, blocking, evaluate
from threeflow.rules.pack import Rule, RulePack
from threeflow.rules.parts import held, open_parts
from threeflow.rules.source import SourceError
from threeflow.rules.views import dossier_view
from threeflow_spec import names, read

__all__ = [
    "Finding",
    "Rule",
    "RulePack",
    "Rules",
    "SourceError",
    "blocking",
    "dossier_view",
    "evaluate",
    "held",
    "load",
    "open_parts",
]


def load(*overlays: Path, lists: CodeLists | None = None) -> Rules:
    """Read the rule packs of the standard and of overlay folders (`rules/*.yaml`), which only add.

    Raises SourceError with file, line and rule for a faulty pack, ValueError for a rule or pack in two files.
    """
    files = [(name, read(name)) for name in names("v1/rules/") if name.endswith(".yaml")]
    for overlay in overlays:
        files += [(str(path), path.read_bytes()) for path in sorted((overlay / "rules").glob("*.yaml"))]
    return Rules.load(files, lists if lists is not None else CodeLists.load(*overlays))
