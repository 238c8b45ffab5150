"""`SubjectService`: how a subject stands, and dossiers."""

from typing import Any, Final

from google.protobuf import json_format

from threeflow import digest
from threeflow.v1 import subject_service_pb2 as pb
from threeflow.v1.common_pb2 import Key
from threeflow_gateway.binding import parameters
from threeflow_gateway.binding.subjects import MOST_ENTRIES, Page
from threeflow_gateway.binding.verbs import Verbs
from threeflow_gateway.grpc.calls import Asked

__all__ = ["Subjects"]

_PIECE_OCTETS: Final = 262_144


class Subjects:
    """Answers the calls about subjects."""

    def __init__(self, verbs: Verbs) -> None:
        self._verbs = verbs

    async def fetch_subject(self, said: pb.FetchSubjectRequest, asked: Asked) -> pb.FetchSubjectResponse:
        """Answer a subject; an account with one page of its entries."""
        call = await asked.admit(self._verbs)
        key = _key(said.key)
        limit = said.entries_limit or MOST_ENTRIES
        page = {"entries-after": said.entries_after, "entries-limit": limit}
        parameters.check("fetchSubject", {"kind": said.kind, **key, **page})
        found = await self._verbs.fetch_subject(call, said.kind, key, Page(said.entries_after, limit))
        return json_format.ParseDict(found, pb.FetchSubjectResponse())

    async def make_dossier(self, said: pb.MakeDossierRequest, asked: Asked) -> pb.MakeDossierResponse:
        """Cut a dossier; the token is bound to the request's octets, since the call changes something."""
        call = await asked.admit(self._verbs, dig=digest.of(asked.octets))
        wanted: dict[str, Any] = {
            "subject": _key(said.subject),
            "receivers": list(said.receivers),
            "purpose": said.purpose,
        }
        if said.HasField("agreement"):
            named = said.agreement
            wanted["agreement"] = {"issuer": named.issuer, "id": named.id, "digest": named.digest}
        parameters.check("makeDossier", wanted)
        return pb.MakeDossierResponse(head=await self._verbs.make_dossier(call, wanted))

    async def fetch_dossier(self, said: pb.FetchDossierRequest, asked: Asked) -> None:
        """Answer a bundle in pieces."""
        call = await asked.admit(self._verbs)
        parameters.check("fetchDossier", {"digest": said.digest})
        octets = await self._verbs.fetch_dossier(call, said.digest)
        for start in range(0, len(octets), _PIECE_OCTETS):
            await asked.write(pb.FetchDossierResponse(piece=octets[start : start + _PIECE_OCTETS]))


def _key(key: Key) -> dict[str, str]:
    return {"scheme": key.scheme, "issuer": key.issuer, "value": key.value}
