"""`DocumentService`: submit one or many, fetch again."""

from threeflow import digest, envelope, strict, views
from threeflow.errors import Refused, Unavailable
from threeflow.v1 import document_service_pb2 as pb
from threeflow.v1.document_view_pb2 import DocumentView
from threeflow_gateway.binding import parameters
from threeflow_gateway.binding.verbs import Call, Verbs
from threeflow_gateway.grpc import statuses
from threeflow_gateway.grpc.batch import Batch
from threeflow_gateway.grpc.calls import Asked
from threeflow_gateway.intake.examine import Shown
from threeflow_gateway.intake.service import Taken

__all__ = ["Documents"]


class Documents:
    """Answers the calls about documents."""

    def __init__(self, verbs: Verbs, *, document_octets: int, batch_octets: int) -> None:
        self._verbs = verbs
        self._document_octets = document_octets
        self._batch_octets = batch_octets

    async def submit_document(
        self, said: pb.SubmitDocumentRequest, asked: Asked
    ) -> pb.SubmitDocumentResponse:
        """Take one envelope in."""
        self._check_size(said.envelope)
        call = await asked.admit(self._verbs, dig=digest.of(said.envelope), once=False)
        taken = await self._submitted(call, said)
        if taken.refused is not None:
            raise statuses.EndedError(statuses.refused(taken.refused, taken.envelope))
        return pb.SubmitDocumentResponse(receipt=taken.envelope, repeated_delivery=taken.repeated)

    async def submit_batch(self, asked: Asked) -> None:
        """Take envelopes in as they come, and answer each in the order sent."""
        call = await asked.admit(self._verbs)
        await Batch(asked, lambda said: self._line(call, said), most_octets=self._batch_octets).run()

    async def fetch_document(self, said: pb.FetchDocumentRequest, asked: Asked) -> pb.FetchDocumentResponse:
        """Answer an envelope as it was received."""
        call = await asked.admit(self._verbs)
        parameters.check("fetchDocument", {"issuer": said.issuer, "id": said.id})
        raw = await self._verbs.fetch_document(call, said.issuer, said.id)
        answer = pb.FetchDocumentResponse(envelope=raw)
        if said.with_view:
            answer.view.CopyFrom(views.view_of(strict.parse_object(envelope.read(raw).payload)))
        return answer

    async def fetch_receipt(self, said: pb.FetchReceiptRequest, asked: Asked) -> pb.FetchReceiptResponse:
        """Answer the receipt as first given."""
        call = await asked.admit(self._verbs)
        parameters.check("fetchReceipt", {"issuer": said.issuer, "id": said.id})
        return pb.FetchReceiptResponse(receipt=await self._verbs.fetch_receipt(call, said.issuer, said.id))

    async def _line(self, call: Call, said: pb.SubmitBatchRequest) -> pb.SubmitBatchResponse:
        self._verbs.check_still(call)
        answer = pb.SubmitBatchResponse(mark=said.mark)
        try:
            self._check_size(said.envelope)
            self._verbs.line(call)
            taken = await self._submitted(call, said)
        except Refused as refused:
            answer.problem = statuses.problem(refused)
        except Unavailable as error:
            answer.problem = statuses.problem(statuses.cannot(str(error)))
        else:
            answer.repeated_delivery = taken.repeated
            if taken.refused is None:
                answer.receipt = taken.envelope
            else:
                answer.refusal = taken.envelope
        return answer

    async def _submitted(self, call: Call, said: pb.SubmitDocumentRequest | pb.SubmitBatchRequest) -> Taken:
        shown = _shown(said.view) if said.HasField("view") else None
        return await self._verbs.submit(call, said.envelope, shown)

    def _check_size(self, octets: bytes) -> None:
        if len(octets) > self._document_octets:
            detail = f"a document is larger than {self._document_octets} octets"
            raise Refused("too-large", "TF-INTAKE-2", detail)


def _shown(view: DocumentView) -> Shown:
    return lambda payload: views.check(view, payload)
