"""A README as a program: the commands of its console blocks, by the heading that they stand under.

What a vendor is told to type is what the matrix runs, so the text cannot rot.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HEADING: Final = re.compile(r"^## (.+)$")
# The headings that a README may have commands under, in this order.
STEPS: Final = ("Install", "Generate", "Compile", "Run over REST", "Run over gRPC", "Verify offline")


class ReadmeError(Exception):
    """A README is not of the form that the matrix runs; the message says where."""


@dataclass(frozen=True)
class Step:
    """What one heading tells to type: a shell script."""

    name: str
    script: str


def steps(path: Path) -> list[Step]:
    """Return the steps of a README.

    Raises:
        ReadmeError: a command stands under a heading that is no step, or the steps are out of order.
    """
    found: dict[str, list[str]] = {}
    heading, inside, continued = "", False, False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("```"):
            inside = not inside and line == "```console"
            continue
        if (match := HEADING.match(line)) and not inside:
            heading = match.group(1)
        elif inside and continued:
            found[heading][-1] += "\n" + line
            continued = line.endswith("\\")
        elif inside and line.startswith("$ "):
            if heading not in STEPS:
                raise ReadmeError(f"{path}:{number}: a command under {heading!r}, which is none of {STEPS}")
            found.setdefault(heading, []).append(line.removeprefix("$ "))
            continued = line.endswith("\\")
    if list(found) != [name for name in STEPS if name in found]:
        raise ReadmeError(f"{path}: the steps are out of order: {list(found)}")
    return [Step(name, "\n".join(commands)) for name, commands in found.items()]
