"""One file and its threads, forks and transactions."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from fsm_adapters.sqlite.checkpoint_store import SqliteCheckpointStore
from fsm_adapters.sqlite.file import SqliteFile
from fsm_contract import samples
from fsm_ports import Commit, Committed

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


def test_parent_and_forked_child_both_go_on(file: SqliteFile, store: SqliteCheckpointStore, path: Path) -> None:
    store.commit([Commit(samples.record("shared", NOW))])
    child = os.fork()
    if child == 0:
        done = _write_many(store, "child")
        os._exit(0 if done else 1)
    assert _write_many(store, "parent")
    assert os.waitpid(child, 0)[1] == 0
    assert _write_many(store, "afterwards")
    file.close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT count(*) FROM instance").fetchone() == (301,)


def test_forked_child_closes_nothing_that_a_thread_of_its_parent_opened(file: SqliteFile) -> None:
    opened, end = threading.Event(), threading.Event()

    def hold() -> None:
        file.connection()
        opened.set()
        end.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    assert opened.wait(30)
    child = os.fork()
    if child == 0:
        mine = file.connection().db.execute("SELECT 1").fetchone()
        os._exit(0 if mine == (1,) else 1)
    end.set()
    thread.join()
    assert os.waitpid(child, 0)[1] == 0


def _write_many(store: SqliteCheckpointStore, name: str) -> bool:
    results = [store.commit([Commit(samples.record(f"{name}-{n}", NOW))])[0] for n in range(100)]
    return all(isinstance(result, Committed) for result in results)
