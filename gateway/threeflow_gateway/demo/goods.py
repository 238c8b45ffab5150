"""What a description tells about goods: an HS 2022 subheading, a weight and a kind of package, by keyword.

The table is `data/goods.csv`, made up for this demo: the first keyword that the description holds decides.
Nothing in it is measured; whatever comes from it is marked as derived in the demo's output.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

FALLBACK_KEYWORD = ""


@dataclass(frozen=True)
class Goods:
    """`hs` six digits of hs-2022, `grams` net weight of one piece, `package` a code of unece-rec21."""

    keyword: str
    hs: str
    grams: int
    package: str


FALLBACK = Goods(FALLBACK_KEYWORD, "392640", 120, "CT")


@cache
def table() -> tuple[Goods, ...]:
    """Every row, in the order in which keywords are tried."""
    text = files(__package__).joinpath("data/goods.csv").read_text("utf-8")
    return tuple(
        Goods(row["keyword"], row["hs"], int(row["grams"]), row["package"])
        for row in csv.DictReader(text.splitlines())
    )


@cache
def classify(description: str) -> Goods:
    """The first row whose keyword the description holds; ornaments of plastic where none does."""
    padded = f"{description.upper()} "
    return next((row for row in table() if row.keyword in padded), FALLBACK)
