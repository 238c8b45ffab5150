"""A consignment that crosses from xa to xb, of SDK pieces alone: keys, lists, documents, log, dossier."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from kit.listed import (
    ASKED_AT,
    CHECKPOINT_AT,
    CUT_AT,
    DECIDES,
    DECLARATION,
    ENVIRONMENT,
    EXIT_OFFICE,
    EXPORT_OFFICE,
    IMPORT_OFFICE,
    OFFICES,
    ORDER,
    PARTIES,
    ROLES,
    START,
    TERRITORIES,
    VALID_UNTIL,
    WAYBILL,
    WITNESSED_AT,
    Listed,
    Piece,
)
from threeflow import documents, dossier, envelope, log, parts, receipts, strict
from threeflow.dossier import Held, Order, Proof
from threeflow.keys import SigningKey
from threeflow.standard import Standard

__all__ = [
    "ASKED_AT", "CHECKPOINT_AT", "CUT_AT", "DECIDES", "DECLARATION", "ENVIRONMENT", "EXIT_OFFICE",
    "EXPORT_OFFICE", "IMPORT_OFFICE", "OFFICES", "ORDER", "PARTIES", "ROLES", "START", "TERRITORIES",
    "VALID_UNTIL", "WAYBILL", "WITNESSED_AT", "Crossing", "Piece", "resealed", "with_head",
]  # fmt: skip


@dataclass
class Crossing(Listed):
    """The keys of all nodes, the documents so far, and the log of xa.customs."""

    pieces: dict[str, Piece] = field(default_factory=dict)
    tree: log.MerkleTree = field(default_factory=log.MerkleTree)

    # -- documents

    def add(self, name: str, type_: str, kind: str, issuer: str, **content: Any) -> Piece:
        """Seal a document, let xa.customs take it in, and keep it under a name of the test."""
        minutes = len(self.pieces)
        at = content.pop("issued_at", START + timedelta(minutes=minutes))
        bound, key = content.pop("part_octets", ()), content.pop("key", None)
        payload = documents.build(
            type_,
            kind,
            issuer=issuer,
            environment=content.pop("environment", ENVIRONMENT),
            issued_at=at,
            receivers=content.pop("receivers", ["xa.customs"]),
            subjects=content.pop("subjects", ()),
            references=content.pop("references", ()),
            header=content.pop("header", None),
            **content,
        )
        piece = Piece(payload, envelope.seal(strict.dump(payload), key or self.keys[issuer], parts=bound))
        self.take_in(piece, at)
        self.pieces[name] = piece
        return piece

    def take_in(self, piece: Piece, at: datetime) -> None:
        """Give the document a receipt of xa.customs and a leaf."""
        piece.receipt = self.receipt_for(piece.payload, piece.digest, "xa.customs", at, index=self.tree.size)
        self.tree.append(log.leaf_hash(envelope.read(piece.receipt).payload))

    def receipt_for(
        self, payload: Mapping[str, Any], digest: str, by: str, at: datetime, *, index: int | None = None
    ) -> bytes:
        header = payload["header"]
        about = receipts.Acknowledged(
            header["issuer"], header["id"], digest, header["type"], (f"{header['issuer']}#seal-1",)
        )
        made = receipts.build(
            id=str(uuid4()),
            issuer=by,
            environment=ENVIRONMENT,
            issued_at=documents.timestamp(at + timedelta(seconds=5)),
            receivers=[header["issuer"]],
            document=about,
            outcome="accepted",
            salt=bytes(range(16)),
            log_id=None if index is None else f"{by}/log-1",
            index=index,
        )
        return envelope.seal(strict.dump(made), self.keys[by])

    def act(self, minutes: int, office: Mapping[str, str] = EXPORT_OFFICE, **more: Any) -> dict[str, Any]:
        return {
            "position": "import" if office is IMPORT_OFFICE else "export",
            "office": dict(office),
            "legalEffect": "original",
            "legalBasis": {"lang": "en", "text": "Customs Act, section 7"},
            "automated": False,
            "decidedAt": documents.timestamp(START + timedelta(minutes=minutes)),
            **more,
        }

    def until_release(self) -> "Crossing":
        """Twenty documents, from the agreement to the goods at the place of export control, released."""
        self._agreements()
        self._flows()
        self._declared()
        self._decided()
        return self

    def _agreements(self) -> None:
        for side, other, office in (("xa", "xb", EXPORT_OFFICE), ("xb", "xa", IMPORT_OFFICE)):
            first = self.pieces.get("agreement-xa")
            named = [first.reference] if first else []
            self.add(
                f"agreement-{side}",
                "agreement",
                "corridor",
                f"{side}.customs",
                subjects=[documents.subject(documents.key("agreement", "xa.customs", "XA-XB-1"))],
                references=named,
                receivers=[f"{other}.customs"],
                act={k: v for k, v in self.act(0, office).items() if k != "position"},
                agreementNumber="XA-XB-1",
                sides=[{"jurisdiction": each, "authority": f"{each}.customs"} for each in ("xa", "xb")],
                validFrom=documents.timestamp(START - timedelta(days=1)),
                terms={
                    "exporting": ["xa"],
                    "importing": ["xb"],
                    "documents": ["declaration", "release"],
                    "purposes": ["release-on-documents"],
                    "retentionDays": 1000,
                    "onwardUse": "none",
                    "evidence": "evidence",
                },
            )

    def _flows(self) -> None:
        buyer = parts.make({"name": "Bea Buyer", "address": {"lines": ["1 Made-up Way"], "country": "DE"}})
        bank = parts.make({"name": "Bea Buyer", "accountReference": "DE-0001"})
        total = {"value": "24.00", "currency": "GBP"}
        goods = {
            "sequence": 1,
            "names": [{"lang": "en", "text": "Mug"}],
            "quantity": {"value": "24", "unit": "H87"},
        }
        self.add(
            "order",
            "order",
            "sale",
            "xa.platform",
            subjects=[documents.subject(ORDER, documents.key("ucr", "xa.platform", "6XA0000001"))],
            header={"parts": [parts.bind("buyer", buyer, ["clearance", "release-on-documents"])]},
            part_octets=[buyer],
            orderNumber="O1",
            orderType="b2c",
            orderedAt=documents.timestamp(START),
            parties={
                "platform": {"name": "Demo Platform"},
                "seller": {"name": "Demo Seller"},
                "buyer": {"part": "buyer"},
            },
            currency="GBP",
            items=[goods],
            totals={"goodsValue": total, "amountPaid": total},
        )
        self.add(
            "payment",
            "payment",
            "paid",
            "xa.payments",
            subjects=[documents.subject(ORDER)],
            references=[self.pieces["order"].reference],
            header={"parts": [parts.bind("payer", bank, ["fx"])]},
            part_octets=[bank],
            paymentNumber="P1",
            paidAt=documents.timestamp(START),
            parties={"paymentProvider": {"name": "Demo Payments"}, "payer": {"part": "payer"}},
            amount=total,
            orders=[{"order": ORDER, "amount": total}],
        )
        self.add(
            "waybill",
            "waybill",
            "house",
            "xa.carrier",
            subjects=[documents.subject(WAYBILL)],
            references=[self.pieces["order"].reference],
            waybillNumber="WB1",
            parties={"carrier": {"name": "Demo Carrier"}},
            packages=[{"id": "P1"}, {"id": "P2"}],
            packageCount=2,
            grossWeight={"value": "9.5", "unit": "KGM"},
        )

    def _declared(self) -> None:
        quantity = {"value": "24", "unit": "H87"}
        named = [self.pieces[name].reference for name in ("order", "payment", "waybill")]
        self.add(
            "declaration",
            "declaration",
            "list",
            "xa.declarant",
            subjects=[documents.subject(WAYBILL, DECLARATION)],
            references=named,
            declarationNumber="D1",
            direction="export",
            procedure={"list": "cn-supervision-mode", "code": "9610"},
            declarationOffice=EXPORT_OFFICE,
            parties={"declarant": {"name": "Demo Export Broker"}},
            items=[{"sequence": 1, "names": [{"lang": "en", "text": "Mug"}], "quantity": quantity}],
            packages=[
                {"id": "P1", "contents": [{"sequence": 1, "quantity": "12"}]},
                {"id": "P2", "contents": [{"sequence": 1, "quantity": "12"}]},
            ],
            totals={"packageCount": 2, "grossWeight": {"value": "9.5", "unit": "KGM"}},
        )

    def status(self, name: str, kind: str, minutes: int, **act: Any) -> Piece:
        return self.add(
            name,
            "customs-status",
            kind,
            "xa.customs",
            receivers=["xa.declarant"],
            references=[self.pieces["declaration"].reference],
            act=self.act(minutes, scope={"all": True}, **act),
        )

    def event(self, name: str, kind: str, minutes: int, **more: Any) -> Piece:
        return self.add(
            name,
            "logistics-event",
            kind,
            "xa.carrier",
            subjects=[documents.subject(WAYBILL)],
            references=[self.pieces["waybill"].reference],
            eventTime=documents.timestamp(START + timedelta(minutes=minutes)),
            classifier="actual",
            **more,
        )

    def _decided(self) -> None:
        consignment = [documents.subject(WAYBILL, DECLARATION)]
        self.status("registered", "registered", 6)
        self.status("in-review", "in-review", 7)
        ordered = self.add(
            "inspection-order",
            "inspection-order",
            "physical",
            "xa.customs",
            receivers=["xa.declarant"],
            subjects=consignment,
            references=[self.pieces["declaration"].reference],
            act=self.act(8, scope={"all": True}),
            orderNumber="I1",
        )
        for minutes, kind in enumerate(("at-control-place", "gate", "handover"), start=9):
            self.event(kind, kind, minutes)
        result = self.add(
            "inspection-result",
            "inspection-result",
            "conform",
            "xa.customs",
            receivers=["xa.declarant"],
            subjects=consignment,
            references=[ordered.reference],
            act=self.act(13, scope={"all": True}),
            orderNumber="I1",
            method="physical",
            inspectedAt=documents.timestamp(START + timedelta(minutes=13)),
            opened=["P1"],
            speaksFor="scope",
            outcome="conform",
        )
        self.event("sealed", "sealed", 14)
        self.release("release", 15, extra=[result.reference])
        for minutes, kind in enumerate(("sorted", "displayed", "handover", "gate", "sealed"), start=16):
            self.event(f"{kind}-again", kind, minutes)

    def release(
        self, name: str, minutes: int, *, extra: Sequence[Mapping[str, str]] = (), **more: Any
    ) -> Piece:
        named = [self.pieces["declaration"].reference, self.pieces["registered"].reference, *extra]
        return self.add(
            name,
            "release",
            more.pop("kind", "full"),
            "xa.customs",
            receivers=["xa.declarant", "xa.carrier"],
            subjects=[documents.subject(WAYBILL, DECLARATION)],
            references=more.pop("references", named),
            act=self.act(
                minutes,
                scope=more.pop("scope", {"all": True}),
                declarationVersion=more.pop("version", 1),
                declarationDigest=more.pop("declaration", self.pieces["declaration"].digest),
            ),
            releaseNumber="R1",
            basis="inspection",
            validUntil=documents.timestamp(VALID_UNTIL),
        )

    # -- log and dossier

    def checkpoint(self, at: datetime = CHECKPOINT_AT) -> bytes:
        payload = documents.build(
            "checkpoint",
            None,
            issuer="xa.customs",
            environment=ENVIRONMENT,
            issued_at=at,
            receivers=["xb.customs"],
            log="xa.customs/log-1",
            size=self.tree.size,
            root=f"sha-256:{self.tree.root().hex()}",
        )
        return envelope.seal(strict.dump(payload), self.keys["xa.customs"])

    def witness(self, raw: bytes, by: str = "xb.customs", at: datetime = WITNESSED_AT) -> bytes:
        """A receipt of another node for a checkpoint, a head or a document."""
        env = envelope.read(raw)
        return self.receipt_for(strict.parse_object(env.payload), env.digest, by, at)

    def held(self) -> list[Held]:
        size = self.tree.size
        return [
            Held(piece.raw, piece.receipt, Proof(index, size, self.path(index)))
            for index, piece in enumerate(self.pieces.values())
        ]

    def path(self, index: int) -> tuple[str, ...]:
        return tuple(f"sha-256:{each.hex()}" for each in self.tree.inclusion_proof(index, self.tree.size))

    def order_for(self, **changes: Any) -> Order:
        agreement = self.pieces["agreement-xa"]
        plain: dict[str, Any] = {
            "issuer": "xa.customs",
            "environment": ENVIRONMENT,
            "head_id": str(UUID(int=7, version=4)),
            "receivers": ("xb.customs",),
            "purpose": "release-on-documents",
            "keys": (WAYBILL,),
            "as_of": CUT_AT,
            "issued_at": CUT_AT,
            "valid_until": VALID_UNTIL,
            "agreement": {name: agreement.reference[name] for name in ("issuer", "id", "digest")},
        }
        return Order(**plain | changes)

    def dossier(
        self,
        standard: Standard,
        *,
        witnessed: bool = True,
        held: Sequence[Held] | None = None,
        checkpoint: bytes | None = None,
        witnesses: Sequence[bytes] | None = None,
        signer: str = "xa.customs",
        withheld: Sequence[dossier.Withheld] = (),
        **order: Any,
    ) -> bytes:
        root = checkpoint or self.checkpoint()
        seen = [self.witness(root)] if witnessed else []
        return dossier.build(
            self.order_for(**order),
            seal_keys=[self.keys[signer]],
            standard=standard,
            held=self.held() if held is None else held,
            checkpoint=root,
            witnesses=seen if witnesses is None else witnesses,
            withheld=withheld,
        )


def resealed(octets: bytes, key: SigningKey, change: Callable[[dict[str, Any]], None]) -> bytes:
    """The dossier with another head: what the change makes of its payload, sealed anew."""
    found = dossier.read(octets)
    payload = strict.parse_object(found.head.envelope.payload)
    change(payload)
    return with_head(octets, envelope.seal(strict.dump(payload), key))


def with_head(octets: bytes, head: bytes) -> bytes:
    """The dossier with another head in its place."""
    found = dossier.read(octets)
    return octets.replace(found.head.envelope.compact, head, 1)
