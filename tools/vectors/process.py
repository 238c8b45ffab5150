"""Vectors of the process: documents in order of arrival, their outcomes, and the state that comes of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from tools.vectors import accounts
from tools.vectors.material import Case
from tools.vectors.papers import (
    DECLARANT,
    EXPORT,
    GOODS,
    IMPORT,
    IMPORTER,
    Paper,
    act,
    declared,
    event,
    packages,
    paper,
    status,
)

HELD = {"kind": "corridor", "states": {"record": "in-force"}}
DECLARATION = paper("declaration", "declaration/list", DECLARANT, "09:00", **declared(GOODS))
REGISTERED = status("registered", "registered", "09:10", [DECLARATION])
RELEASE = paper(
    "release",
    "release/full",
    EXPORT,
    "10:00",
    [DECLARATION, REGISTERED],
    act=act("export", declarationVersion=1),
)
ADVANCE = status("advance-received", "advance-received", "09:20", [DECLARATION], "import")
AGREEMENT = paper("agreement", "agreement/corridor", EXPORT, "01:00", act=act("export"))
ACCEPT = paper("accept", "import-decision/accept", IMPORT, "09:40", [ADVANCE, AGREEMENT], act=act("import"))
LODGED = paper("import declaration", "declaration/import", IMPORTER, "12:30", **declared(GOODS, "import"))
LODGED_REGISTERED = status("import registered", "registered", "12:40", [LODGED], "import")
IMPORT_RELEASE = paper(
    "import release", "release/full", IMPORT, "12:50", [LODGED, LODGED_REGISTERED], act=act("import")
)
PRESENTED = event("presented", "available", "12:00")


def case(name: str, requirement: str, arrivals: Sequence[tuple[Paper, str]], **expected: Any) -> Case:
    """Return one case: each document with the outcome, or the refusal code, that it must get on arrival."""
    return {
        "name": name,
        "requirement": requirement,
        "subject": expected.pop("subject", "consignment"),
        "held": {AGREEMENT["digest"]: HELD},
        "agencies": expected.pop("agencies", []),
        "documents": [document for document, _ in arrivals],
        "outcomes": {document["name"]: outcome for document, outcome in arrivals},
        **expected,
    }


def ok(*documents: Paper) -> list[tuple[Paper, str]]:
    """Return documents that are each accepted on arrival."""
    return [(each, "accepted") for each in documents]


def portion(quantities: Mapping[str, str], ids: Sequence[str], /, **tracks: str) -> dict[str, Any]:
    """Return an expected portion; tracks that are not named stand in their first state."""
    return {"quantities": dict(quantities), "packages": list(ids), "tracks": tracks}


WHOLE = ({"1": "10", "2": "5"}, ("P1", "P2", "P3"))


def _plain() -> list[Case]:
    through = [
        *ok(
            DECLARATION,
            REGISTERED,
            ADVANCE,
            ACCEPT,
            RELEASE,
            event("departed", "departed", "11:00"),
            status("exit", "exit-confirmed", "11:10", [DECLARATION]),
            PRESENTED,
            LODGED,
            LODGED_REGISTERED,
            IMPORT_RELEASE,
        ),
    ]
    end = portion(
        *WHOLE, export="exit-confirmed", admission="accepted", transport="available", **{"import": "released"}
    )
    used = {"release-use": {"state": "reconciled", "open": [], "difference": []}}
    late = [
        (IMPORT_RELEASE, "pending"),
        (PRESENTED, "flagged"),
        (ACCEPT, "pending"),
        (LODGED_REGISTERED, "pending"),
        (RELEASE, "pending"),
        (REGISTERED, "pending"),
        *ok(LODGED),
        (ADVANCE, "pending"),
        *ok(DECLARATION),
    ]
    other = portion(
        *WHOLE, export="released", admission="accepted", transport="available", **{"import": "released"}
    )
    return [
        case("one consignment end to end", "TF-SUBJ-18", through, portions=[end], accounts=used, findings={}),
        case("the last comes first", "TF-SUBJ-2", late, portions=[other], accounts=used, findings={}),
        case(
            "release at import before presentation waits",
            "TF-SUBJ-18",
            [
                *ok(DECLARATION, REGISTERED, RELEASE, ADVANCE, ACCEPT, LODGED, LODGED_REGISTERED),
                (IMPORT_RELEASE, "flagged"),
            ],
            portions=[portion(*WHOLE, export="released", admission="accepted", **{"import": "registered"})],
            findings={"import release": ["import-release-not-open", "not-in-state"]},
            waiting={"import release": "state"},
        ),
        case(
            "an agency has not answered",
            "TF-SUBJ-18",
            [
                *ok(DECLARATION, REGISTERED, RELEASE, ADVANCE, ACCEPT, PRESENTED, LODGED, LODGED_REGISTERED),
                (IMPORT_RELEASE, "pending"),
            ],
            agencies=["xb.plants"],
            waiting={"import release": "state"},
            portions=[
                portion(
                    *WHOLE,
                    export="released",
                    admission="accepted",
                    transport="available",
                    **{"import": "registered"},
                )
            ],
        ),
    ]


def _parts() -> list[Case]:
    base = [*ok(DECLARATION, REGISTERED)]
    order = paper(
        "order",
        "inspection-order/physical",
        EXPORT,
        "09:30",
        [DECLARATION],
        act=act("export", packages("P2")),
    )
    hold = paper(
        "hold",
        "detention/hold",
        EXPORT,
        "09:45",
        [DECLARATION],
        act=act("export", {"items": [{"sequence": 1, "quantity": "7"}]}),
    )
    result = paper(
        "result", "inspection-result/conform", EXPORT, "09:40", [order], act=act("export", packages("P2"))
    )
    too_much = {"items": [{"sequence": 1, "quantity": "11"}]}
    cancel = paper("cancel", "cancellation/part", DECLARANT, "09:50", [DECLARATION], scope=too_much)
    seize = paper("seize", "detention/seize", EXPORT, "09:50", [DECLARATION], act=act("export", too_much))
    return [
        case(
            "one package opened, seven of ten pieces held, the rest released",
            "TF-SUBJ-10",
            [*base, *ok(order, result, hold, RELEASE)],
            portions=[
                portion({"1": "3"}, ["P3"], export="released"),
                portion({"2": "5"}, ["P2"], export="released"),
                portion({"1": "7"}, ["P1", "P3"], export="detained"),
            ],
            accounts={"release-use": {"state": "open", "open": ["P2", "P3"], "difference": []}},
        ),
        case(
            "a request for more than was declared",
            "TF-SUBJ-9",
            [*base, (cancel, "scope-exceeded")],
            portions=[portion(*WHOLE, export="registered")],
        ),
        case(
            "an act on more than was declared",
            "TF-SUBJ-9",
            [*base, (seize, "flagged")],
            portions=[portion(*WHOLE, export="registered")],
            waiting={"seize": "scope"},
            findings={"seize": ["scope-exceeded"]},
        ),
        case(
            "two departures, the later known first",
            "TF-SUBJ-4",
            [
                *base,
                *ok(
                    RELEASE,
                    event("second", "departed", "14:00", "P2", "P3"),
                    event("first", "departed", "11:00", "P1"),
                    event("loaded", "loaded", "10:30"),
                    event("plan", "arrived", "18:00", classifier="planned"),
                ),
            ],
            portions=[
                portion({"1": "4", "2": "5"}, ["P2", "P3"], export="released", transport="departed"),
                portion({"1": "6"}, ["P1"], export="released", transport="departed"),
            ],
        ),
    ]


def _irregular() -> list[Case]:
    gone = event("departed", "departed", "09:30")
    early = event("presented unreleased", "available", "09:50")
    inspected = paper("order", "inspection-order/physical", EXPORT, "09:20", [DECLARATION], act=act("export"))
    result = paper("result", "inspection-result/conform", EXPORT, "09:25", [inspected], act=act("export"))
    stop = paper(
        "stop", "import-decision/do-not-load", IMPORT, "09:50", [ADVANCE, AGREEMENT], act=act("import")
    )
    second = paper("second declaration", "declaration/list", DECLARANT, "10:30", **declared(GOODS))
    revoke = paper("revoke", "release-revocation/whole", EXPORT, "11:30", [RELEASE], act=act("export"))
    exit_ = status("exit", "exit-confirmed", "11:10", [DECLARATION])
    base = [*ok(DECLARATION, REGISTERED)]
    difference = {"release-use": {"state": "difference", "open": [], "difference": ["P1", "P2", "P3"]}}
    return [
        case(
            "departure without release",
            "TF-SUBJ-5",
            [*base, (gone, "flagged")],
            portions=[portion(*WHOLE, export="registered", transport="departed")],
            findings={"departed": ["departed-without-release"]},
        ),
        case(
            "presented without release",
            "TF-SUBJ-17",
            [*base, (early, "flagged")],
            portions=[portion(*WHOLE, export="registered", transport="available")],
            accounts=difference,
            findings={"presented unreleased": ["presented-without-release"]},
        ),
        case(
            "seal broken after inspection",
            "TF-SUBJ-19",
            [*base, *ok(inspected, result, RELEASE), (event("broken", "seal-broken", "11:00"), "flagged")],
            portions=[portion(*WHOLE, export="released")],
            findings={"broken": ["custody-broken"]},
        ),
        case(
            "an order not to load comes late",
            "TF-SUBJ-20",
            [*base, *ok(ADVANCE, event("loaded", "loaded", "09:30")), (stop, "flagged")],
            portions=[portion(*WHOLE, export="registered", admission="advance-received", transport="loaded")],
            findings={"stop": ["do-not-load-too-late", "not-in-state"]},
            waiting={"stop": "state"},
        ),
        case(
            "a second declaration of registered goods",
            "TF-SUBJ-6",
            [*base, (second, "wrong-state")],
            portions=[portion(*WHOLE, export="registered")],
        ),
        case(
            "revoked after the goods left",
            "TF-SUBJ-7",
            [*base, *ok(RELEASE, event("departed", "departed", "11:00"), exit_), (revoke, "flagged")],
            portions=[portion(*WHOLE, export="exit-confirmed", transport="departed")],
            findings={"revoke": ["not-in-state"]},
            waiting={"revoke": "state"},
        ),
        case(
            "an act at a position that writes no such track",
            "TF-SUBJ-3",
            [
                *base,
                (
                    paper(
                        "transit release",
                        "release/full",
                        EXPORT,
                        "10:00",
                        [DECLARATION, REGISTERED],
                        act=act("transit"),
                    ),
                    "flagged",
                ),
            ],
            portions=[portion(*WHOLE, export="registered")],
            findings={"transit release": ["position-without-step"]},
        ),
    ]


def _versions() -> list[Case]:
    less = {"P1": {1: "6"}, "P2": {2: "5"}}
    second = paper(
        "version 2", "declaration/list", DECLARANT, "10:30", version=2, replaces=DECLARATION, **declared(less)
    )
    amend = paper("amendment", "amendment/before-release", DECLARANT, "10:20", [DECLARATION])
    grant = paper(
        "grant", "decision/grant", EXPORT, "10:40", [amend, second], act=act("export"), effect="new-version"
    )
    base = [*ok(DECLARATION, REGISTERED, amend)]
    old = paper(
        "release of version 1",
        "release/full",
        EXPORT,
        "10:50",
        [DECLARATION, REGISTERED],
        act=act("export", declarationVersion=1),
    )
    first_status = paper(
        "first",
        "match-result/clearance",
        "xa.hub",
        "09:00",
        matchedAt="2026-03-01T09:00:00Z",
        state="mismatched",
    )
    next_status = paper(
        "second",
        "match-result/clearance",
        "xa.hub",
        "09:30",
        version=2,
        replaces=first_status,
        matchedAt="2026-03-01T09:30:00Z",
        state="matched",
    )
    return [
        case(
            "a version waits for its grant",
            "TF-SUBJ-14",
            [*base, (second, "pending")],
            portions=[portion(*WHOLE, export="registered")],
            waiting={"version 2": "grant"},
        ),
        case(
            "a granted version is what is declared",
            "TF-SUBJ-8",
            [*base, (second, "pending"), *ok(grant)],
            portions=[portion({"1": "6", "2": "5"}, ["P1", "P2"], export="registered")],
        ),
        case(
            "a release of a version no longer in force",
            "TF-SUBJ-15",
            [*base, (second, "pending"), *ok(grant), (old, "flagged")],
            portions=[portion({"1": "6", "2": "5"}, ["P1", "P2"], export="released")],
            findings={"release of version 1": ["release-of-other-version"]},
        ),
        case(
            "the older version arrives last",
            "TF-SUBJ-13",
            [*ok(next_status), (first_status, "no-effect")],
            subject="case",
            portions=[portion({}, [], **{"match:clearance": "matched"})],
        ),
    ]


def _records() -> list[Case]:
    other = paper("other side", "agreement/corridor", IMPORT, "02:00", [AGREEMENT], act=act("import"))
    forged = paper("same side again", "agreement/corridor", EXPORT, "02:00", [AGREEMENT], act=act("export"))
    return [
        case(
            "an agreement of two sides",
            "TF-SUBJ-21",
            [*ok(AGREEMENT, other)],
            subject="record",
            portions=[portion({}, [], record="in-force")],
        ),
        case(
            "an agreement of one side",
            "TF-SUBJ-21",
            [*ok(AGREEMENT), (forged, "pending")],
            subject="record",
            portions=[portion({}, [], record="proposed")],
            findings={"same side again": ["not-in-state"]},
            waiting={"same side again": "state"},
        ),
    ]


def files() -> dict[str, object]:
    """Return the files by name."""
    cases = [*_plain(), *_parts(), *_irregular(), *_versions(), *_records(), *accounts.cases()]
    return {"process/cases.json": {"cases": cases}}
