"""What the docs show of looking around with a tool that knows nothing but reflection: `grpcurl`."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest

from kit.asynchronous import synchronous
from kit.members import Society
from kit.remote import both

GRPCURL = shutil.which("grpcurl") or shutil.which("grpcurl", path=str(Path(sys.executable).parent))
REQUIRED = os.environ.get("THREEFLOW_ENGINES") == "required"
PAGE = Path(__file__).resolve().parents[2] / "docs/how-to/serve-grpc.md"


async def explored(*words: str) -> str:
    """What grpcurl prints, an error included."""
    assert GRPCURL is not None, "grpcurl is not installed"
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(GRPCURL, "-plaintext", *words, stdout=pipe, stderr=pipe)
    out, error = await child.communicate()
    return (out + error).decode()


@pytest.mark.skipif(
    GRPCURL is None and not REQUIRED, reason="grpcurl is not installed (docs/how-to/serve-grpc.md)"
)
@synchronous
async def test_reflection_serves_what_the_page_shows(tmp_path: Path) -> None:
    async with both(tmp_path, Society()) as (_, remote, _):
        place = f"127.0.0.1:{remote.port}"
        page = PAGE.read_text("utf-8")
        services = await explored(place, "list")
        assert services in page
        described = await explored(place, "describe", "threeflow.v1.SubmitDocumentRequest")
        assert "bytes envelope = 1;" in described
        assert ".threeflow.v1.DocumentView view = 2;" in described
        assert await explored(place, "grpc.health.v1.Health/Check") in page
        rules = await explored("-d", '{"type": "order"}', place, "threeflow.v1.NodeService/ListRules")
        assert '"standard_digest"' in rules
        codes = await explored(
            "-d", '{"list": "iso-4217", "limit": 3}', place, "threeflow.v1.NodeService/FetchCodeList"
        )
        assert '"code": "AED"' in codes
        refused = await explored(place, "threeflow.v1.LogService/FetchCheckpoint")
        assert "\n".join(refused.splitlines()[:3]) in page
        assert '"@type": "type.googleapis.com/threeflow.v1.RefusalDetail"' in refused
        assert '"code": "token-malformed"' in refused
