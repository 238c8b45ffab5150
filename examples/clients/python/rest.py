"""The main job over REST: an order, a payment and a waybill, then the release.

Usage: python rest.py CLIENT.JSON
"""

import json
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
from job import CARRIER, PAYMENTS, PLATFORM, Sandbox, Told, fresh, now
from threeflow_client.api.documents import fetch_document, submit_document
from threeflow_client.api.events import list_events
from threeflow_client.api.subjects import fetch_dossier, fetch_subject
from threeflow_client.client import Client
from threeflow_client.models import (
    Amount,
    Carriage,
    Code,
    Envelope,
    EventPage,
    Header,
    Item,
    Key,
    Mass,
    Order,
    OrderParties,
    OrderTotals,
    Package,
    Party,
    Payment,
    PaymentOrdersItem,
    PaymentParties,
    Problem,
    Quantity,
    Subject,
    SubjectData,
    Text,
    Waybill,
    WaybillParties,
)

PATIENCE_SECONDS = 90


class CallerToken(httpx.Auth):
    """Makes a token for every request, over the very octets that are sent."""

    requires_request_body = True

    def __init__(self, sandbox: Sandbox, member: str) -> None:
        self._sandbox, self._member = sandbox, member

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:
        """Set the header."""
        token = self._sandbox.token(self._member, request.method, str(request.url), request.content or None)
        request.headers["Authorization"] = f"Bearer {token}"
        yield request


def client(sandbox: Sandbox, member: str) -> Client:
    """Return the generated client, calling as a member."""
    return Client(
        base_url=sandbox.endpoint,
        timeout=httpx.Timeout(60),
        httpx_args={"auth": CallerToken(sandbox, member)},
    )


def header(sandbox: Sandbox, type_: str, kind: str, issuer: str, key: Key) -> Header:
    """Return the header of a new document about the subject with this key."""
    # The payment institution is told of the order: by that its payment joins the order's case.
    told = [PAYMENTS] if type_ == "order" else []
    return Header(
        spec_version="1.0",
        type_=type_,
        kind=kind,
        id=str(uuid.uuid4()),
        issuer=issuer,
        environment=sandbox.environment,
        issued_at=now(),
        receivers=[sandbox.audience, *told],
        subjects=[SubjectData(keys=[key])],
    )


def gbp(value: str) -> Amount:
    """Return an amount; every decimal is a text."""
    return Amount(value=value, currency="GBP")


def order(sandbox: Sandbox, key: Key, quantity: str = "2") -> Order:
    """Return an order of tea pots."""
    pots = Item(
        sequence=1,
        names=[Text(lang="en", text="Porcelain tea pot")],
        hs_code=Code(list_="hs-2022", code="691110"),
        quantity=Quantity(value=quantity, unit="H87"),
        unit_price=gbp("24.5"),
        line_total=gbp("49"),
    )
    return Order(
        header=header(sandbox, "order", "sale", PLATFORM, key),
        order_number=key.value,
        order_type="b2c",
        ordered_at=now(),
        currency="GBP",
        items=[pots],
        parties=OrderParties(
            platform=Party(name="Poyang Lake Market"),
            seller=Party(name="Ganjiang Ceramics Co., Ltd."),
            buyer=Party(natural_person=True, account_reference="u-5f2c91", country="DE"),
        ),
        totals=OrderTotals(goods_value=gbp("49"), amount_paid=gbp("49")),
    )


def payment(sandbox: Sandbox, order_key: Key) -> Payment:
    """Return the payment of the order."""
    return Payment(
        header=header(sandbox, "payment", "paid", PAYMENTS, order_key),
        payment_number="P" + fresh(),
        paid_at=now(),
        parties=PaymentParties(
            payment_provider=Party(name="Gan Pay"),
            payer=Party(natural_person=True, account_reference="u-5f2c91"),
        ),
        amount=gbp("49"),
        orders=[PaymentOrdersItem(order=order_key, amount=gbp("49"))],
    )


def waybill(sandbox: Sandbox, key: Key, order_key: Key) -> Waybill:
    """Return the waybill of one carton."""
    return Waybill(
        header=header(sandbox, "waybill", "house", CARRIER, key),
        waybill_number=key.value,
        orders=[order_key],
        parties=WaybillParties(
            carrier=Party(name="Gan River Air Express"),
            consignor=Party(name="Ganjiang Ceramics Co., Ltd."),
        ),
        carriage=Carriage(dispatch_country="CN", destination_country="DE"),
        packages=[Package(id="P1", type_="CT")],
        package_count=1,
        gross_weight=Mass(value="2.1", unit="KGM"),
    )


def submit(sandbox: Sandbox, told: Told, document: Order | Payment | Waybill) -> None:
    """Seal a typed document and submit it; print its receipt or its refusal."""
    payload = json.dumps(document.to_dict(), ensure_ascii=False).encode()
    envelope = Envelope.from_dict(sandbox.seal(document.header.issuer, payload))
    answer = submit_document.sync(client=client(sandbox, document.header.issuer), body=envelope)
    if isinstance(answer, Problem):
        raise SystemExit(f"refused before the caller was proven: {answer.code} {answer.detail}")
    if answer is None:
        raise SystemExit("an answer that the description does not name")
    outcome = json.loads(sandbox.trust.open(answer.to_dict()))
    if outcome["header"]["type"] == "refusal":
        told.refused(outcome["problem"])
    else:
        told.receipt(outcome["document"]["type"], payload, outcome)


def follow(sandbox: Sandbox, told: Told, waybill_number: str) -> str:
    """Read the platform's events until the dossier of the waybill was cut; return its digest."""
    after, platform = 0, client(sandbox, PLATFORM)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        page = list_events.sync(client=platform, after=after, limit=100, wait=10)
        if not isinstance(page, EventPage):
            raise SystemExit(f"no events: {page}")
        for event in page.events:
            told.events.append(event.document.type_)
            after = event.sequence
            if event.document.type_ == "dossier-head":
                head = fetch_document.sync(event.document.issuer, event.document.id, client=platform)
                if told.about(sandbox.trust.open(head.to_dict()), waybill_number):
                    return event.document.digest
    raise SystemExit(f"no dossier within {PATIENCE_SECONDS} s")


def main(path: Path) -> None:
    """Do the job."""
    sandbox, told = Sandbox(path), Told("rest")
    number = fresh()
    order_key = Key(scheme="order", issuer=PLATFORM, value="O" + number)
    waybill_key = Key(scheme="waybill", issuer=CARRIER, value="W" + number)
    submit(sandbox, told, order(sandbox, order_key))
    submit(sandbox, told, payment(sandbox, order_key))
    submit(sandbox, told, waybill(sandbox, waybill_key, order_key))
    submit(
        sandbox,
        told,
        order(sandbox, Key(scheme="order", issuer=PLATFORM, value="X" + number), quantity="two"),
    )
    cut = follow(sandbox, told, waybill_key.value)
    subject = fetch_subject.sync(
        "consignment",
        client=client(sandbox, PLATFORM),
        scheme=waybill_key.scheme,
        issuer=waybill_key.issuer,
        value=waybill_key.value,
    )
    if not isinstance(subject, Subject):
        raise SystemExit(f"no consignment: {subject}")
    told.export = subject.portions[0].tracks["export"]
    print(f"consignment {waybill_key.value}: export {told.export}")
    bundle = fetch_dossier.sync_detailed(cut, client=client(sandbox, PLATFORM))
    told.verified(bundle.content, sandbox.trust, cut, Path("dossier.json"))
    told.finish()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
