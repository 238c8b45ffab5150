"""Keys: what signs, what verifies, and which public keys are fit for it (spec page ``envelope``)."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, Protocol, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from threeflow import base64url, digest, edwards, names, strict
from threeflow.errors import Refused

Algorithm = Literal["ES256", "Ed25519"]
Use = Literal["seal", "token"]

ALGORITHMS: Final[tuple[Algorithm, ...]] = ("ES256", "Ed25519")
USES: Final[tuple[Use, ...]] = ("seal", "token")
P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

_JWK_MEMBERS: Final[Mapping[str, tuple[str, ...]]] = {
    "ES256": ("crv", "kty", "x", "y"),
    "Ed25519": ("crv", "kty", "x"),
}
_JWK_CONSTANTS: Final[Mapping[str, tuple[str, str]]] = {
    "ES256": ("P-256", "EC"),
    "Ed25519": ("Ed25519", "OKP"),
}
# RFC 6979 nonces: a weak random source cannot give the key away
_SIGN: Final = ECDSA(SHA256(), deterministic_signing=True)
_VERIFY: Final = ECDSA(SHA256())


@dataclass(frozen=True)
class VerifyingKey:
    """A public key under its name; fit for use, since an unfit one cannot be made.

    ``jwk`` holds exactly the members of RFC 7638 (``crv``, ``kty``, ``x`` and, for ES256, ``y``).
    """

    kid: str
    alg: Algorithm
    use: Use
    jwk: Mapping[str, str]

    def __post_init__(self) -> None:
        """Refuse an unfit key.

        Raises:
            Refused: ``trust-list-invalid``, with TF-SEAL-14 where the key itself is unfit.
        """
        if not names.is_kid(self.kid):
            raise Refused("trust-list-invalid", "TF-CONV-12", f"{self.kid!r} is no kid")
        if self.use not in USES:
            raise Refused("trust-list-invalid", "TF-SEAL-7", f"the key {self.kid} has no known use")
        _load(self.alg, tuple(sorted(self.jwk.items())))

    @property
    def thumbprint(self) -> str:
        """The RFC 7638 thumbprint of the key, written as a digest."""
        return digest.of(_statement(tuple(sorted(self.jwk.items()))))

    def verify(self, signature: bytes, octets: bytes) -> bool:
        """Say whether the signature (64 octets) was made over the octets with this key."""
        if len(signature) != 64:
            return False
        key = _load(self.alg, tuple(sorted(self.jwk.items())))
        try:
            if isinstance(key, Ed25519PublicKey):
                key.verify(signature, octets)
                return True
            return _verify_ecdsa(key, signature, octets)
        except InvalidSignature:
            return False

    def __hash__(self) -> int:
        return hash((self.kid, self.alg, self.use))


class Signer(Protocol):
    """What signs in the name of one key, wherever its private half is: here, in another process, in a device.

    ``remote`` says whether signing waits for somebody else; who runs an event loop then signs on a thread.
    """

    @property
    def public(self) -> VerifyingKey:
        """The public half."""

    @property
    def kid(self) -> str:
        """The name of the key, ``node-id#key-id``."""

    @property
    def alg(self) -> Algorithm:
        """The algorithm of the key."""

    @property
    def use(self) -> Use:
        """What the key may make: seals or caller tokens."""

    @property
    def remote(self) -> bool:
        """Whether signing waits for another process or a device."""

    def sign(self, octets: bytes) -> bytes:
        """Return the 64-octet signature over the octets.

        Raises:
            Unavailable: the keeper of the private half does not answer now.
        """


@dataclass(frozen=True, repr=False)
class SigningKey:
    """A private key and its name. Its text form is a secret: keep the file readable by its owner only."""

    private: EllipticCurvePrivateKey | Ed25519PrivateKey
    public: VerifyingKey

    @property
    def kid(self) -> str:
        """The name of the key, ``node-id#key-id``."""
        return self.public.kid

    @property
    def alg(self) -> Algorithm:
        """The algorithm of the key."""
        return self.public.alg

    @property
    def use(self) -> Use:
        """What the key may make: seals or caller tokens."""
        return self.public.use

    @property
    def remote(self) -> bool:
        """No: the private half is here."""
        return False

    @classmethod
    def generate(cls, alg: Algorithm, kid: str, use: Use) -> "SigningKey":
        """Make a new key from the operating system's randomness."""
        private = Ed25519PrivateKey.generate() if alg == "Ed25519" else generate_private_key(SECP256R1())
        return cls._of(private, alg, kid, use)

    @classmethod
    def from_secret(cls, secret: bytes, alg: Algorithm, kid: str, use: Use) -> "SigningKey":
        """Make the key of a 32-octet secret: the Ed25519 seed, or the P-256 scalar in 1..n-1.

        Raises:
            ValueError: the secret is none of these.
        """
        if len(secret) != 32:
            raise ValueError("a secret has 32 octets")
        if alg == "Ed25519":
            return cls._of(Ed25519PrivateKey.from_private_bytes(secret), alg, kid, use)
        return cls._of(derive_private_key(int.from_bytes(secret, "big"), SECP256R1()), alg, kid, use)

    @classmethod
    def _of(
        cls, private: EllipticCurvePrivateKey | Ed25519PrivateKey, alg: Algorithm, kid: str, use: Use
    ) -> "SigningKey":
        return cls(private, VerifyingKey(kid, alg, use, _public_jwk(private)))

    @classmethod
    def from_json(cls, octets: bytes) -> "SigningKey":
        """Read a key file.

        Raises:
            Refused: ``json-malformed`` or ``bad-request``, where the file is no private key of this standard.
        """
        file = strict.parse_object(octets)
        try:
            jwk = cast(dict[str, str], file["jwk"])
            made = cls.from_secret(
                base64url.decode(jwk["d"]),
                cast(Algorithm, file["alg"]),
                cast(str, file["kid"]),
                cast(Use, file["use"]),
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Refused("bad-request", "TF-SEAL-5", f"the file holds no private key: {error}") from None
        if made._json() != file:
            raise Refused("bad-request", "TF-SEAL-5", "the file's public half is not that of its private key")
        return made

    def to_json(self) -> bytes:
        """Return the key file: ``kid``, ``use``, ``alg`` and ``jwk``, the private half included."""
        return json.dumps(self._json(), indent=2).encode() + b"\n"

    def _json(self) -> dict[str, object]:
        if isinstance(self.private, Ed25519PrivateKey):
            secret = self.private.private_bytes_raw()
        else:
            secret = self.private.private_numbers().private_value.to_bytes(32, "big")
        jwk = {**self.public.jwk, "d": base64url.encode(secret)}
        return {"kid": self.kid, "use": self.use, "alg": self.alg, "jwk": jwk}

    @classmethod
    def load(cls, path: Path) -> "SigningKey":
        """Read a key file from disk; raises like ``from_json``, and OSError."""
        return cls.from_json(path.read_bytes())

    def save(self, path: Path) -> None:
        """Write a new key file that only its owner may read; raises OSError, also where the file exists."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(self.to_json())

    def sign(self, octets: bytes) -> bytes:
        """Return the 64-octet signature over the octets: R and S for ES256, as RFC 8032 for Ed25519."""
        if isinstance(self.private, Ed25519PrivateKey):
            return self.private.sign(octets)
        r, s = decode_dss_signature(self.private.sign(octets, _SIGN))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def jwk_of(value: object, alg: str) -> dict[str, str]:
    """Return a JSON value as the public JWK of an algorithm, its members in RFC 7638 order.

    Raises:
        Refused: ``trust-list-invalid``, where members or constants differ.
    """
    wanted = _JWK_MEMBERS.get(alg)
    if wanted is None:
        raise Refused("trust-list-invalid", "TF-SEAL-5", f"the algorithm {alg!r} is not of this standard")
    if not isinstance(value, dict) or sorted(value) != list(wanted):
        raise Refused("trust-list-invalid", "TF-SEAL-14", f"a key for {alg} has exactly the members {wanted}")
    if not all(isinstance(member, str) for member in value.values()):
        raise Refused("trust-list-invalid", "TF-SEAL-14", "the members of a key are strings")
    return {name: value[name] for name in wanted}


def _verify_ecdsa(key: EllipticCurvePublicKey, signature: bytes, octets: bytes) -> bool:
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (0 < r < P256_ORDER and 0 < s < P256_ORDER):
        return False
    key.verify(encode_dss_signature(r, s), octets, _VERIFY)
    return True


def _public_jwk(private: EllipticCurvePrivateKey | Ed25519PrivateKey) -> dict[str, str]:
    if isinstance(private, Ed25519PrivateKey):
        x = base64url.encode(private.public_key().public_bytes_raw())
        return {"crv": "Ed25519", "kty": "OKP", "x": x}
    numbers = private.public_key().public_numbers()
    x, y = (base64url.encode(each.to_bytes(32, "big")) for each in (numbers.x, numbers.y))
    return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


def _statement(members: tuple[tuple[str, str], ...]) -> bytes:
    return json.dumps(dict(members), separators=(",", ":")).encode()


@lru_cache(maxsize=4096)
def _load(alg: str, members: tuple[tuple[str, str], ...]) -> EllipticCurvePublicKey | Ed25519PublicKey:
    jwk = jwk_of(dict(members), alg)
    if (jwk["crv"], jwk["kty"]) != _JWK_CONSTANTS[alg]:
        raise Refused("trust-list-invalid", "TF-SEAL-14", f"the key is not of the curve that {alg} uses")
    try:
        x = base64url.decode(jwk["x"])
        y = base64url.decode(jwk.get("y", jwk["x"]))
    except ValueError as error:
        raise Refused("trust-list-invalid", "TF-SEAL-14", f"a coordinate is no base64url: {error}") from None
    if len(x) != 32 or len(y) != 32:
        raise Refused("trust-list-invalid", "TF-SEAL-14", "a coordinate has not 32 octets")
    if alg == "Ed25519":
        flaw = edwards.flaw(x)
        if flaw is not None:
            raise Refused("trust-list-invalid", "TF-SEAL-14", f"the Ed25519 key {flaw}")
        return Ed25519PublicKey.from_public_bytes(x)
    numbers = EllipticCurvePublicNumbers(int.from_bytes(x, "big"), int.from_bytes(y, "big"), SECP256R1())
    try:
        return numbers.public_key()
    except ValueError:
        raise Refused("trust-list-invalid", "TF-SEAL-14", "the point is not on the curve P-256") from None
