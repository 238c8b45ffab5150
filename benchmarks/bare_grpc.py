"""The least gRPC server that could answer, on the gateway's own library and loop: ``bare_grpc PORT``."""

import os
import sys
from typing import Any

import grpc
import grpc.aio
import uvloop

ANSWER = b"r" * int(os.environ.get("BARE_ANSWER_OCTETS", "1500"))


async def submit(_octets: bytes, _context: object) -> bytes:
    """One exchange."""
    return ANSWER


async def serve(port: int) -> None:
    """Serve until the process is ended."""
    server = grpc.aio.server()
    handler: Any = grpc.unary_unary_rpc_method_handler(submit)
    service = grpc.method_handlers_generic_handler(
        "threeflow.v1.DocumentService", {"SubmitDocument": handler}
    )
    server.add_generic_rpc_handlers((service,))
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    await server.wait_for_termination()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
