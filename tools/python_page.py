"""Print the public names of the SDK on ``docs/reference/python.md``, read from its sources.

Usage: ``python tools/python_page.py [--check]``. Exit code 0 good, 1 drift.
"""

import argparse
import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SDK = ROOT / "sdk" / "threeflow"
TARGET = ROOT / "docs" / "reference" / "python.md"

HEAD = """# Python

What `import threeflow.…` offers. Everything is typed (`py.typed`). What goes wrong is `Refused`, which says
the code, the requirement and the place, or `Unavailable`. `threeflow.v1` holds the typed models, made from
the schemas. Only the client calls anybody; what needs a time takes it as an argument.

This page is printed from the sources by `make generate`.
"""
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def summary(node: ast.Module | Definition) -> str:
    """The first paragraph of a docstring, fit for a table."""
    text = (ast.get_docstring(node) or "").split("\n\n")[0]
    return " ".join(text.split()).replace("|", r"\|").replace("``", "`").replace("<", "&lt;")


def exported(module: ast.Module) -> set[str] | None:
    """The names of ``__all__``, or None where the module has none."""
    for node in module.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if (
            isinstance(target, ast.Name)
            and target.id == "__all__"
            and isinstance(value, ast.List | ast.Tuple)
        ):
            return {str(each.value) for each in value.elts if isinstance(each, ast.Constant)}
    return None


def definitions(module: ast.Module) -> list[Definition]:
    """The public functions and classes of a module, in the order of its text."""
    names = exported(module)
    return [
        node
        for node in module.body
        if isinstance(node, Definition)
        and (node.name in names if names is not None else not node.name.startswith("_"))
    ]


def call(node: Definition) -> str:
    """How a name is called: parameters without their types, methods of a class by name."""
    if isinstance(node, ast.ClassDef):
        return node.name
    given = node.args
    positional = [each.arg for each in given.posonlyargs + given.args]
    required = len(positional) - len(given.defaults)
    shown = positional[:required] + [f"{name}=…" for name in positional[required:]]
    if given.vararg:
        shown.append(f"*{given.vararg.arg}")
    elif given.kwonlyargs:
        shown.append("*")
    pairs = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    shown += [each.arg if default is None else f"{each.arg}=…" for each, default in pairs]
    return f"{node.name}({', '.join(shown)})"


def chapters() -> Iterator[str]:
    """The page, a public module a chapter."""
    yield HEAD
    for path in sorted(SDK.rglob("*.py")):
        parts = path.relative_to(SDK).with_suffix("").parts
        if parts[0] == "v1" or any(part.startswith("_") and part != "__init__" for part in parts):
            continue
        module = ast.parse(path.read_text(encoding="utf-8"))
        found = definitions(module)
        name = ".".join(("threeflow", *(part for part in parts if part != "__init__")))
        if found:
            yield f"\n## `{name}`\n\n{summary(module)}\n\n| name | what it does |\n|---|---|\n"
        for node in found:
            yield f"| `{call(node)}` | {summary(node)} |\n"


def main(argv: list[str]) -> int:
    """Write the page, or with ``--check`` say whether it is as the sources have it."""
    parser = argparse.ArgumentParser(description="print the SDK's public names as a page of the docs")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the page differs")
    wanted = "".join(chapters())
    if not parser.parse_args(argv).check:
        TARGET.write_text(wanted, encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == wanted:
        return 0
    print(f"{TARGET.relative_to(ROOT)} is not what the sources say: make generate", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
