"""``soak``: a million machines through one SQLite file, started and worked on at the same time; none may be lost."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Final

from benchmarks.contenders.files import SMALL, folder, start
from benchmarks.machines import context_of, counting, settings
from fsm_bootstrap.application import App, build_application, build_worker
from fsm_domain.runtime.client import StartRequest
from fsm_ports import PortError, Status
from fsm_ports.checkpoint_store import InstanceQuery

STEPS: Final = 3
"""Transitions of each machine, the one into its final state included."""
_TOGETHER: Final = 1_000
_AHEAD: Final = 20_000
"""Machines that are started before those that work get to them, at most."""
_PATIENCE: Final = 60.0
"""Seconds in which something has to happen."""
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


def soak(machines: int, workers: int, *, as_json: bool) -> int:
    """Run them, show how far it is, report; 1 where one was lost."""
    report = run_soak(machines, workers, show=sys.stderr.isatty() or not as_json)
    print(json.dumps(report, indent=2) if as_json else "\n".join(f"{name}: {value}" for name, value in report.items()))
    return 1 if report["lost"] else 0


def run_soak(machines: int, workers: int, *, show: bool) -> Mapping[str, object]:
    """What became of them."""
    with folder() as place:
        file = Path(place) / "fsm.db"
        with build_application(settings(primary_stream_source=f"sqlite:///{file}"), [counting()]) as app:
            began = time.monotonic()
            with _crew(file, workers) as crew, _bar(machines, show) as advance:
                _start_all(app, machines, crew, advance)
                _wait(app, machines, crew, advance)
                seconds, sizes = time.monotonic() - began, crew.sizes()
            completed, astray = _ended(app)
            told = None if app.history is None else app.history.read("m-0")
        size = sum(each.stat().st_size for each in file.parent.glob(f"{file.name}*"))
        return {
            "machines": machines,
            "workers": workers,
            "seconds": round(seconds, 1),
            "machines_per_s": round(machines / seconds),
            "transitions_per_s": round(machines * STEPS / seconds),
            "completed": completed,
            "lost": machines - completed,
            "at_a_wrong_step": astray,
            "worker_rss_mb": [round(size / 2**20, 1) for size in sizes],
            "file_bytes_per_machine": round(size / machines),
            "history_entries_of_the_first": 0 if told is None or isinstance(told, PortError) else len(told),
        }


def _start_all(app: App, machines: int, crew: _Crew, advance: Callable[[int], None]) -> None:
    """Not too far ahead of those that work: a queue that grows is not what is measured."""
    for begin in range(0, machines, _TOGETHER):
        names = range(begin, min(begin + _TOGETHER, machines))
        start(app, [StartRequest(context_of(SMALL, STEPS - 1), f"m-{name}") for name in names])
        while names.stop - crew.done > _AHEAD:
            crew.demand_alive()
            advance(crew.done)
            time.sleep(0.02)
        advance(crew.done)


def _wait(app: App, machines: int, crew: _Crew, advance: Callable[[int], None]) -> None:
    """Until none runs any more, or nothing has been done for a minute."""
    moved, before = time.monotonic(), -1
    while time.monotonic() - moved < _PATIENCE:
        if crew.done != before:
            before, moved = crew.done, time.monotonic()
            advance(min(before, machines))
        page = app.client.find(InstanceQuery(status=Status.RUNNING, limit=1))
        if not page.instances:
            advance(machines)
            return
        crew.demand_alive()
        time.sleep(0.1)


def _ended(app: App) -> tuple[int, int]:
    """How many are completed, and how many of these at another step than their last."""
    completed, astray, cursor = 0, 0, None
    while True:
        page = app.client.find(InstanceQuery(status=Status.COMPLETED, limit=_TOGETHER, cursor=cursor))
        completed += len(page.instances)
        astray += sum(one.step != STEPS for one in page.instances)
        cursor = page.cursor
        if cursor is None:
            return completed, astray


class _Crew:
    """Processes that work, and how many deliveries they have done."""

    def __init__(self, file: Path, workers: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._done = [context.Value("q", 0) for _ in range(workers)]
        self._stop = context.Event()
        self._processes = [
            context.Process(target=_work, args=(str(file), counter, self._stop), daemon=True) for counter in self._done
        ]
        for process in self._processes:
            process.start()

    @property
    def done(self) -> int:
        """Machines make all their steps in one delivery, unless something goes wrong: good enough for a bar."""
        return sum(counter.value for counter in self._done)

    def sizes(self) -> list[int]:
        """Bytes of each that are in memory."""
        return [_resident(process.pid) for process in self._processes if process.pid is not None]

    def demand_alive(self) -> None:
        """Raises:
        RuntimeError: one has ended.
        """
        for process in self._processes:
            if not process.is_alive():
                raise RuntimeError(f"a worker has ended with {process.exitcode}")

    def dismiss(self) -> None:
        self._stop.set()
        for process in self._processes:
            process.join(_PATIENCE)


@contextmanager
def _crew(file: Path, workers: int) -> Generator[_Crew]:
    crew = _Crew(file, workers)
    try:
        yield crew
    finally:
        crew.dismiss()


def _work(file: str, counter: Synchronized[int], stop: Event) -> None:
    """One worker, until it is told to stop."""
    with build_application(settings(primary_stream_source=f"sqlite:///{file}"), [counting()]) as app:
        worker = build_worker(app)
        while not stop.is_set():
            handled = worker.run_once()
            counter.value += handled
            if not handled:
                time.sleep(0.01)


@contextmanager
def _bar(machines: int, show: bool) -> Generator[Callable[[int], None]]:
    """How far it is, on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("machines"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not show) as progress:
        task = progress.add_task("machines", total=machines)
        yield lambda done: progress.update(task, completed=done)


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE
