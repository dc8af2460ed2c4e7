"""The harness's side of the processes: each runs on request only, and is stopped in between."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

from benchmarks.case import Array

ROOT = Path(__file__).resolve().parents[1]
_START_SECONDS = 120.0


class RefusedError(Exception):
    """Raised for a request that the peer could not fulfil, with the peer's words."""


class _LostError(RefusedError):
    """Raised where the process ended, or took too long."""


class Worker:
    """A peer in a process of its own.

    Between requests the process is stopped (SIGSTOP): threads that spin while they wait for work,
    as those of OpenMP and OpenBLAS do, would take the cores from the peer whose turn it is.
    """

    def __init__(self, peer: str, module: str = "benchmarks.worker") -> None:
        self.peer = peer
        self._module = module
        self.description = self._start()

    @property
    def process(self) -> int:
        """The number of the process."""
        return self._process.pid

    def prepare(self, case: str, dtype: str, seconds: float, patience: float) -> int:
        """Prepare a case; return how many calls take about `seconds`."""
        return int(self._ask(patience, "prepare", case, dtype, seconds))

    def first(self, patience: float) -> float:
        """Return the seconds that it took to prepare and to run once, compilation included."""
        return float(self._ask(patience, "first"))

    def results(self, patience: float) -> Sequence[Array]:
        """Return the output and the gradients of what is prepared."""
        arrays: Sequence[Array] = self._ask(patience, "results")
        return arrays

    def time(self, calls: int, patience: float) -> float:
        """Return the seconds a call takes, in a batch of `calls`."""
        return float(self._ask(patience, "time", calls))

    def close(self) -> None:
        """End the process."""
        self._connection.close()
        self._process.kill()
        self._process.wait()

    def _start(self) -> str:
        """Start the process; return the peer's description of itself."""
        self._connection, theirs = Pipe()
        command = [sys.executable, "-m", self._module, self.peer, str(theirs.fileno())]
        # In a process group of its own: should the harness die, the system hangs up on a stopped
        # orphan, where it would otherwise stay for ever.
        self._process = subprocess.Popen(
            command, cwd=ROOT, pass_fds=[theirs.fileno()], process_group=0
        )
        theirs.close()
        try:
            return str(self._answer(_START_SECONDS, "describe"))
        except RefusedError:
            self.close()
            raise

    def _ask(self, patience: float, method: str, *arguments: Any) -> Any:
        """Return the answer to a request; the process is another one where it gave none."""
        try:
            return self._answer(patience, method, *arguments)
        except _LostError:
            self.close()
            self._start()
            raise

    def _answer(self, patience: float, method: str, *arguments: Any) -> Any:
        try:
            fulfilled, answer = self._exchange(patience, method, *arguments)
        except (TimeoutError, EOFError, OSError) as error:
            raise _LostError(str(error) or "the process ended") from error
        if not fulfilled:
            raise RefusedError(answer)
        return answer

    def _exchange(self, patience: float, method: str, *arguments: Any) -> Any:
        """Wake the process, send a request, wait for the answer, and stop the process again."""
        self._process.send_signal(signal.SIGCONT)
        self._connection.send((method, arguments))
        if not self._connection.poll(patience):
            raise TimeoutError(f"took longer than {patience:g} s")
        answer = self._connection.recv()
        self._process.send_signal(signal.SIGSTOP)
        return answer
