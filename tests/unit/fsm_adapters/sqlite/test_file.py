"""One file and its threads, forks and transactions."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from fsm_adapters.sqlite.checkpoint_store import SqliteCheckpointStore
from fsm_adapters.sqlite.file import SqliteFile
from fsm_contract import samples
from fsm_ports import Commit

NOW = 1_700_000_000.0


def test_each_thread_has_a_connection_of_its_own(file: SqliteFile) -> None:
    seen: list[object] = []
    thread = threading.Thread(target=lambda: seen.append(file.connection()))
    thread.start()
    thread.join()
    assert file.connection() is file.connection()
    assert file.connection() not in seen


def test_closed_file_opens_again(file: SqliteFile) -> None:
    first = file.connection()
    file.close()
    file.close()
    assert file.connection() is not first


def test_tokens_are_never_the_same(file: SqliteFile) -> None:
    tokens = [file.token() for _ in range(3)]
    file.close()
    tokens += [file.token() for _ in range(3)]
    assert len(set(tokens)) == 6


def test_failure_inside_a_transaction_leaves_nothing_open(file: SqliteFile, store: SqliteCheckpointStore) -> None:
    store.commit([Commit(samples.record("a", NOW))])

    def interrupted(db: sqlite3.Connection, _: None) -> None:
        db.execute("DELETE FROM instance")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        file.write(interrupted, None)
    assert not file.connection().db.in_transaction
    assert list(store.read(["a"])) == [samples.record("a", NOW)]


@pytest.mark.parametrize("how", ["alone", "threaded"])
def test_parent_and_forked_child_both_go_on(path: Path, how: str) -> None:
    """In a process of its own, which has no threads but those that it makes."""
    program = Path(__file__).with_name("forker.py")
    command = [sys.executable, "-W", "ignore::DeprecationWarning", str(program), str(path), how]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=90)
    assert (done.returncode, done.stderr) == (0, "")
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT count(*) FROM instance").fetchone() == (300,)
