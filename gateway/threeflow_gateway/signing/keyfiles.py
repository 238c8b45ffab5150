"""Key files: private ones that their owner alone may read, and public halves of keys kept elsewhere."""

import os
import stat
from pathlib import Path
from typing import Final, cast

from threeflow import strict
from threeflow.errors import Refused
from threeflow.keys import Algorithm, SigningKey, Use, VerifyingKey, jwk_of

__all__ = ["OpenToOthersError", "check_closed", "load", "load_public", "public_json"]

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class OpenToOthersError(PermissionError):
    """Others than its owner may read or change a file that holds a private key."""

    def __init__(self, path: Path, mode: int) -> None:
        super().__init__(
            f"{path} holds a private key and has the permissions {mode:04o}: its owner alone may read it. "
            f"Set them to 0600 (chmod 600 {path}); if others could read it, rotate the key. "
            f"私钥文件 {path} 的权限为 {mode:04o}：只允许其所有者读取。"
            f"请设为 0600（chmod 600 {path}）；若可能已被他人读取，请轮换密钥。"
        )
        self.path, self.mode = path, mode


def check_closed(path: Path) -> None:
    """Refuse a file that others than its owner may read, write or execute.

    Raises:
        OpenToOthersError: the group or others have rights to it.
        OSError: it is not there.
    """
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & _OTHERS:
        raise OpenToOthersError(path, mode)


def load(path: Path) -> SigningKey:
    """Read a private key file that its owner alone may read.

    Raises:
        OpenToOthersError: others may read it.
        OSError: it cannot be read.
        Refused: it is no private key of this standard.
    """
    # The file that was judged is the file that is read, also where somebody exchanges it in between.
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & _OTHERS:
            raise OpenToOthersError(path, mode)
        return SigningKey.from_json(file.read())


def load_public(path: Path) -> VerifyingKey:
    """Read the public half of a key: ``kid``, ``use``, ``alg`` and a ``jwk`` without a private member.

    Raises:
        OSError: it cannot be read.
        Refused: it is no public key of this standard; ``bad-request``, where the private half stands in it.
    """
    file = strict.parse_object(path.read_bytes())
    jwk = file.get("jwk")
    if isinstance(jwk, dict) and "d" in jwk:
        detail = (
            f"{path} holds a private key; with signer.socket the node is given public halves only "
            f"(threeflow keys public). 使用 signer.socket 时，节点只应持有公钥（threeflow keys public）。"
        )
        raise Refused("bad-request", "TF-SEAL-5", detail)
    if set(file) != {"kid", "use", "alg", "jwk"}:
        raise Refused("bad-request", "TF-SEAL-5", f"{path} has not exactly the members kid, use, alg and jwk")
    alg = cast(Algorithm, file["alg"])
    return VerifyingKey(str(file["kid"]), alg, cast(Use, file["use"]), jwk_of(jwk, str(alg)))


def public_json(key: VerifyingKey) -> bytes:
    """Return the file of a public half, as ``load_public`` reads it."""
    return strict.dump({"kid": key.kid, "use": key.use, "alg": key.alg, "jwk": dict(key.jwk)}) + b"\n"
