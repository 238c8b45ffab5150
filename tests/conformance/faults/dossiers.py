"""Faults of taking in the dossiers of others."""

from collections.abc import Callable
from typing import Any

from faults.plant import fault, put, register_all, wrap

_IMPORT = "customs:import"
_F = "threeflow_gateway.delivery.dossiers:Fetcher"


def _overlooks(*requirements: str) -> Callable[[], None]:
    """A verifier that does not see what breaks these."""

    def plant() -> None:
        from dataclasses import replace

        def make(real: Any) -> Any:
            def verify(*args: Any, **kwargs: Any) -> Any:
                found = real(*args, **kwargs)
                seen = tuple(each for each in found.problems if each.requirement not in requirements)
                return replace(found, problems=seen, valid=not seen)

            return verify

        wrap("threeflow.dossier", "verify", make)

    return plant


register_all(
    {
        f"a-dossier-that-breaks-{each.lower()}-is-taken-in": ((each,), _overlooks(each))
        for each in ("TF-DOS-5", "TF-DOS-9", "TF-DOS-10", "TF-DOS-11", "TF-DOS-14", "TF-DOS-16", "TF-DOS-17", "TF-DOS-18",
            "TF-DOS-19", "TF-DOS-20", "TF-DOS-21", "TF-DOS-22", "TF-DOS-23", "TF-DOS-26", "TF-DOS-27",
        )
    },
    role=_IMPORT,
)  # fmt: skip


@fault("TF-DOS-34", "TF-DOS-10", "TF-DOS-9", "TF-DOS-27", role=_IMPORT)
def dossiers_are_not_verified() -> None:
    from threeflow.dossier import Verdict

    put("threeflow.dossier", "verify", lambda _octets, *_args, now, **_more: Verdict(True, now, ()))


@fault("TF-DOS-33", role=_IMPORT)
def bundles_are_never_fetched() -> None:
    put(_F, "_promised", lambda _self: [])


@fault("TF-DOS-33", role=_IMPORT)
def a_bundle_is_asked_for_once() -> None:
    def make(real: Any) -> Any:
        async def one(self: Any, digest: str, issuer: str) -> bool:
            if not await real(self, digest, issuer):
                row = {"of_digest": digest, "to_bundle": None, "to_reason": "no answer"}
                from threeflow_gateway.intake.batch import Bundle

                await self._desk.intake.keep(Bundle(row, fresh=False))
            return True

        return one

    wrap(_F, "_one", make)
