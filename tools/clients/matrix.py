"""The matrix: each language's README carried out in an empty folder, step by step, and its runs judged."""

import asyncio
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tools.clients import readme
from tools.clients.doctored import doctored
from tools.clients.judge import FailedError, expect, judge
from tools.clients.readme import STEPS, Step
from tools.clients.sandbox import Sandbox
from tools.clients.society import CUSTOMS

from threeflow.standard import Standard

ROOT: Final = Path(__file__).resolve().parents[2]
EXAMPLES: Final = ROOT / "examples/clients"
# What has to be on the machine; protoc and buf are lent by this environment where it has none.
TOOLS: Final[Mapping[str, tuple[str, ...]]] = {
    "java": ("java", "mvn"),
    "go": ("go",),
    "typescript": ("node", "npm"),
    "python": ("python3",),
    "rust": ("cargo",),
    # The protoc of this environment writes no C#.
    "csharp": ("protoc",),
}
BINDINGS: Final = {"Run over REST": "rest", "Run over gRPC": "grpc"}
STEP_SECONDS: Final = 900.0
NOT_TRUSTED: Final = "not trusted: "
COLUMNS: Final = (*STEPS, "False refused")
AT_ONCE: Final = 2

Say = Callable[[str], None]


@dataclass
class Cell:
    """What became of one step: seconds where it was done, else why not."""

    seconds: float = 0.0
    failed: str = ""


@dataclass
class Row:
    """One language."""

    language: str
    cells: dict[str, Cell] = field(default_factory=dict)
    skipped: str = ""

    @property
    def failed(self) -> str:
        """The first failure, empty where there is none."""
        return next((f"{name}: {each.failed}" for name, each in self.cells.items() if each.failed), "")


async def run(languages: list[str], out: Path, sandbox: Sandbox, *, required: bool, say: Say) -> list[Row]:
    """Carry out the READMEs, two at a time; ``required`` makes an absent toolchain a failure.

    ``out`` holds ``dist-spec`` and ``sandbox``, as each README expects them beside its own folder.
    """
    turn = asyncio.Semaphore(AT_ONCE)
    standard = Standard.load()
    path = lend(out / "tools")

    async def one(language: str) -> Row:
        row = Row(language)
        absent = [tool for tool in TOOLS[language] if shutil.which(tool) is None]
        if absent and not required:
            row.skipped = "absent here: " + ", ".join(absent)
            return row
        async with turn:
            await Attempt(row, out, sandbox, standard, path, say).carry_out()
        return row

    return list(await asyncio.gather(*(one(each) for each in languages)))


def lend(folder: Path) -> str:
    """Return a PATH on which ``protoc`` and ``buf`` are found, those of this environment last."""
    folder.mkdir(parents=True, exist_ok=True)
    protoc = folder / "protoc"
    protoc.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m grpc_tools.protoc "$@"\n', encoding="utf-8")
    protoc.chmod(0o755)
    buf = folder / "buf"
    if not buf.exists():
        buf.symlink_to(Path(sys.executable).with_name("buf"))
    return os.pathsep.join([os.environ.get("PATH", ""), str(folder)])


@dataclass
class Attempt:
    """One language's README, carried out."""

    row: Row
    out: Path
    sandbox: Sandbox
    standard: Standard
    path: str
    say: Say

    @property
    def place(self) -> Path:
        """The language's folder, a copy."""
        return self.out / self.row.language

    async def carry_out(self) -> None:
        """Run every step; the first that fails ends it."""
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.copytree(EXAMPLES / self.row.language, self.place)
        for step in readme.steps(self.place / "README.md"):
            if not await self._timed(step.name, lambda step=step: self._step(step)):  # type: ignore[misc]
                return
            if step.name == "Verify offline":
                await self._timed("False refused", lambda step=step: self._refuses(step))  # type: ignore[misc]

    async def _timed(self, name: str, work: Callable[[], object]) -> bool:
        cell = self.row.cells[name] = Cell()
        began = time.monotonic()
        try:
            await work()  # type: ignore[misc]
        except FailedError as error:
            cell.failed = str(error)
        cell.seconds = time.monotonic() - began
        outcome = f"FAILED: {cell.failed}" if cell.failed else f"{cell.seconds:.1f} s"
        self.say(f"{self.row.language:<11} {name:<14} {outcome}")
        return not cell.failed

    async def _step(self, step: Step) -> None:
        saved = self.place / "dossier.json"
        if step.name in BINDINGS:
            saved.unlink(missing_ok=True)
        code, said = await self._shell(step.script)
        expect(code == 0, f"exit code {code}, see {self.place / 'log.txt'}\n{said[-2000:]}")
        if step.name in BINDINGS:
            await judge(self.sandbox, BINDINGS[step.name], said, saved, self.standard)

    async def _refuses(self, step: Step) -> None:
        """Run the offline check on what is false: it has to say so, not to fail otherwise."""
        true = (self.place / "dossier.json").read_bytes()
        seal = self.sandbox.pairs[CUSTOMS].seal
        for name, dossier, trust in doctored(true, self.sandbox.trust_path.read_bytes(), seal):
            (self.place / "false.json").write_bytes(dossier)
            (self.place / "false-trust.json").write_bytes(trust)
            script = step.script.replace("dossier.json", "false.json")
            script = script.replace("../sandbox/xa.json", "false-trust.json")
            code, said = await self._shell(script)
            refused = code != 0 and NOT_TRUSTED in said
            expect(refused, f"{name}: exit code {code}, it said {said.strip()[-300:]!r}")

    async def _shell(self, script: str) -> tuple[int, str]:
        """Run a script as a reader would type it; what it says is kept in ``log.txt`` too."""
        process = await asyncio.create_subprocess_exec(
            "bash",
            "-euo",
            "pipefail",
            "-c",
            script,
            cwd=self.place,
            env={**os.environ, "PATH": self.path},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            async with asyncio.timeout(STEP_SECONDS):
                octets, _ = await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()
            raise FailedError(f"not done within {STEP_SECONDS:.0f} s") from None
        said = octets.decode(errors="replace")
        with (self.place / "log.txt").open("a", encoding="utf-8") as log:
            log.write(f"$ {script}\n{said}\n")
        return process.returncode or 0, said
