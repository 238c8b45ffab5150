"""The node's keys as its configuration says: read from files, or kept by a signer."""

from collections.abc import Callable
from pathlib import Path

from threeflow.keys import Signer
from threeflow_gateway.config import Config
from threeflow_gateway.signing import keyfiles
from threeflow_gateway.signing.remote import Keeper, RemoteKey

__all__ = ["NodeKeys", "open_keys"]


class NodeKeys:
    """Seal keys and token key of one node."""

    def __init__(self, seals: tuple[Signer, ...], token: Signer, keeper: Keeper | None) -> None:
        self.seals, self.token = seals, token
        self._keeper = keeper

    @property
    def all(self) -> tuple[Signer, ...]:
        """Seal keys, then the token key."""
        return (*self.seals, self.token)

    def check(self) -> None:
        """Ask whoever keeps the private halves whether all are there.

        Raises:
            Unavailable: one is not.
        """
        for each in self.all:
            if isinstance(each, RemoteKey):
                each.check()

    def close(self) -> None:
        """Close the connection to the signer, where there is one."""
        if self._keeper is not None:
            self._keeper.close()


def open_keys(config: Config) -> NodeKeys:
    """Read the key files of a node, private ones or, where a signer is named, public halves.

    Raises:
        OpenToOthersError: others may read a private key.
        OSError: a file cannot be read.
        Refused: a file is no key of its kind.
    """
    keeper: Keeper | None = None
    load: Callable[[Path], Signer] = keyfiles.load
    if config.signer.socket is not None:
        asked = keeper = Keeper(config.signer.socket, timeout_seconds=config.signer.timeout_seconds)

        def load(path: Path) -> Signer:
            return RemoteKey(asked, keyfiles.load_public(path))

    seals = tuple(load(path) for path in config.node.seal_keys)
    return NodeKeys(seals, load(config.node.token_key), keeper)
