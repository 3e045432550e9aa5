"""One SQLite file, opened by any number of threads and processes."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Literal, TypeVar
from weakref import WeakSet

from fsm_adapters.sqlite.claim import RecordClaim
from fsm_adapters.sqlite.connection import Connection, Options
from fsm_adapters.sqlite.errors import TRANSLATED, translated
from fsm_ports import Clock, PortError, PortRejected, Random

T = TypeVar("T")
Item = TypeVar("Item")

MAX_BYTES: Final = 10**9 - 2**20
"""Bytes of the largest context or message: what SQLite holds in a row, less room for the rest of the row."""


class SqliteFile:
    """The file that the other adapters of this package share.

    * Opened, and made if need be with its folder, by the constructor, which raises `PortMisconfigured` where the file
      cannot be used: no database, damaged, not writable, locked for longer than `busy_timeout` seconds, the file of
      another program or of a newer lambda-fsm.
    * WAL: ``NORMAL`` keeps every answered write over the death of any process, ``FULL`` over a loss of power too.
    * Each thread has a connection of its own, and so has each forked process; none is in a transaction between calls.
    * What fails is answered as a `PortError`, and has been rolled back.
    """

    def __init__(
        self,
        path: str | Path,
        clock: Clock,
        random: Random,
        synchronous: Literal["NORMAL", "FULL"] = "NORMAL",
        *,
        history: bool = True,
        busy_timeout: float = 10.0,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self.source: Final = f"sqlite:///{path}"
        """Names the file in errors."""
        self.clock: Final = clock
        self.history: Final = history
        """Commits and marks write their history; fixed by the process, not by the file."""
        self.max_bytes: Final = min(max_bytes, MAX_BYTES)
        self.held: Final[dict[str, RecordClaim]] = {}
        """By correlation id, the claims on records that this process has neither settled nor committed away."""
        self._random = random
        self._options = Options(Path(path), self.source, synchronous, history, busy_timeout, self.max_bytes + 2**20)
        self._local = threading.local()
        self._inherited: list[object] = []
        self.connection()
        _OPEN.add(self)

    def connection(self) -> Connection:
        """This thread's connection; raises PortMisconfigured where one has to be opened and cannot."""
        try:
            connection: Connection = self._local.connection
        except AttributeError:
            connection = self._local.connection = Connection(self._options, self._random.id())
        return connection

    def token(self) -> str:
        """A claim token that nobody else has."""
        return self.connection().token()

    def run(self, work: Callable[[sqlite3.Connection, Item], T], item: Item) -> T | PortError:
        """What `work` answers; each statement in it is a transaction of its own."""
        try:
            return work(self.connection().db, item)
        except TRANSLATED as error:
            return translated(error, self.source)

    def write(self, work: Callable[[sqlite3.Connection, Item], T], item: Item) -> T | PortError:
        """What `work` answers; all of it is one transaction."""
        try:
            db = self.connection().db
            db.execute("BEGIN IMMEDIATE")
            try:
                answer = work(db, item)
                db.execute("COMMIT")
            finally:
                if db.in_transaction:
                    db.execute("ROLLBACK")
        except TRANSLATED as error:
            return translated(error, self.source)
        return answer

    def write_each(
        self, items: Sequence[Item], work: Callable[[sqlite3.Connection, Item], T]
    ) -> Sequence[T | PortError]:
        """What `work` answers to each, all in one transaction; where one is rejected, each in one of its own."""
        if not items:
            return []
        together = self.write(lambda db, every: [work(db, item) for item in every], items)
        if not isinstance(together, PortError):
            return together
        if isinstance(together, PortRejected) and len(items) > 1:
            return [self.write(work, item) for item in items]
        return [together] * len(items)

    def too_large(self, text: str) -> PortRejected | None:
        """The answer to a message whose text has more than `max_bytes`; None where it fits."""
        # A text of n characters has at most 4 n bytes: only a long one is worth encoding to count.
        if len(text) * 4 <= self.max_bytes or len(text.encode()) <= self.max_bytes:
            return None
        return PortRejected(f"the message is larger than {self.max_bytes} bytes", self.source)

    def close(self) -> None:
        """Close this thread's connection; the next call opens another."""
        connection: Connection | None = self._local.__dict__.pop("connection", None)
        if connection is not None:
            connection.close()

    def leave_behind(self) -> None:
        """In a forked child: let what the parent's threads had opened lie; closing it would end their locks."""
        self._inherited.append(self._local)
        self._local = threading.local()


_OPEN: Final[WeakSet[SqliteFile]] = WeakSet()


def _before_fork() -> None:
    # SQLite keeps its locks on a file for all connections of a process: a child with a copy of an open one would think
    # that it holds locks which the system never gave it.
    for file in tuple(_OPEN):
        file.close()


def _in_child() -> None:
    for file in tuple(_OPEN):
        file.leave_behind()


os.register_at_fork(before=_before_fork, after_in_child=_in_child)
