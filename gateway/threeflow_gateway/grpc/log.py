"""`LogService`: checkpoints of the node's log and proofs under them."""

from google.protobuf import json_format

from threeflow.v1 import log_service_pb2 as pb
from threeflow_gateway.binding import parameters
from threeflow_gateway.binding.verbs import Verbs
from threeflow_gateway.grpc.calls import Asked

__all__ = ["Log"]


class Log:
    """Answers the calls about the log."""

    def __init__(self, verbs: Verbs) -> None:
        self._verbs = verbs

    async def fetch_checkpoint(
        self, _said: pb.FetchCheckpointRequest, asked: Asked
    ) -> pb.FetchCheckpointResponse:
        """Answer the newest checkpoint."""
        call = await asked.admit(self._verbs)
        return pb.FetchCheckpointResponse(checkpoint=await self._verbs.fetch_checkpoint(call))

    async def prove_inclusion(
        self, said: pb.ProveInclusionRequest, asked: Asked
    ) -> pb.ProveInclusionResponse:
        """Answer a proof of inclusion."""
        call = await asked.admit(self._verbs)
        parameters.check("proveInclusion", {"index": said.index, "size": said.size})
        found = await self._verbs.prove_inclusion(call, said.index, said.size)
        return json_format.ParseDict(found, pb.ProveInclusionResponse())

    async def prove_consistency(
        self, said: pb.ProveConsistencyRequest, asked: Asked
    ) -> pb.ProveConsistencyResponse:
        """Answer a proof of consistency."""
        call = await asked.admit(self._verbs)
        parameters.check("proveConsistency", {"first": said.first, "second": said.second})
        found = await self._verbs.prove_consistency(call, said.first, said.second)
        return json_format.ParseDict(found, pb.ProveConsistencyResponse())
