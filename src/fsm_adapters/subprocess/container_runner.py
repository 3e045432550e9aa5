"""The port ContainerRunner with processes of this computer."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import logging
import os
import signal
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

from fsm_ports.container_runner import ContainerHandle, ContainerRunner, ContainerTask
from fsm_ports.errors import PortError, PortRejected, PortUnavailable

_log = logging.getLogger(__name__)

_CANNOT_RUN: Final = frozenset({errno.ENOENT, errno.EACCES, errno.ENOEXEC, errno.ENOTDIR, errno.EISDIR, errno.ELOOP})
_TOO_LARGE: Final = frozenset({errno.E2BIG, errno.ENAMETOOLONG})


class SubprocessContainerRunner(ContainerRunner):
    """Starts the image of a task, an executable on PATH or a path to one, in a session of its own.

    * It lives on when this process ends.  It gets this process's environment, and above it the task's.
    * `folder` gets a folder for each token, named after it: ``pid`` says that it was started, ``log`` holds what it
      printed.  As long as it is there the token starts nothing new; delete it to forget the token.  Processes that
      share the folder share the tokens.  Only a runner that dies between the start and the note of it leaves room for
      a second start.
    * The handle is the name of that folder.
    """

    def __init__(self, folder: Path, *, source: str = "subprocess://") -> None:
        self._folder, self._source = folder, source
        self._children: dict[int, str] = {}
        self._lock = Lock()

    def run(self, task: ContainerTask) -> ContainerHandle | PortError:
        self._reap()
        if not task.image:
            return PortRejected("a task needs an image: an executable", self._source)
        name = f"fsm-{hashlib.sha256(task.token.encode(errors='backslashreplace')).hexdigest()[:40]}"
        place = self._folder / name
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _held(place / "lock"):
                note = place / "pid"
                if not note.exists():
                    refused = self._start(task, place, note)
                    if refused is not None:
                        return refused
        except OSError as error:
            return PortUnavailable(f"{self._folder} cannot be used: {error.strerror}", self._source)
        return ContainerHandle(name)

    def _start(self, task: ContainerTask, place: Path, note: Path) -> PortError | None:
        try:
            pid = _spawn(task, place / "log")
        except ValueError as error:
            return PortRejected(f"{task.image}: {error}", self._source)
        except OSError as error:
            return self._refusal(task.image, error)
        with self._lock:
            self._children[pid] = place.name
        note.write_text(f"{pid}\n", encoding="ascii")
        return None

    def _refusal(self, image: str, error: OSError) -> PortError:
        if error.errno in _TOO_LARGE:
            return PortRejected(
                "command and environment are larger than this system takes: set PRIMARY_ENVIRONMENT_SOURCE, so that "
                "the task fetches its environment from there",
                self._source,
            )
        if error.errno in _CANNOT_RUN:
            return PortRejected(f"{image} cannot be run: {error.strerror}", self._source)
        return PortUnavailable(f"{image} cannot be started now: {error.strerror}", self._source)

    def _reap(self) -> None:
        """Take leave of those that have ended, so that no zombies stay."""
        with self._lock:
            for pid, name in list(self._children.items()):
                try:
                    ended, status = os.waitpid(pid, os.WNOHANG)
                except ChildProcessError:
                    ended, status = pid, 0  # somebody else in this process waited for it
                if ended:
                    del self._children[pid]
                    if status:
                        code = os.waitstatus_to_exitcode(status)
                        _log.warning("%s: %s ended with exit code %d", self._source, name, code)


@contextmanager
def _held(path: Path) -> Generator[None]:
    """Alone with this path, among threads and processes, until the end of the block or of this process."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _spawn(task: ContainerTask, log: Path) -> int:
    """The id of a new process.

    Raises:
        OSError: it cannot be run.
        ValueError: a name, a value or an argument holds what none can.
    """
    if any(not name or "=" in name for name in task.environment):
        raise ValueError("a name of an environment variable is empty or holds =")
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return os.posix_spawnp(
            task.image,
            [task.image, *task.command],
            {**os.environ, **task.environment},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, output, 1),
                (os.POSIX_SPAWN_DUP2, output, 2),
            ],
            setsid=True,
            # Python ignores it, and a process would inherit that.
            setsigdef=[signal.SIGPIPE],
        )
    finally:
        os.close(output)
