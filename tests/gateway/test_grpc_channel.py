"""The channel of the gRPC binding: TLS, plaintext by name only, health, reflection, compression."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.remote import Remote, both
from kit.stations import configure, free_ports, in_process
from threeflow.grpc_channel import endpoint_in
from threeflow.grpc_client import GrpcClient
from threeflow.v1 import document_service_pb2 as documents
from threeflow_gateway.app import Gateway
from threeflow_gateway.config import MisconfiguredError, load

SERVICES = {f"threeflow.v1.{each}Service" for each in ("Document", "Event", "Log", "Node", "Subject")}


class Certified:
    """A key pair and its certificate, signed by an authority or by itself."""

    def __init__(self, name: str, authority: "Certified | None" = None, *, key: Any = None) -> None:
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        self.subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        signer = authority or self
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.subject)
            .issuer_name(signer.subject)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=authority is None, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
            )
        )
        algorithm = None if isinstance(signer.key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
        self.certificate = builder.sign(signer.key, algorithm)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def private(self) -> bytes:
        return bytes(
            self.key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )

    def save(self, folder: Path, name: str) -> dict[str, str]:
        """Write both files; return the settings that name them."""
        (folder / f"{name}.pem").write_bytes(self.pem)
        (folder / f"{name}-key.pem").write_bytes(self.private)
        (folder / f"{name}-key.pem").chmod(0o600)
        return {"certificate": str(folder / f"{name}.pem"), "private_key": str(folder / f"{name}-key.pem")}


@pytest.mark.requirement("TF-GRPC-19")
@synchronous
async def test_under_tls_only_who_trusts_the_authority_and_has_a_certificate_is_served(
    tmp_path: Path,
) -> None:
    authority, stranger = Certified("Test authority"), Certified("Another authority")
    files = Certified("127.0.0.1", authority).save(tmp_path, "server")
    (tmp_path / "authority.pem").write_bytes(authority.pem)
    caller = Certified("xa.platform", authority)
    (port,) = free_ports(1)
    tls: dict[str, Any] = {
        "plaintext": False, "port": port, "endpoint": f"https://127.0.0.1:{port}", **files,
        "client_authorities": str(tmp_path / "authority.pem"), "compression": True,
    }  # fmt: skip
    good = grpc.ssl_channel_credentials(authority.pem, caller.private, caller.pem)
    wrong = (
        grpc.ssl_channel_credentials(stranger.pem, caller.private, caller.pem),
        grpc.ssl_channel_credentials(authority.pem),
        grpc.ssl_channel_credentials(authority.pem, stranger.private, stranger.pem),
        None,
    )
    async with both(tmp_path, Society(), settings={"grpc": tls}) as (station, _, gateway):
        keys = station.society.keys["xa.platform"]
        async with GrpcClient(
            f"https://127.0.0.1:{port}", "xa.platform", keys.token, keys.seal, audience=station.node,
            trust=station.society.store(), credentials=good,
        ) as client:  # fmt: skip
            assert (await client.submit(Parcel().order)).state == "accepted"
            named: Any = (await client.statement())["bindings"]
            assert named[1] == {"binding": "grpc", "endpoint": f"https://127.0.0.1:{port}"}
        for credentials in wrong:
            remote = Remote(station, f"127.0.0.1:{port}", credentials)
            found = await remote.failing("NodeService/FetchStatement", b"", metadata=(), seconds=5)
            assert found.status in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}
            await remote.channel.close()
        assert await asyncio.to_thread(gateway.node.ledger.catch_up) == 1


@pytest.mark.requirement("TF-GRPC-19")
def test_plaintext_is_served_only_where_the_settings_say_so(tmp_path: Path) -> None:
    society = Society(
        endpoints={
            each: f"http://127.0.0.1:{n}" for n, each in enumerate(("xa.hub", "xa.customs", "xb.customs"), 1)
        }
    )
    files = Certified("127.0.0.1").save(tmp_path, "server")
    edwards = Certified("127.0.0.1", key=ed25519.Ed25519PrivateKey.generate()).save(tmp_path, "edwards")
    other = Certified("127.0.0.1", key=ec.generate_private_key(ec.SECP384R1())).save(tmp_path, "p384")
    (tmp_path / "no.pem").write_text("no certificate")
    base = {"port": 1, "endpoint": "http://127.0.0.1:1"}
    cases: list[tuple[dict[str, Any], str]] = [
        ({"endpoint": "https://127.0.0.1:1"}, "grpc.plaintext"),
        ({"endpoint": "https://127.0.0.1:1", "certificate": files["certificate"]}, "grpc.private_key"),
        ({"plaintext": True, **files}, "exclude each other"),
        ({**edwards, "endpoint": "https://127.0.0.1:1"}, "not P-256"),
        ({**other, "endpoint": "https://127.0.0.1:1"}, "not P-256"),
        (
            {**files, "endpoint": "https://127.0.0.1:1", "certificate": str(tmp_path / "no.pem")},
            "no certificate",
        ),
        ({**files, "endpoint": "http://127.0.0.1:1"}, "begins with https"),
        ({"plaintext": True, "endpoint": "http://127.0.0.1"}, "no gRPC endpoint"),
    ]
    for number, (said, complaint) in enumerate(cases):
        path = configure(tmp_path / str(number), society, "xa.customs", 1, {"grpc": {**base, **said}})
        with pytest.raises(MisconfiguredError, match=complaint):
            Gateway(load(path))


@synchronous
async def test_a_node_without_the_section_serves_no_grpc(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, gateway):
        assert gateway.grpc is None
        said: Any = await station.as_("xa.platform").statement()
        assert [each["binding"] for each in said["bindings"]] == ["rest"]
        with pytest.raises(LookupError, match="no gRPC binding"):
            endpoint_in(said)


@pytest.mark.requirement("TF-GRPC-20")
@synchronous
async def test_health_is_that_of_the_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("threeflow_gateway.grpc.server._HEALTH_SECONDS", 0.05)
    serving, closed = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING
    async with both(tmp_path, Society()) as (_, remote, gateway):
        stub = health_pb2_grpc.HealthStub(remote.channel)

        async def becomes(wanted: Any) -> None:
            for name in ("", *SERVICES):
                for _ in range(200):
                    # A service that was not looked at yet is not known.
                    with suppress(grpc.aio.AioRpcError):
                        if (await stub.Check(health_pb2.HealthCheckRequest(service=name))).status == wanted:
                            break
                    await asyncio.sleep(0.05)
                else:
                    raise TimeoutError(name)

        await becomes(serving)
        gateway.node.now = lambda: datetime.now(UTC) + timedelta(days=40)
        await becomes(closed)
        gateway.node.now = lambda: datetime.now(UTC)
        await becomes(serving)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.Check(health_pb2.HealthCheckRequest(service="threeflow.v1.Nothing"))
        assert caught.value.code() == grpc.StatusCode.NOT_FOUND


@synchronous
async def test_reflection_names_the_services_unless_it_is_off(tmp_path: Path) -> None:
    async def asked(remote: Remote) -> Any:
        stub = reflection_pb2_grpc.ServerReflectionStub(remote.channel)
        call = stub.ServerReflectionInfo(iter([reflection_pb2.ServerReflectionRequest(list_services="")]))
        return [each async for each in call]

    async with both(tmp_path / "on", Society()) as (_, remote, _):
        (answer,) = await asked(remote)
        assert {each.name for each in answer.list_services_response.service} >= SERVICES
    off = {"grpc": {"reflection": False}}
    async with both(tmp_path / "off", Society(), settings=off) as (_, remote, _):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await asked(remote)
        assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED


@synchronous
async def test_a_caller_may_compress_and_is_answered_compressed(tmp_path: Path) -> None:
    async with both(tmp_path, Society(), settings={"grpc": {"compression": True}}) as (station, remote, _):
        sealed = station.as_("xa.platform").seal(Parcel().order)
        call: Any = remote.channel.unary_unary("/threeflow.v1.DocumentService/SubmitDocument")
        pending = call(
            documents.SubmitDocumentRequest(envelope=sealed).SerializeToString(),
            metadata=(("authorization", remote.token("DocumentService/SubmitDocument", sealed)),),
            compression=grpc.Compression.Gzip,
        )
        assert documents.SubmitDocumentResponse.FromString(await pending).receipt
