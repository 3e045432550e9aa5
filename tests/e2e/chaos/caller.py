"""Whoever starts the machines: it repeats each call until it is told that the machine has started."""

from __future__ import annotations

import time
from threading import Event, Thread

from fsm_bootstrap.application import App, build_application
from fsm_bootstrap.settings import ExplicitSettings
from fsm_domain.runtime.client import StartRequest
from fsm_ports import Instance, PortError, Status
from tests.e2e.chaos.machine import chaotic

_EVERY = 0.2
"""Seconds between two looks."""


class Caller:
    """Keeps so many machines on their way, in a thread of its own: a call may take as long as an outage."""

    def __init__(self, settings: ExplicitSettings, load: int) -> None:
        self.started: list[str] = []
        """Machines that were called for, whether or not the answer came."""
        self.failure: BaseException | None = None
        self._app: App = build_application(settings, [chaotic])
        self._load, self._unsure, self._going = load, set[str](), set[str]()
        self._no_more, self._over = Event(), Event()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def until_rest(self, patience: float) -> bool:
        """Start no more; whether all have come to rest by then."""
        self._no_more.set()
        self._thread.join(patience)
        return not self._thread.is_alive() and self.failure is None

    def close(self) -> None:
        self._over.set()
        self._thread.join(60.0)
        self._app.close()

    @property
    def app(self) -> App:
        """For the time after its own work."""
        return self._app

    @property
    def waits_for(self) -> list[str]:
        return sorted(self._unsure | self._going)

    def _run(self) -> None:
        try:
            while not self._over.is_set():
                self._look()
                if not self._no_more.is_set():
                    self._call()
                self._start()
                if self._no_more.is_set() and not self._unsure and not self._going:
                    return
                time.sleep(_EVERY)
        except BaseException as error:  # noqa: BLE001 - told to whoever waits for this thread
            self.failure = error

    def _call(self) -> None:
        for _ in range(self._load - len(self._going) - len(self._unsure)):
            name = f"c-{len(self.started)}"
            self.started.append(name)
            self._unsure.add(name)

    def _start(self) -> None:
        names = sorted(self._unsure)
        requests = [StartRequest({"marks": []}, name) for name in names]
        for name, result in zip(names, self._app.client.start_many("chaotic", requests), strict=True):
            if isinstance(result, Instance):
                self._unsure.discard(name)
                self._going.add(name)
            else:
                assert isinstance(result, PortError), result

    def _look(self) -> None:
        names = sorted(self._going)
        for name, found in zip(names, self._app.store.read(names), strict=True):
            if isinstance(found, Instance) and found.status is not Status.RUNNING:
                self._going.discard(name)
