"""The main job over gRPC: an order, a payment and a waybill, then the release.

Usage: python grpc_job.py CLIENT.JSON
"""

import json
import sys
import uuid
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.json_format import MessageToDict
from google.rpc.status_pb2 import Status
from job import CARRIER, PAYMENTS, PLATFORM, Sandbox, Told, fresh, now

from threeflow.v1 import common_pb2 as common
from threeflow.v1.document_service_pb2 import FetchDocumentRequest, SubmitDocumentRequest
from threeflow.v1.document_service_pb2_grpc import DocumentServiceStub
from threeflow.v1.document_view_pb2 import DocumentView
from threeflow.v1.event_service_pb2 import ListEventsRequest
from threeflow.v1.event_service_pb2_grpc import EventServiceStub
from threeflow.v1.funds_pb2 import Payment
from threeflow.v1.logistics_pb2 import Waybill
from threeflow.v1.refusal_detail_pb2 import RefusalDetail
from threeflow.v1.subject_service_pb2 import FetchDossierRequest, FetchSubjectRequest
from threeflow.v1.subject_service_pb2_grpc import SubjectServiceStub
from threeflow.v1.trade_pb2 import Order

DOCUMENTS = "/threeflow.v1.DocumentService/"
SUBJECTS = "/threeflow.v1.SubjectService/"
EVENTS = "/threeflow.v1.EventService/"
PATIENCE_SECONDS = 90
CALL_SECONDS = 30


def metadata(
    sandbox: Sandbox, member: str, method: str, envelope: bytes | None = None
) -> list[tuple[str, str]]:
    """Return what proves the caller: a token for this one method, over the envelope where one is sent."""
    return [("authorization", "Bearer " + sandbox.token(member, "POST", method, envelope))]


def header(sandbox: Sandbox, type_: str, kind: str, issuer: str, key: common.Key) -> common.Header:
    """Return the header of a new document about the subject with this key."""
    # The payment institution is told of the order: by that its payment joins the order's case.
    told = [PAYMENTS] if type_ == "order" else []
    return common.Header(
        spec_version="1.0",
        type=type_,
        kind=kind,
        id=str(uuid.uuid4()),
        issuer=issuer,
        environment=sandbox.environment,
        issued_at=now(),
        receivers=[sandbox.audience, *told],
        subjects=[common.Subject(keys=[key])],
    )


def gbp(value: str) -> common.Amount:
    """Return an amount; every decimal is a text."""
    return common.Amount(value=value, currency="GBP")


def order(sandbox: Sandbox, key: common.Key, quantity: str = "2") -> Order:
    """Return an order of tea pots."""
    pots = common.Item(
        sequence=1,
        names=[common.Text(lang="en", text="Porcelain tea pot")],
        hs_code=common.Code(list="hs-2022", code="691110"),
        quantity=common.Quantity(value=quantity, unit="H87"),
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
        parties=Order.OrderParties(
            platform=common.Party(name="Poyang Lake Market"),
            seller=common.Party(name="Ganjiang Ceramics Co., Ltd."),
            buyer=common.Party(natural_person=True, account_reference="u-5f2c91", country="DE"),
        ),
        totals=Order.Totals(goods_value=gbp("49"), amount_paid=gbp("49")),
    )


def payment(sandbox: Sandbox, order_key: common.Key) -> Payment:
    """Return the payment of the order."""
    return Payment(
        header=header(sandbox, "payment", "paid", PAYMENTS, order_key),
        payment_number="P" + fresh(),
        paid_at=now(),
        parties=Payment.PaymentParties(
            payment_provider=common.Party(name="Gan Pay"),
            payer=common.Party(natural_person=True, account_reference="u-5f2c91"),
        ),
        amount=gbp("49"),
        orders=[Payment.PaymentShare(order=order_key, amount=gbp("49"))],
    )


def waybill(sandbox: Sandbox, key: common.Key, order_key: common.Key) -> Waybill:
    """Return the waybill of one carton; where it goes decides whose customs may act on it."""
    return Waybill(
        header=header(sandbox, "waybill", "house", CARRIER, key),
        waybill_number=key.value,
        orders=[order_key],
        parties=Waybill.WaybillParties(
            carrier=common.Party(name="Gan River Air Express"),
            consignor=common.Party(name="Ganjiang Ceramics Co., Ltd."),
        ),
        carriage=common.Carriage(dispatch_country="CN", destination_country="DE"),
        packages=[common.Package(id="P1", type="CT")],
        package_count=1,
        gross_weight=common.Mass(value="2.1", unit="KGM"),
    )


def submit(channel: grpc.Channel, sandbox: Sandbox, told: Told, name: str, document: Any) -> None:
    """Seal a typed document and submit it beside its view; print its receipt or its refusal."""
    payload = json.dumps(MessageToDict(document), ensure_ascii=False).encode()
    member = document.header.issuer
    envelope = json.dumps(sandbox.seal(member, payload)).encode()
    request = SubmitDocumentRequest(envelope=envelope, view=DocumentView(**{name: document}))
    proof = metadata(sandbox, member, DOCUMENTS + "SubmitDocument", envelope)
    try:
        answer = DocumentServiceStub(channel).SubmitDocument(request, metadata=proof, timeout=CALL_SECONDS)
    except grpc.RpcError as error:
        detail = refusal_detail(error)
        if not detail.HasField("envelope"):
            raise
        told.refused(json.loads(sandbox.trust.open(json.loads(detail.envelope)))["problem"])
        return
    told.receipt(name, payload, json.loads(sandbox.trust.open(json.loads(answer.receipt))))


def refusal_detail(error: Any) -> RefusalDetail:
    """Return what the status of a refused call holds in its details."""
    trailing = dict(error.trailing_metadata())
    detail = RefusalDetail()
    for each in Status.FromString(trailing["grpc-status-details-bin"]).details:
        if each.Unpack(detail):
            return detail
    raise error


def follow(channel: grpc.Channel, sandbox: Sandbox, told: Told, waybill_number: str) -> str:
    """Read the platform's events until the dossier of the waybill was cut; return its digest."""
    proof = metadata(sandbox, PLATFORM, EVENTS + "ListEvents")
    documents = DocumentServiceStub(channel)
    stream = EventServiceStub(channel).ListEvents(
        ListEventsRequest(), metadata=proof, timeout=PATIENCE_SECONDS
    )
    for each in stream:
        told.events.append(each.event.document.type)
        if each.event.document.type == "dossier-head":
            named = each.event.document
            proof = metadata(sandbox, PLATFORM, DOCUMENTS + "FetchDocument")
            asked = FetchDocumentRequest(issuer=named.issuer, id=named.id)
            head = documents.FetchDocument(asked, metadata=proof, timeout=CALL_SECONDS).envelope
            if told.about(sandbox.trust.open(json.loads(head)), waybill_number):
                stream.cancel()
                return str(named.digest)
    raise SystemExit("the stream of events ended without a dossier")


def main(path: Path) -> None:
    """Do the job."""
    sandbox, told = Sandbox(path), Told("grpc")
    number = fresh()
    order_key = common.Key(scheme="order", issuer=PLATFORM, value="O" + number)
    waybill_key = common.Key(scheme="waybill", issuer=CARRIER, value="W" + number)
    with grpc.insecure_channel(sandbox.grpc) as channel:
        submit(channel, sandbox, told, "order", order(sandbox, order_key))
        submit(channel, sandbox, told, "payment", payment(sandbox, order_key))
        submit(channel, sandbox, told, "waybill", waybill(sandbox, waybill_key, order_key))
        refused = order(
            sandbox, common.Key(scheme="order", issuer=PLATFORM, value="X" + number), quantity="two"
        )
        submit(channel, sandbox, told, "order", refused)
        cut = follow(channel, sandbox, told, waybill_key.value)
        subjects = SubjectServiceStub(channel)
        proof = metadata(sandbox, PLATFORM, SUBJECTS + "FetchSubject")
        asked = FetchSubjectRequest(kind="consignment", key=waybill_key)
        subject = subjects.FetchSubject(asked, metadata=proof, timeout=CALL_SECONDS)
        told.export = subject.portions[0].tracks["export"]
        print(f"consignment {waybill_key.value}: export {told.export}")
        proof = metadata(sandbox, PLATFORM, SUBJECTS + "FetchDossier")
        pieces = subjects.FetchDossier(FetchDossierRequest(digest=cut), metadata=proof, timeout=CALL_SECONDS)
        bundle = b"".join(each.piece for each in pieces)
    told.verified(bundle, sandbox.trust, cut, Path("dossier.json"))
    told.finish()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
