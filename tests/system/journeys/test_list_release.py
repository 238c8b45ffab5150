"""Lists are released one by one and declared in sums: each line once, again only when its summary is void."""

from collections import Counter
from decimal import Decimal

import pytest

from kit.asynchronous import synchronous
from kit.journeys import Journey, Payload, World, account, account_key, named, on_the_way
from threeflow.summary import Group, ListLine, entries, gather

pytestmark = pytest.mark.slow
FIRM = "3601000011"


def _lists(count: int = 40) -> list[ListLine]:
    return [
        ListLine(
            number=f"L{number:04}",
            line=1,
            shipper=FIRM,
            producer=FIRM,
            transport_mode="4",
            destination="GB",
            exit_office="XA200" if number % 4 else "XA900",
            tariff_code="6505009900",
            final_country="GB",
            quantity=Decimal(number),
            unit="H87",
            amount=Decimal(number * 8),
            currency="USD",
        )
        for number in range(1, count + 1)
    ]


class Book:
    """One summary account of customs xa."""

    def __init__(self, journey: Journey) -> None:
        self.journey = journey
        self.account = account("summary", FIRM)
        self.about = {"keys": [account_key(self.account)], "account": self.account}

    async def enter(self, lines: list[ListLine]) -> None:
        """Customs enters released lines."""
        said = [
            {
                "number": each.number,
                "line": each.line,
                "quantity": {"value": str(each.quantity), "unit": each.unit},
            }
            for each in lines
        ]
        self.entered = await self.journey.say(
            "customs-status/entered-for-summary", "xa.customs", ["xa.declarant"], **self.about, entries=said
        )

    async def ask(self, group: Group, outcome: str = "accepted") -> Payload:
        """The declarant asks to declare one group."""
        return await self.journey.say(
            "summary/declare",
            "xa.declarant",
            ["xa.customs"],
            self.entered,
            **self.about,
            entries=entries([group]),
            outcome=outcome,
        )

    async def answer(self, kind: str, asked: Payload) -> None:
        """Customs answers a summary in one of three kinds."""
        lines = {} if kind == "rejected" else {"entries": asked["entries"]}
        if kind == "statistics-only":
            lines["recordNumber"] = "REC-1"
        await self.journey.say(
            f"summary-result/{'rejected' if kind == 'rejected' else 'declaration'}",
            "xa.customs",
            ["xa.declarant"],
            asked,
            **self.about,
            kind=kind,
            without=["declarationNumber"] if kind == "statistics-only" else [],
            **lines,
        )

    async def void(self, asked: Payload) -> None:
        """The declarant asks to void a summary, and customs grants it."""
        request = await self.journey.say(
            "summary/void", "xa.declarant", ["xa.customs"], self.entered, asked, **self.about
        )
        await self.journey.say(
            "decision/granted",
            "xa.customs",
            ["xa.declarant"],
            request,
            effect="withdrawn",
            act={"position": None, "scope": None},
            answers=named(request),
            without=["newVersion", "releaseCovers"],
        )

    async def count(self, node: str = "xa.customs") -> Counter[str]:
        """How many entries stand how, as a gateway tells it."""
        return Counter((await self.journey.states(node, self.account, page_of=1000)).values())


@pytest.mark.requirement("TF-ACC-3", "TF-ACC-6", "TF-ACC-7")
@synchronous
async def test_forty_lists_are_cleared_once_each_and_a_void_summary_reopens_its_own(world: World) -> None:
    async with on_the_way(world) as journey:
        book, lines = Book(journey), _lists()
        await book.enter(lines)
        groups = gather(lines, most_lines=15)
        assert [sum(len(item.lines) for item in group.items) for group in groups] == [15, 15, 10]
        asked = [await book.ask(group) for group in groups]
        second = await book.ask(groups[0], outcome="pending")
        assert await book.count() == {"reserved": 40}
        for kind, each in zip(("declaration", "statistics-only", "rejected"), asked, strict=True):
            await book.answer(kind, each)
        assert await book.count() == {"cleared": 30, "posted": 10}
        await book.void(asked[0])
        # The lines that were given back are taken at once by the summary that waited for them.
        assert await book.count() == {"cleared": 15, "reserved": 15, "posted": 10}
        await book.answer("declaration", second)
        again = await book.ask(groups[2])
        await book.answer("declaration", again)
        assert await book.count() == {"cleared": 40}
        assert await book.count("xa.hub") == {"cleared": 40}
        assert await journey.balance("xa.customs", book.account) == ("reconciled", {}, {})
        entry = (await journey.entries("xa.customs", book.account))[f"{lines[0].number}/1"]
        assert [each["to"] for each in entry["moves"]] == [
            "posted", "reserved", "cleared", "posted", "reserved", "cleared",
        ]  # fmt: skip


@pytest.mark.long
@pytest.mark.requirement("TF-ACC-6", "TF-ACC-12")
@synchronous
async def test_four_thousand_lists_are_cleared_once_each_over_a_running_gateway(world: World) -> None:
    async with on_the_way(world) as journey:
        book, lines = Book(journey), _lists(4000)
        for day in range(40):
            await book.enter(lines[day * 100 : day * 100 + 100])
        assert await book.count() == {"posted": 4000}
        groups = gather(lines, most_lines=250)
        assert sum(len(item.lines) for group in groups for item in group.items) == 4000
        assert len({group.head for group in groups}) == 2
        asked = [await book.ask(group) for group in groups]
        assert await book.count() == {"reserved": 4000}
        for each in asked:
            await book.answer("declaration", each)
        assert await book.count() == {"cleared": 4000}
        assert await journey.balance("xa.customs", book.account) == ("reconciled", {}, {})
        await book.void(asked[-1])
        reopened = len(asked[-1]["entries"])
        assert await book.count() == {"cleared": 4000 - reopened, "posted": reopened}
        await book.answer("declaration", await book.ask(groups[-1]))
        assert await book.count() == {"cleared": 4000}
        moved = (await journey.entries("xa.customs", book.account, page_of=1000)).values()
        assert {sum(move["to"] == "cleared" for move in each["moves"]) for each in moved} == {1, 2}


@synchronous
async def test_an_event_names_each_entry_that_moved(world: World) -> None:
    async with on_the_way(world) as journey:
        book, lines = Book(journey), _lists()[:3]
        await book.enter(lines)
        reader = journey.at("xa.hub").as_("xa.declarant")
        told = [
            each async for each in reader.events() if each["document"]["id"] == book.entered["header"]["id"]
        ]
        (event,) = told
        moves = [each for each in event["steps"] if each["track"] == "entry"]
        assert moves == [
            {"track": "entry", "from": "none", "to": "posted", "entry": f"{each.number}/1"} for each in lines
        ]
