"""A process that forks while it uses a SQLite file: ``forker.py PATH alone|threaded``; exits 0 if all went well."""

from __future__ import annotations

import os
import sys
import threading

from fsm_adapters.sqlite.checkpoint_store import SqliteCheckpointStore
from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.system.clock import SystemClock
from fsm_adapters.system.random import SystemRandom
from fsm_contract import samples
from fsm_ports import Commit, Committed

EACH = 100


def _write_many(store: SqliteCheckpointStore, name: str) -> bool:
    first = [samples.record(f"{name}-{n}", 1_700_000_000.0) for n in range(EACH)]
    return all(isinstance(store.commit([Commit(record)])[0], Committed) for record in first)


def _hold_a_connection(file: SqliteFile, end: threading.Event) -> threading.Thread:
    """A thread that has a connection until `end`."""
    opened = threading.Event()

    def hold() -> None:
        file.connection()
        opened.set()
        end.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    assert opened.wait(30)
    return thread


def main() -> bool:
    file, end = SqliteFile(sys.argv[1], SystemClock(), SystemRandom()), threading.Event()
    store = SqliteCheckpointStore(file)
    before = file.connection()
    thread = _hold_a_connection(file, end) if sys.argv[2] == "threaded" else None
    child = os.fork()
    if child == 0:
        done = file.connection() is not before and _write_many(store, "child")
        os._exit(0 if done else 1)
    done = _write_many(store, "parent")
    done = os.waitpid(child, 0)[1] == 0 and done
    end.set()
    if thread is not None:
        thread.join()
    return _write_many(store, "afterwards") and done


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
