"""What the environment store forgets."""

from __future__ import annotations

from fsm_adapters.sqlite.environment_store import SqliteEnvironmentStore
from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.system.clock import VirtualClock
from fsm_ports import PortRejected


def test_expired_environment_is_forgotten_and_does_not_pile_up(file: SqliteFile, clock: VirtualClock) -> None:
    store = SqliteEnvironmentStore(file)
    store.put("old", {"A": "1"}, clock.now() + 10)
    clock.advance(10)
    assert store.get("old") is None
    store.put("new", {"A": "1"}, clock.now() + 10)
    assert file.connection().db.execute("SELECT key FROM environment").fetchall() == [("new",)]


def test_environment_that_cannot_be_decoded_is_rejected(file: SqliteFile, clock: VirtualClock) -> None:
    store = SqliteEnvironmentStore(file)
    store.put("k", {"A": "1"}, clock.now() + 10)
    file.connection().db.execute("UPDATE environment SET variables = '{'")
    assert isinstance(store.get("k"), PortRejected)
