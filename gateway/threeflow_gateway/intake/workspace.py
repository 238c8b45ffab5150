"""What a batch sees: the database as of its transaction, and what earlier units of the batch have changed.

Everything is read by a few questions for the whole batch; what a unit turns out to need beyond that is read
when it asks. Nothing is written here: the rows are gathered in ``changes``.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from threeflow import envelope, strict
from threeflow.documents import header_of
from threeflow.process import Table, file
from threeflow_gateway.domain.visibility import parties
from threeflow_gateway.intake.agencies import Agencies
from threeflow_gateway.intake.book import Book
from threeflow_gateway.intake.changes import Changes
from threeflow_gateway.intake.held import AsRow, Held, key_text
from threeflow_gateway.intake.readers import Readers
from threeflow_gateway.intake.standing import WITHOUT_EFFECT, Member, Memory, Standing, stand
from threeflow_gateway.intake.titles import Claim
from threeflow_gateway.store import evidence, mentions, statements, tokens

__all__ = ["Held", "Workspace", "key_text"]

DocumentName = tuple[str, str]


class Workspace:
    """One batch's view and its changes; without ``writing`` a view alone."""

    def __init__(
        self,
        connection: Connection,
        table: Table,
        memory: Memory,
        agencies: Agencies,
        *,
        writing: bool = True,
    ) -> None:
        self._connection = connection
        self._table = table
        self._memory = memory
        self._agencies = agencies
        # The question for the counters is also the lock of writers; who only reads asks for neither.
        counters = connection.execute(statements.HEAD).one() if writing else (0, 0, 0)
        self.documents: int = counters[0]
        self.subjects: int = counters[1]
        self.leaves: int = counters[2]
        self.changes = Changes()
        self._held: dict[DocumentName, Held] = {}
        self._known_ids: set[str] = set()
        self._receipts: dict[int, bytes] = {}
        self.book = Book(connection, self.changes)
        self.readers = Readers(connection)
        self._standings: dict[int, Standing] = {}
        self._about: dict[int, tuple[int, ...]] = {}
        self._waiters: dict[str, set[int]] = {}
        self._feeds: dict[str, int] = {}
        self._fresh_feeds: set[str] = set()
        self._spent: dict[bytes, bool] = {}
        self._age = memory.age
        self._touched: set[int] = set()

    # ---- reading for the whole batch

    def prefetch(self, ids: Iterable[str], keys: Iterable[str], feeds: Iterable[str]) -> None:
        """Read what the batch will ask for by these document ids, subject keys and parties."""
        wanted = sorted(set(ids))
        self._read_documents(wanted)
        self._read_waiters(wanted)
        self.book.read(keys)
        self._read_feeds(sorted(set(feeds)))
        held = [each.no for each in self._held.values()]
        self._read_about(held)
        about = {no for each in self._about.values() for no in each}
        self._read_standings(self.book.read_of(about) | about)

    def held(self, issuer: str, document_id: str) -> Held | None:
        """Return what is held under this name."""
        if document_id not in self._known_ids:
            self._read_documents([document_id])
        return self._held.get((issuer, document_id))

    def receipt(self, no: int) -> bytes:
        """Return the receipt that a document earned, octet for octet."""
        found = self._receipts.get(no)
        if found is None:
            found = self._connection.execute(statements.RECEIPT_OF, {"document": no}).scalar_one()
            self._receipts[no] = found
        return found

    def claims(self, key: str) -> Collection[Claim]:
        """Return all claims to a key."""
        return self.book.claims(key)

    def keys_of(self, subject: int) -> Collection[str]:
        """Return the keys that a subject's documents name."""
        return self.book.keys_of(subject)

    def members_of(self, subject: int) -> Mapping[str, Member]:
        """Return a subject's documents by digest."""
        return self.standing(subject).members

    def subjects_of(self, document: int) -> tuple[int, ...]:
        """Return the subjects that a document is about."""
        if document not in self._about:
            self._read_about([document])
        return self._about[document]

    def standing(self, no: int) -> Standing:
        """Return how a subject stands."""
        if no not in self._standings:
            self._read_standings({no})
        return self._standings[no]

    def unheard_of(self, kind: str) -> Standing:
        """Return how a subject of a kind stands before its first document."""
        return self._memory.unheard_of(self._table, kind)

    def waiters(self, awaited: str) -> tuple[int, ...]:
        """Return the pending documents that wait for this document id, oldest first."""
        if awaited not in self._waiters:
            self._read_waiters([awaited])
        return tuple(sorted(self._waiters[awaited]))

    def whole(self, document: int) -> Any:
        """Return a held document's row with its envelope."""
        for row in self.changes.documents:
            if row["no"] == document:
                return AsRow(row)
        return self._connection.execute(statements.DOCUMENTS_BY_NO, {"documents": [document]}).one()

    def mentioning(self, names: Iterable[str]) -> tuple[int, ...]:
        """Return the documents that name one of these numbers, oldest first."""
        wanted = sorted(set(names))
        if not wanted:
            return ()
        found = set(self._connection.execute(mentions.MENTIONING, {"names": wanted}).scalars())
        found.update(row["document"] for row in self.changes.mentions if row["name"] in wanted)
        return tuple(sorted(found))

    def waits_until(self, document: int) -> str:
        """Return until when a pending document waits; empty where it waits for nothing."""
        for row in self.changes.waiting:
            if row["document"] == document:
                return str(row["until"])
        rows = self._connection.execute(statements.WAITING_OF, {"documents": [document]})
        return next((str(row.until) for row in rows), "")

    # ---- changing

    def take_in(self, row: dict[str, Any]) -> int:
        """Add a document with its receipt; return its number."""
        self.documents += 1
        no = self.documents
        self.changes.documents.append({"no": no, **row})
        name = (row["issuer"], row["id"])
        self._known_ids.add(row["id"])
        self._held[name] = Held(
            no,
            row["issuer"],
            row["id"],
            row["digest"],
            row["type"],
            row["kind"],
            row["outcome"],
            row["effect"],
        )
        self._receipts[no] = row["receipt"]
        self._about[no] = ()
        return no

    def mention(self, document: int, names: Iterable[str]) -> None:
        """Let a document be found by numbers that it names."""
        self.changes.mentions.extend({"name": each, "document": document} for each in sorted(set(names)))

    def next_leaf(self) -> int:
        """Return the index of the next leaf and count it."""
        self.leaves += 1
        return self.leaves - 1

    def open_subject(self, kind: str) -> int:
        """Begin a subject without documents; return its number."""
        self.subjects += 1
        no = self.subjects
        self.changes.subjects.append({"no": no, "kind": kind, "version": 0, "redirect": None})
        self._standings[no] = replace(self.unheard_of(kind), no=no)
        self.book.opened(no)
        self._touched.add(no)
        return no

    def redirect(self, later: int, earlier: int) -> None:
        """Join a later subject to an earlier one: its keys and documents move over."""
        pair = {"from_subject": later, "to_subject": earlier}
        for rows in (self.changes.redirects, self.changes.copied, self.changes.moved_keys):
            rows.append(pair)
        self.changes.forgotten.append({"from_subject": later})
        about = {
            (earlier if row["subject"] == later else row["subject"], row["document"])
            for row in self.changes.about
        }
        self.changes.about[:] = [{"subject": no, "document": document} for no, document in sorted(about)]
        self.book.redirect(later, earlier)
        self.readers.redirect(later, earlier)
        self._about = {
            document: tuple(dict.fromkeys(earlier if no == later else no for no in numbers))
            for document, numbers in self._about.items()
        }
        self._standings.pop(later, None)
        self._touched.discard(later)

    def put(self, standing: Standing) -> None:
        """Let a subject stand differently."""
        self._standings[standing.no] = replace(standing, version=standing.version + 1)
        self._touched.add(standing.no)

    def file_under(self, document: int, subject: int) -> None:
        """Say that a document is about a subject."""
        if subject not in self.subjects_of(document):
            self.changes.about.append({"subject": subject, "document": document})
            self._about[document] = (*self.subjects_of(document), subject)

    def is_spent(self, token: bytes) -> bool:
        """Say whether a token was used before."""
        if token not in self._spent:
            self.read_spent([token])
        return self._spent[token]

    def spend(self, token: bytes, until: str) -> None:
        """Let a token count as used."""
        self._spent[token] = True
        self.changes.spent.append({"token": token, "until": until})

    def checkpointed(self) -> int:
        """Return how many leaves the checkpoints of the own log cover."""
        found = self._connection.execute(statements.NEWEST_CHECKPOINT_SIZE).scalar() or 0
        return max([found, *(int(row["size"]) for row in self.changes.checkpoints)])

    def checkpointed_since(self, issuer: str, after: int) -> bool:
        """Whether a peer's checkpoint was taken in after so many documents."""
        if any((row["issuer"], row["type"]) == (issuer, "checkpoint") for row in self.changes.documents):
            return True
        asked = {"issuer": issuer, "after": after}
        return self._connection.execute(evidence.CHECKPOINTS_SINCE, asked).first() is not None

    def wait(self, document: int, awaited: Iterable[str], until: str) -> None:
        """Let a pending document wait for these document ids; for a step where there are none."""
        for each in sorted(set(awaited)) or [""]:
            self.changes.waiting.append({"document": document, "awaited": each, "until": until})
            if each:
                self._waiters.setdefault(each, set()).add(document)

    def wait_no_more(self, document: int) -> None:
        """A document waits for nothing any more."""
        self.changes.waiting[:] = [row for row in self.changes.waiting if row["document"] != document]
        self.changes.served.append({"waiter": document})
        for waiters in self._waiters.values():
            waiters.discard(document)

    def set_effect(self, held: Held, effect: str) -> None:
        """Say what a document amounts to now."""
        self._held[held.issuer, held.id] = replace(held, effect=effect)
        self.changes.effects.append({"document": held.no, "to_effect": effect})

    def tell(self, parties: Iterable[str], row: Mapping[str, Any]) -> None:
        """Put an event into the feed of each party, under its next number."""
        for party in sorted(set(parties)):
            if party not in self._feeds:
                self._read_feeds([party])
            self._feeds[party] += 1
            self.changes.events.append({"party": party, "seq": self._feeds[party], **row})

    def finish(self) -> None:
        """Write everything; raises what the database raises."""
        changes = self.changes
        feeds = {row["party"]: self._feeds[row["party"]] for row in changes.events}
        for party, events in feeds.items():
            if party in self._fresh_feeds:
                changes.new_parties.append({"node": party, "events": events})
            else:
                changes.parties.append({"feed": party, "to_events": events})
        for no in sorted(self._touched):
            changes.versions.append({"subject_no": no, "to_version": self._standings[no].version})
        changes.write(self._connection)
        self.readers.write()
        counters = {"to_documents": self.documents, "to_subjects": self.subjects, "to_leaves": self.leaves}
        self._connection.execute(statements.ADVANCE_HEAD, counters)

    def remember(self) -> None:
        """Keep the standings in memory; to be called after the commit."""
        for standing in self._standings.values():
            self._memory.keep(standing, self._age)

    # ---- questions

    def read_spent(self, names: list[bytes]) -> None:
        """Read which of these tokens were used before."""
        self._spent.update(dict.fromkeys(names, False))
        for used in self._connection.execute(tokens.SPENT, {"tokens": names}).scalars():
            self._spent[bytes(used)] = True

    def _read_documents(self, ids: list[str]) -> None:
        self._known_ids.update(ids)
        for row in self._connection.execute(statements.DOCUMENTS_BY_ID, {"ids": ids}) if ids else ():
            self._held.setdefault((row.issuer, row.id), Held(*row))

    def _read_feeds(self, nodes: list[str]) -> None:
        missing = [node for node in nodes if node not in self._feeds]
        self._feeds.update((node, 0) for node in missing)
        self._fresh_feeds.update(missing)
        for row in self._connection.execute(statements.PARTIES, {"nodes": missing}) if missing else ():
            self._feeds[row.node] = row.events
            self._fresh_feeds.discard(row.node)

    def _read_waiters(self, ids: list[str]) -> None:
        for each in ids:
            self._waiters.setdefault(each, set())
        for row in self._connection.execute(statements.WAITERS_BY_AWAITED, {"ids": ids}) if ids else ():
            self._waiters[row.awaited].add(row.document)

    def _read_about(self, documents: list[int]) -> None:
        for each in documents:
            self._about.setdefault(each, ())
        if documents:
            rows = self._connection.execute(statements.SUBJECTS_OF_DOCUMENTS, {"documents": documents})
            for row in rows:
                self._about[row.document] = (*self._about[row.document], row.subject)

    def _read_standings(self, numbers: set[int]) -> None:
        missing = sorted(numbers - self._standings.keys())
        if not missing:
            return
        cold: dict[int, tuple[str, int]] = {}
        for row in self._connection.execute(statements.SUBJECTS, {"subjects": missing}):
            known = self._memory.get(row.no, row.version)
            if known is not None:
                self._standings[row.no] = known
            else:
                cold[row.no] = (row.kind, row.version)
        if cold:
            self._read_cold(cold)

    def _read_cold(self, cold: Mapping[int, tuple[str, int]]) -> None:
        members: dict[int, dict[str, Member]] = {no: {} for no in cold}
        rows = self._connection.execute(statements.DOCUMENTS_OF_SUBJECTS, {"subjects": sorted(cold)}).all()
        for row in rows:
            table_row = self._table.row(row.type)
            if table_row is not None:
                payload = strict.parse_object(envelope.read(row.envelope).payload)
                filed = file(table_row, payload, row.digest)
                header = header_of(payload)
                profile = str(header.get("profile", ""))
                between = parties(header)
                members[row.subject][row.digest] = Member(row.no, row.effect, filed, profile, between)
        for no, (kind, version) in cold.items():
            joined = self.joined(members[no])
            self._standings[no] = stand(self._table, no, kind, version, members[no], joined=joined)

    def joined(self, members: Mapping[str, Member]) -> dict[str, Any]:
        """Return what the fold must know from outside a subject with these documents."""
        return {"held": self.held_elsewhere(members), "agencies": list(self._agencies.of(members.values()))}

    def agencies_with(self, before: Standing, member: Member) -> tuple[str, ...]:
        """Return the agencies that must agree once a document has come to a subject."""
        known: tuple[str, ...] = tuple(before.state.joined.get("agencies", ()))
        if not known and not self._agencies.roles(member.profile):
            return ()
        return self._agencies.of((*before.members.values(), member))

    def held_elsewhere(self, members: Mapping[str, Member]) -> dict[str, Any]:
        """Return what the fold must know of documents of other subjects that these documents name."""
        found: dict[str, Any] = {}
        for member in members.values():
            for each in member.filed.references:
                if each.digest in members:
                    continue
                held = self.held(each.issuer, each.id)
                if held is not None and held.digest == each.digest and held.effect not in WITHOUT_EFFECT:
                    found[each.digest] = {"kind": held.kind, "states": self._tracks_of(held)}
        return found

    def _tracks_of(self, held: Held) -> Mapping[str, str]:
        row = self._table.row(held.type)
        # Only a record's state is asked for from outside; so no circle of subjects is ever followed.
        if row is None or row.subject != "record":
            return {}
        return {
            track: state
            for no in self.subjects_of(held.no)
            for track, state in self.standing(no).state.subject_tracks.items()
        }
