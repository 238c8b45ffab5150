"""`EventService`: what happened, for one party, as a stream that goes on where the caller left off."""

from typing import Final

from google.protobuf import json_format

from threeflow.errors import Refused, Unavailable
from threeflow.v1 import event_service_pb2 as pb
from threeflow_gateway.binding.verbs import Verbs
from threeflow_gateway.grpc.calls import Asked

__all__ = ["Events"]

_PAGE: Final = 100
_WAIT_SECONDS: Final = 1.0


class Events:
    """Answers the calls about events."""

    def __init__(self, verbs: Verbs) -> None:
        self._verbs = verbs
        self._closing = False

    def close(self) -> None:
        """Let streams end soon, so that their callers go on elsewhere."""
        self._closing = True

    async def list_events(self, said: pb.ListEventsRequest, asked: Asked) -> None:
        """Answer events after a number; then each new one, unless the caller wants no more."""
        call = await asked.admit(self._verbs)
        if said.limit < 0:
            raise Refused("bad-request", "TF-REST-1", "a limit is not negative", "/limit")
        after, left = said.after, said.limit or None
        wait = 0.0 if said.until_current else _WAIT_SECONDS
        while left is None or left > 0:
            page = await self._verbs.list_events(call, after, min(_PAGE, left or _PAGE), wait)
            for event in page["events"]:
                answer = pb.ListEventsResponse()
                json_format.ParseDict(event, answer.event)
                await asked.write(answer)
            after = page["next"]
            left = None if left is None else left - len(page["events"])
            if said.until_current and not page["events"]:
                return
            if self._closing:
                raise Unavailable("the node is closing; ask again with the last number that you hold")
            self._verbs.check_still(call)
