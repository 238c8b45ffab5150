"""The claims to keys as a batch sees them: those in the database, and what the batch itself has claimed."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from sqlalchemy import Connection

from threeflow_gateway.intake.changes import Changes
from threeflow_gateway.intake.titles import Claim
from threeflow_gateway.store import claims

__all__ = ["Book"]


class Book:
    """Claims by key and by subject; what is changed is gathered in ``changes``."""

    def __init__(self, connection: Connection, changes: Changes) -> None:
        self._connection = connection
        self._changes = changes
        self._claims: dict[str, dict[str, Claim]] = {}
        self._keys_of: dict[int, set[str]] = {}

    def read(self, keys: Iterable[str]) -> None:
        """Read the claims to keys that are not read yet."""
        missing = sorted({key for key in keys if key not in self._claims})
        self._claims.update((key, {}) for key in missing)
        if missing:
            for row in self._connection.execute(claims.CLAIMS_BY_KEY, {"keys": missing}):
                claim = Claim(row.key, row.claimant, row.subject, bool(row.titled))
                self._claims[row.key][row.claimant] = claim

    def read_of(self, subjects: Iterable[int]) -> set[int]:
        """Read all claims to the keys of these subjects and of those claimed; return the claimed ones."""
        self._read_keys_of({*subjects, *self._claimed()})
        return self._claimed()

    def claims(self, key: str) -> Collection[Claim]:
        """Return all claims to a key."""
        self.read([key])
        return self._claims[key].values()

    def keys_of(self, subject: int) -> Collection[str]:
        """Return the keys that a subject's documents name."""
        if subject not in self._keys_of:
            self._read_keys_of({subject})
        return self._keys_of[subject]

    def own(self, key: str) -> int | None:
        """Return the key's own subject; None where no claim to it has title."""
        return next((each.subject for each in self.claims(key) if each.titled), None)

    def opened(self, subject: int) -> None:
        """A subject begins; nothing names it yet."""
        self._keys_of[subject] = set()

    def claim(self, key: str, claimant: str, subject: int) -> None:
        """Write down that an issuer's documents under a key are of a subject; without title at first."""
        self.read([key])
        if claimant in self._claims[key]:
            return
        self._changes.keys.append({"key": key, "claimant": claimant, "subject": subject, "titled": False})
        self._claims[key][claimant] = Claim(key, claimant, subject, titled=False)
        self._keys_of[subject] = {*self.keys_of(subject), key}

    def give_title(self, key: str, claimant: str) -> None:
        """Write down that a claim has title."""
        claim = self._claims[key][claimant]
        if claim.titled:
            return
        self._claims[key][claimant] = replace(claim, titled=True)
        for row in self._changes.keys:
            if (row["key"], row["claimant"]) == (key, claimant):
                row["titled"] = True
                return
        self._changes.titles.append({"of_key": key, "of_claimant": claimant})

    def redirect(self, later: int, earlier: int) -> None:
        """The claims of a later subject become those of an earlier one."""
        # Keys that this very batch gave to the later subject are not in the database yet.
        self._changes.keys[:] = [
            {**row, "subject": earlier} if row["subject"] == later else row for row in self._changes.keys
        ]
        moved = {*self.keys_of(later), *self.keys_of(earlier)}
        for key in self.keys_of(later):
            self._claims[key] = {
                claimant: replace(claim, subject=earlier) if claim.subject == later else claim
                for claimant, claim in self._claims[key].items()
            }
        self._keys_of[earlier], self._keys_of[later] = moved, set()

    def _claimed(self) -> set[int]:
        return {claim.subject for held in self._claims.values() for claim in held.values()}

    def _read_keys_of(self, numbers: set[int]) -> None:
        missing = sorted(numbers - self._keys_of.keys())
        if not missing:
            return
        rows = self._connection.execute(claims.KEYS_OF_SUBJECTS, {"subjects": missing}).all()
        self.read(row.key for row in rows)
        self._keys_of.update((no, set()) for no in missing)
        for row in rows:
            self._keys_of[row.subject].add(row.key)
