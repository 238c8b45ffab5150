"""What is no node is never certified: exit code 1 or 2, in time, and never 0."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from threeflow_conformance import cli


def _answering(status: int, body: bytes, media: str, pause: float = 0) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(pause)
            self.send_response(status)
            self.send_header("content-type", media)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = do_GET  # noqa: N815 - the library's name

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    return Handler


TARGETS = {
    "everything-200": _answering(200, b"{}", "application/json"),
    "everything-200-as-an-envelope": _answering(
        200, b'{"payload":"e30","signatures":[]}', "application/jose+json"
    ),
    "everything-500": _answering(500, b"no", "text/plain"),
    "hanging": _answering(200, b"", "text/plain", pause=4),
    "unrelated": _answering(200, b"<html>hello</html>", "text/html"),
}


@pytest.fixture
def serve() -> Iterator[Callable[[type[BaseHTTPRequestHandler]], str]]:
    servers: list[ThreadingHTTPServer] = []

    def start(handler: type[BaseHTTPRequestHandler]) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def _run(folder: Path, target: str) -> int:
    network, form = folder / "network", folder / "form.toml"
    form.write_text("request_seconds = 1.0\n", encoding="utf-8")
    assert cli.main(["prepare", "--role", "hub", "--target", target, "--out", str(network)]) == 0
    words = ["run", "--role", "hub", "--target", target, "--network", str(network), "--parameters", str(form)]
    return cli.main([*words, "--out", str(folder / "out")])


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_what_is_no_node_is_not_certified(
    tmp_path: Path, serve: Callable[[type[BaseHTTPRequestHandler]], str], name: str
) -> None:
    began = time.monotonic()
    assert _run(tmp_path, serve(TARGETS[name])) in {1, 2}
    assert time.monotonic() - began < 30


def test_a_dead_target_is_told_at_once(tmp_path: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        target = f"http://127.0.0.1:{held.getsockname()[1]}"
    assert _run(tmp_path, target) == 2


def test_a_run_of_nothing_is_none(tmp_path: Path) -> None:
    """A name that chooses no case would leave the opening alone, which any node passes."""
    network = tmp_path / "network"
    assert cli.main(["prepare", "--role", "issuer:carrier", "--out", str(network)]) == 0
    words = ["run", "--role", "issuer:carrier", "--network", str(network), "--out", str(tmp_path / "out")]
    for more in (["--only", "TF-SEAL-999"], ["--only", "nothing.at-all"], ["--profile", "nowhere"]):
        assert cli.main([*words, *more]) == 2
    assert not (tmp_path / "out").exists()
