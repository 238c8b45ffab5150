"""Prove from the exchange table that every state has a cause, and every document an effect or a reason.

Prints each state with the kinds that cause it. Usage: ``python tools/check_table.py``. Exit code 0 good,
1 a gap.
"""

import sys
from collections.abc import Iterator, Mapping

from threeflow.process import Kind, Row, Table
from threeflow.standard import Standard


def causes(table: Table) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """The kinds that cause each (track, state); the first state of a track needs none."""
    found: dict[tuple[str, str], list[str]] = {
        (track.name, state): [] for track in table.tracks.values() for state in track.states
    }
    for row, kind in kinds(table):
        for step in kind.steps:
            for move in step.moves:
                name = f"{row.type}/{kind.name}"
                if move.to is not None and name not in found[step.track, move.to]:
                    found[step.track, move.to].append(name)
    return {place: tuple(names) for place, names in found.items()}


def kinds(table: Table) -> Iterator[tuple[Row, Kind]]:
    """Every kind of every row."""
    for row in table.rows.values():
        for kind in row.kinds.values():
            yield row, kind


def gaps(table: Table) -> Iterator[str]:
    """What the table leaves open, in words."""
    for (track, state), names in causes(table).items():
        initial = table.tracks[track].initial
        if state != initial and not names:
            yield f"no document causes {track} {state}"
        if state not in table.reachable(track, initial):
            yield f"{track} {state} cannot be reached from {initial}"
    for row, kind in kinds(table):
        moves = kind.steps or kind.posts or kind.declares or kind.agrees is not None
        if not moves and kind.no_effect is None:
            yield f"{row.type}/{kind.name} has neither an effect nor a reason for none"
    posted = {post.account for _, kind in kinds(table) for post in kind.posts}
    posted.update(account for row in table.rows.values() for account in row.accounts)
    for account in table.accounts.keys() - posted:
        yield f"nothing is posted to {account}"


def main() -> int:
    """Print the coverage and the gaps; return the exit code."""
    table = Standard.load().table
    for (track, state), names in causes(table).items():
        print(f"{track:10} {state:26} {', '.join(names) or '(where every subject begins)'}")
    found = list(gaps(table))
    for gap in found:
        print(gap, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
