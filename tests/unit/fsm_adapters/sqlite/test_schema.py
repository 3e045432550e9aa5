"""Files that an earlier lambda-fsm made."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from fsm_adapters._shards.positions import ShardLease
from fsm_adapters.sqlite import schema
from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.sqlite.queue import SqliteQueue
from fsm_adapters.sqlite.shard_positions import SqliteShardPositions
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SeededRandom
from fsm_contract import samples
from fsm_ports import Outgoing


def _as_of_version_1(path: Path) -> None:
    """The file as it was before the tables of shard positions."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("DROP TABLE shard")
        db.execute("DROP TABLE shard_reader")
        db.execute("PRAGMA user_version = 1")


def test_file_of_an_earlier_version_gets_the_tables_that_it_lacks_and_keeps_what_it_has(tmp_path: Path) -> None:
    path, clock = tmp_path / "fsm.db", VirtualClock()
    file = SqliteFile(path, clock, SeededRandom(1))
    SqliteQueue(file, "orders").send([Outgoing(samples.record("a", 1.0))])
    file.close()
    _as_of_version_1(path)

    again = SqliteFile(path, clock, SeededRandom(2))
    lease = SqliteShardPositions(again).acquire("s", "0", "alice", clock.now() + 10)
    assert isinstance(lease, ShardLease)
    received = SqliteQueue(again, "orders").receive(10, clock.now() + 10)
    assert isinstance(received, list)
    assert len(received) == 1
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
