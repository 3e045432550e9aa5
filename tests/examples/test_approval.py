"""The approval example: granted, rejected, expired, in memory and on SQLite; and killed while it waits."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.approval.machines import Request, approval
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SeededRandom
from fsm_bootstrap.application import App, build_application, build_worker
from fsm_bootstrap.settings import ExplicitSettings
from fsm_bootstrap.source import Source
from fsm_domain.runtime.errors import Conflict
from fsm_ports.instance import Status

PROJECT = Path(__file__).parents[2]
DAY = 86_400.0
PATIENCE = 60.0


class Office:
    """The approval on one back end, and a clock that only we move."""

    def __init__(self, source: str) -> None:
        self.clock = VirtualClock()
        url = Source(source)
        settings = ExplicitSettings(primary_stream_source=url, primary_checkpoint_source=url)
        self.app = build_application(settings, [approval], clock=self.clock, random=SeededRandom(1))
        self.worker = build_worker(self.app)
        self.app.client.start("approval", Request(), correlation_id="a")
        self.work()

    def work(self) -> None:
        while self.worker.run_once():
            pass

    def pass_days(self, days: float) -> None:
        """Hour by hour, as a worker that polls would see it."""
        for _ in range(round(days * 24)):
            self.clock.advance(3600.0)
            self.work()

    def decide(self, event: str, who: str) -> None:
        self.app.operator.send("a", event, f'{{"by": "{who}"}}')
        self.work()

    @property
    def state(self) -> str:
        return self.app.client.get("a").state

    @property
    def request(self) -> Request:
        return self.app.codec.decode(Request, self.app.client.get("a").context or "")


@pytest.fixture(params=["memory", "sqlite"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    office = Office("memory://" if request.param == "memory" else f"sqlite:///{tmp_path}/fsm.db")
    with office.app:
        yield office


def test_two_people_grant_it(office: Office) -> None:
    office.decide("approve", "ada")
    assert office.state == "decide"
    office.decide("approve", "grace")
    assert office.state == "granted"
    assert office.request.approved_by == ["ada", "grace"]
    assert office.request.booked is not None


def test_one_person_cannot_grant_it_alone(office: Office) -> None:
    office.decide("approve", "ada")
    office.decide("approve", "ada")
    assert office.state == "decide"


def test_one_person_rejects_it_and_what_was_reserved_is_given_back(office: Office) -> None:
    office.decide("reject", "bob")
    assert office.state == "rejected"
    assert (office.request.rejected_by, office.request.reserved) == ("bob", None)


def test_they_are_reminded_each_day_and_it_expires_after_three(office: Office) -> None:
    office.pass_days(2.9)
    assert (office.state, office.request.reminders) == ("decide", 2)
    office.pass_days(0.2)
    assert office.state == "expired"
    assert office.request.reserved is None
    with pytest.raises(Conflict, match="it is completed in state 'expired'"):
        office.decide("approve", "ada")


def machine_is_waiting(app: App) -> bool:
    return app.client.get("a").status is Status.WAITING


@pytest.mark.timeout(120)
def test_it_survives_the_death_of_its_worker_while_it_waits(tmp_path: Path) -> None:
    source = f"sqlite:///{tmp_path}/fsm.db"
    environment = {**os.environ, "PRIMARY_STREAM_SOURCE": source, "CLAIM_SECONDS": "2", "LOG_LEVEL": "ERROR"}
    command = [
        sys.executable,
        "-m",
        "fsm_bootstrap.cli",
        "worker",
        "--machines",
        str(PROJECT / "examples" / "approval"),
    ]
    with build_application(ExplicitSettings(primary_stream_source=Source(source)), [approval]) as app:
        app.client.start("approval", Request(), correlation_id="a")
        worker = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + PATIENCE
            while not machine_is_waiting(app):
                assert time.monotonic() < deadline, "the machine does not come to wait"
                time.sleep(0.05)
        finally:
            worker.kill()
            worker.wait()
        app.operator.send("a", "approve", '{"by": "ada"}')
        subprocess.run([*command, "--drain"], env=environment, check=True, capture_output=True, timeout=PATIENCE)
        assert machine_is_waiting(app)
        app.operator.send("a", "approve", '{"by": "grace"}')
        subprocess.run([*command, "--drain"], env=environment, check=True, capture_output=True, timeout=PATIENCE)
        assert app.client.get("a").state == "granted"
