"""Durable steps on one SQLite file: ours, others', and bare commits.

Everybody counts in a context of 130 bytes and writes each step durably before the next begins.  The files are in WAL
mode with the ``synchronous`` that the name says: NORMAL survives the death of any process, FULL a loss of power too.
"""

from __future__ import annotations

import importlib
import itertools
import logging
import sqlite3
import tempfile
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.machines import context_of, counting, settings
from benchmarks.rounds import Work
from fsm_bootstrap.application import App, build_application, build_worker
from fsm_domain.runtime.client import StartRequest
from fsm_ports import Instance
from fsm_ports.checkpoint_store import InstanceQuery

SMALL = 130
"""Bytes of a context."""
STEPS_ONE, STEPS_MANY, STEPS_DBOS = 100, 20, 100
"""Steps of each machine."""


@contextmanager
def folder() -> Generator[Path]:
    """Beside the project, not in ``/tmp``: that may be memory, which syncs nothing."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=Path.cwd(), ignore_cleanup_errors=True) as name:
        yield Path(name)


@contextmanager
def opened(synchronous: str = "NORMAL") -> Generator[App]:
    """The default settings on a new file: chains of ten steps, history kept."""
    with folder() as place:
        chosen = settings(primary_stream_source=f"sqlite:///{place}/fsm.db", sqlite_synchronous=synchronous)
        with build_application(chosen, [counting()]) as app:
            yield app


def one_normal() -> AbstractContextManager[Work]:
    return _ours("NORMAL", 1, STEPS_ONE)


def one_full() -> AbstractContextManager[Work]:
    return _ours("FULL", 1, STEPS_ONE)


def many_normal() -> AbstractContextManager[Work]:
    return _ours("NORMAL", 100, STEPS_MANY)


def many_full() -> AbstractContextManager[Work]:
    return _ours("FULL", 100, STEPS_MANY)


@contextmanager
def _ours(synchronous: str, together: int, steps: int) -> Generator[Work]:
    """So many machines at a time, each started, worked on and seen to its end."""
    with opened(synchronous) as app:
        worker, numbers = build_worker(app), itertools.count()

        def work(units: int) -> int:
            done = 0
            while done < units:
                requests = [StartRequest(context_of(SMALL, steps - 1), f"m-{next(numbers)}") for _ in range(together)]
                start(app, requests)
                while worker.run_once():
                    pass
                done += steps * together
            return done

        yield work
        rest = app.client.find(InstanceQuery(limit=1))
        if not rest.instances or any(one.step != steps for one in rest.instances):
            raise AssertionError("the machines did not come to their end")


def start(app: App, requests: list[StartRequest]) -> None:
    """All of them, or an error."""
    for result in app.client.start_many("counting", requests):
        if not isinstance(result, Instance):
            raise AssertionError(f"could not start: {result}")


@contextmanager
def raw_full() -> Generator[Work]:
    """What the disk gives: an UPDATE of one row of the size of a record, committed by itself, again and again."""
    with folder() as place:
        db = sqlite3.connect(place / "raw.db", isolation_level=None)
        for statement in (
            "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA wal_autocheckpoint = 4000",
            "CREATE TABLE record (id INTEGER PRIMARY KEY, step INTEGER, context TEXT)",
            "INSERT INTO record VALUES (1, 0, '')",
        ):  # fmt: skip
            db.execute(statement)
        text = "x" * 400

        def work(units: int) -> int:
            for step in range(units):
                db.execute("UPDATE record SET step = ?, context = ? WHERE id = 1", (step, text))
            return units

        yield work
        db.close()


@contextmanager
def dbos() -> Generator[Work]:
    """A workflow of steps, as its documentation begins.

    It opens its file with SQLite's own defaults, a journal and FULL: here WAL and NORMAL, as ours.
    """
    module = importlib.import_module("dbos")
    alchemy = importlib.import_module("sqlalchemy")
    logging.getLogger("dbos").setLevel(logging.ERROR)
    with folder() as place:
        alchemy.event.listen(alchemy.engine.Engine, "connect", _settle)
        url = f"sqlite:///{place}/dbos.db"
        module.DBOS(config={"name": "bench", "system_database_url": url, "log_level": "ERROR"})

        def count(context: dict[str, object]) -> dict[str, object]:
            counted = context["count"]
            return {**context, "count": (counted if isinstance(counted, int) else 0) + 1}

        step = module.DBOS.step()(count)

        def flow(context: dict[str, object], steps: int) -> dict[str, object]:
            for _ in range(steps):
                context = step(context)
            return context

        workflow: Any = module.DBOS.workflow()(flow)
        module.DBOS.launch()

        def work(units: int) -> int:
            done = 0
            while done < units:
                ended = workflow(context_of(SMALL), STEPS_DBOS)
                if ended["count"] != STEPS_DBOS:
                    raise AssertionError(f"{ended['count']} steps of {STEPS_DBOS}")
                done += STEPS_DBOS
            return done

        yield work
        module.DBOS.destroy()


@contextmanager
def burr() -> Generator[Work]:
    """An application with one action that follows itself, and its own persister for SQLite after each step."""
    core = importlib.import_module("burr.core")
    persistence = importlib.import_module("burr.core.persistence")
    with folder() as place:
        persister = persistence.SQLitePersister(db_path=str(place / "burr.db"), table_name="steps")
        persister.initialize()
        _settle(persister.connection, None)
        names = list(context_of(SMALL))

        def count(state: Any) -> Any:  # noqa: ANN401 - burr's State, which is not installed where this is checked
            return state.update(count=state["count"] + 1)

        counted = core.action(reads=names, writes=names)(count)
        numbers = itertools.count()

        def work(units: int) -> int:
            builder = core.ApplicationBuilder().with_actions(count=counted).with_transitions(("count", "count"))
            builder = builder.with_identifiers(app_id=f"m-{next(numbers)}").with_state(**context_of(SMALL))
            application = builder.with_entrypoint("count").with_state_persister(persister).build()
            for _ in range(units):
                application.step()
            if application.state["count"] != units:
                raise AssertionError(f"{application.state['count']} steps of {units}")
            return units

        yield work
        persister.cleanup()


def _settle(connection: Any, _record: object) -> None:  # noqa: ANN401 - sqlite3's, or what a peer wraps it in
    """The durability that ours has: WAL, and no sync a commit."""
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL"):
        connection.execute(f"PRAGMA {pragma}")
