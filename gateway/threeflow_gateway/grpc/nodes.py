"""`NodeService`: what a node says of itself and by what it judges; these calls need no caller token."""

from typing import Any

import orjson
from google.protobuf import json_format

from threeflow.v1 import node_service_pb2 as pb
from threeflow_gateway.binding import parameters
from threeflow_gateway.binding.published import MOST_CODES
from threeflow_gateway.binding.verbs import Verbs
from threeflow_gateway.grpc.calls import Asked

__all__ = ["Nodes"]


class Nodes:
    """Answers the calls about the node."""

    def __init__(self, verbs: Verbs) -> None:
        self._verbs = verbs

    async def fetch_statement(
        self, _said: pb.FetchStatementRequest, _asked: Asked
    ) -> pb.FetchStatementResponse:
        """Answer the node's statement."""
        return pb.FetchStatementResponse(statement=self._verbs.fetch_statement())

    async def fetch_trust_lists(self, _said: pb.FetchTrustListsRequest, asked: Asked) -> None:
        """Answer the trust lists held, one a message."""
        for octets in await self._verbs.fetch_trust_lists():
            await asked.write(pb.FetchTrustListsResponse(list=octets))

    async def fetch_standard_file(
        self, said: pb.FetchStandardFileRequest, _asked: Asked
    ) -> pb.FetchStandardFileResponse:
        """Answer one file of the standard."""
        return pb.FetchStandardFileResponse(content=self._verbs.fetch_standard_file(said.name))

    async def list_rules(self, said: pb.ListRulesRequest, _asked: Asked) -> pb.ListRulesResponse:
        """Answer the rules that bind documents of a type and a profile."""
        parameters.check("listRules", _said(type=said.type, profile=said.profile))
        found = await self._verbs.list_rules(said.type, said.profile)
        return json_format.ParseDict(found, pb.ListRulesResponse())

    async def fetch_rule(self, said: pb.FetchRuleRequest, _asked: Asked) -> pb.FetchRuleResponse:
        """Answer one rule, as REST does."""
        parameters.check("fetchRule", {"rule": said.rule})
        return pb.FetchRuleResponse(definition=orjson.dumps(await self._verbs.fetch_rule(said.rule)))

    async def list_code_lists(
        self, _said: pb.ListCodeListsRequest, _asked: Asked
    ) -> pb.ListCodeListsResponse:
        """Answer the code lists without their codes."""
        return json_format.ParseDict(await self._verbs.list_code_lists(), pb.ListCodeListsResponse())

    async def fetch_code_list(self, said: pb.FetchCodeListRequest, _asked: Asked) -> pb.FetchCodeListResponse:
        """Answer one code list and a page of its codes."""
        limit = said.limit or MOST_CODES
        parameters.check(
            "fetchCodeList", {"list": said.list, **_said(on=said.on), "after": said.after, "limit": limit}
        )
        found = await self._verbs.fetch_code_list(said.list, said.on, said.after, limit)
        return json_format.ParseDict(
            {**found, "codes": [_code(each) for each in found["codes"]]}, pb.FetchCodeListResponse()
        )


def _said(**asked: str) -> dict[str, str]:
    """Return what was asked; of an absent text protobuf shows an empty one."""
    return {name: value for name, value in asked.items() if value}


def _code(code: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in code.items() if name != "name"}
    names = {f"name{language.title()}": text for language, text in code.get("name", {}).items()}
    return {**kept, **names}
