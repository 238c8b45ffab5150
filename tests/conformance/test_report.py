"""What a report tells of a failure: where the wrong message differs from the right one, and how to send it again."""

import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from threeflow.keys import SigningKey
from threeflow.v1 import document_service_pb2
from threeflow_conformance.engine import Outcome, Run
from threeflow_conformance.registry import Case, all_checks
from threeflow_conformance.report import data
from threeflow_conformance.report.curl import curl
from threeflow_conformance.report.difference import difference
from threeflow_conformance.report.html import page
from threeflow_conformance.speak.calls import SUBMIT, as_over_rest
from threeflow_conformance.speak.forge import dump, edited, flipped, sealed
from threeflow_conformance.world import Exchange, Lines

_KEY = SigningKey.generate("Ed25519", "xa.node#seal-1", "seal")
_PAYLOAD = dump(
    {"header": {"issuer": "xa.node"}, "name": "瓷器", "amount": "10.00", "currency": "EUR", "paid": True}
)


def test_a_changed_payload_is_shown_where_it_differs_and_nowhere_else() -> None:
    changed = _PAYLOAD.replace(b'"10.00"', b'"90.00"').replace(b"true", b"null")
    told = difference(sealed(changed, _KEY), sealed(_PAYLOAD, _KEY))
    at = _PAYLOAD.index(b"10.00")
    assert f"payload, from octet {at} on: 1 octet became 1 octet" in told
    assert "⟦1⟧0.00" in told
    assert "⟦9⟧0.00" in told
    assert "⟦true⟧" in told
    assert "⟦null⟧" in told
    assert "瓷器" in told
    assert "signature 1" in told


def test_a_flipped_bit_of_a_seal_is_shown_in_hexadecimal() -> None:
    def spoil(value: dict[str, Any]) -> None:
        value["signatures"][0]["signature"] = flipped(value["signatures"][0]["signature"], 63)

    right = sealed(_PAYLOAD, _KEY)
    told = difference(edited(right, spoil), right)
    assert told.startswith("signature 1, from octet 63 on: 1 octet became 1 octet\n- ")
    assert "payload" not in told


def test_a_payload_is_compared_with_a_payload_and_octets_with_octets() -> None:
    assert difference(sealed(_PAYLOAD + b" ", _KEY), _PAYLOAD).startswith(
        f"payload, from octet {len(_PAYLOAD)} on: nothing became 1 octet"
    )
    assert difference(b"hello", sealed(_PAYLOAD, _KEY)).startswith("body, from octet 0 on")
    assert difference(b"any", b"") == ""


@pytest.fixture
def heard() -> Any:
    """A server that keeps what it is sent."""
    kept: list[tuple[str, str, dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            kept.append((self.command, self.path, dict(self.headers), body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", kept
    server.shutdown()
    server.server_close()


def test_the_curl_line_sends_the_very_octets_again(heard: Any) -> None:
    target, kept = heard
    body = bytes(range(256)) + b"'\"$`\n"
    sent = Exchange("POST", "/v1/documents?a=1&b=it's", {"authorization": "Bearer x.y", "x-odd": "a'b"}, body)
    subprocess.run(["bash", "-c", curl(sent, target, "")], check=True, capture_output=True, timeout=30)
    ((method, path, headers, came),) = kept
    assert (method, path, came) == ("POST", "/v1/documents?a=1&b=it's", body)
    assert headers["authorization"] == "Bearer x.y"
    assert headers["x-odd"] == "a'b"


def test_a_call_over_grpc_is_framed_as_curl_has_to_send_it() -> None:
    line = curl(Exchange("GRPC", "/threeflow.v1.Documents/Submit", {}, b"\x0a\x01x"), "http://rest", "host:9")
    assert "--http2-prior-knowledge" in line
    assert line.endswith(" http://host:9/threeflow.v1.Documents/Submit")
    assert "AAAAAAMKAXg=" in line


def test_a_call_over_grpc_is_told_as_the_envelopes_that_it_carries() -> None:
    sent, came = sealed(_PAYLOAD, _KEY), sealed(b"{}", _KEY)
    octets = document_service_pb2.SubmitDocumentRequest(envelope=sent).SerializeToString()
    answer = document_service_pb2.SubmitDocumentResponse(receipt=came).SerializeToString()
    assert as_over_rest(SUBMIT, octets, "OK", answer) == (sent, came)
    assert as_over_rest(SUBMIT, b"\xff", "INTERNAL", b"") == (b"\xff", b"")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_card_says_clause_what_was_sent_what_came_and_the_difference(lang: str) -> None:
    check = next(each for each in all_checks() if each.id == "envelopes.any-bit")
    right = sealed(_PAYLOAD, _KEY)
    lines = Lines(check.id, twin=0, right=right)
    lines.exchanges.append(
        Exchange(
            "POST", "/v1/documents", {}, sealed(_PAYLOAD.replace(b"10.00", b"<b>00"), _KEY), 201, {}, right
        )
    )
    lines.exchanges.append(Exchange("GET", "/v1/events?after=0", {}, None, 200))
    network = type(
        "Network", (), {"role": type("R", (), {"name": "hub"}), "node": "xa.hub", "target": "http://t"}
    )
    outcome = Outcome(Case(check, ""), "fail", "TF-SEAL-8", "seal-invalid was due", lines=lines)
    said = data.of_run(Run(network, [outcome]))  # type: ignore[arg-type]
    html = page(said, lang)
    card = html[html.index('class="card fail"') : html.index("<h2>")]
    assert "TF-SEAL-8" in card
    assert "A verifier MUST refuse" in card
    assert "<mark>&lt;b&gt;</mark>" in card
    assert "<b>00" not in card
    assert "POST /v1/documents" in card
    assert "curl -sS -i -X POST" in card
    assert ("发送" in card) is (lang == "zh")
    assert json.dumps(said)
