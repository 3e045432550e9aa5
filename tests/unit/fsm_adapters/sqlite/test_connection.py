"""Opening a file: what it makes, and what it says where it cannot."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest

from fsm_adapters.sqlite import schema
from fsm_adapters.sqlite.checkpoint_store import SqliteCheckpointStore
from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SystemRandom
from fsm_contract import samples
from fsm_ports import Commit, PortMisconfigured


def _open(path: Path) -> SqliteFile:
    return SqliteFile(path, VirtualClock(), SystemRandom(), busy_timeout=0.05)


def _refusal(path: Path) -> str:
    with pytest.raises(PortMisconfigured) as raised:
        _open(path)
    return str(raised.value)


def _set(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for statement in statements:
            db.execute(statement)


def test_new_file_is_made_with_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "fsm.db"
    assert list(SqliteCheckpointStore(_open(path)).read(["x"])) == [None]
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
        assert db.execute("PRAGMA application_id").fetchone() == (schema.APPLICATION,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_what_was_written_is_there_when_the_file_is_opened_again(path: Path) -> None:
    first = samples.record("a", 1_700_000_000.0)
    file = _open(path)
    SqliteCheckpointStore(file).commit([Commit(first)])
    file.close()
    assert list(SqliteCheckpointStore(_open(path)).read(["a"])) == [first]


@pytest.mark.parametrize(("synchronous", "number"), [("NORMAL", 1), ("FULL", 2)])
def test_synchronous_is_as_asked(path: Path, synchronous: Literal["NORMAL", "FULL"], number: int) -> None:
    file = SqliteFile(path, VirtualClock(), SystemRandom(), synchronous)
    assert file.connection().db.execute("PRAGMA synchronous").fetchone() == (number,)


def test_folder_is_no_file(tmp_path: Path) -> None:
    assert _refusal(tmp_path) == f"sqlite:///{tmp_path}: it is a folder: name a file in it"


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "its folder cannot be made" in _refusal(tmp_path / "file" / "fsm.db")


def test_file_that_is_no_database(path: Path) -> None:
    path.write_bytes(b"name,amount\n" * 1000)
    message = _refusal(path)
    assert message.startswith(f"sqlite:///{path}: it is no SQLite database: name another file")
    assert path.read_bytes() == b"name,amount\n" * 1000


def test_damaged_file(path: Path) -> None:
    _open(path).close()
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))
    assert "it is damaged: restore a copy of it" in _refusal(path)


def test_database_of_another_program_is_left_alone(path: Path) -> None:
    _set(path, "CREATE TABLE invoice (id INTEGER)")
    assert "it is the database of another program" in _refusal(path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT name FROM sqlite_master").fetchall() == [("invoice",)]


def test_file_of_a_newer_version_names_both_versions_and_the_remedy(path: Path) -> None:
    _open(path).close()
    _set(path, "PRAGMA user_version = 7")
    assert _refusal(path) == (
        f"sqlite:///{path}: its schema version is 7, this lambda-fsm knows {schema.VERSION}:"
        " install a newer lambda-fsm, or name another file"
    )


def test_file_that_another_process_keeps_locked(path: Path) -> None:
    _open(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        assert "another process has locked it" in _refusal(path)
        db.execute("ROLLBACK")
    _open(path)


def test_new_file_that_another_process_keeps_locked(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        assert "another process has locked it" in _refusal(path)


def test_read_only_file(path: Path) -> None:
    """In a process of its own, since root may write what nobody may."""
    _open(path).close()
    path.chmod(0o444)
    for folder in (path.parent, *path.parent.parents):
        if folder.stat().st_uid == os.geteuid() and folder.parent != folder:
            folder.chmod(folder.stat().st_mode | 0o055)
    program = (
        "import os, sys\n"
        "from fsm_adapters.sqlite.file import SqliteFile\n"
        "from fsm_adapters.system.clock import VirtualClock\n"
        "from fsm_adapters.system.random import SystemRandom\n"
        "from fsm_ports import PortMisconfigured\n"
        "if os.geteuid() == 0: os.setuid(65534)\n"
        "try: SqliteFile(sys.argv[1], VirtualClock(), SystemRandom())\n"
        "except PortMisconfigured as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert "grant write permission on the file and its folder" in done.stdout


def test_sqlite_that_is_too_old_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 31, 1))
    assert "3.37.0 is needed" in _refusal(path)
