"""The example in the original's format: what its file says, and that it gets through."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator
from pathlib import Path

import pytest

from fsm_bootstrap.loading import load_machines
from fsm_domain.machine import Step
from fsm_domain.machine.advance import PSEUDO_INIT, Advanced, Rest, advance
from fsm_domain.runtime.registry import AnyMachine
from tests.unit.fsm_bootstrap.project import project_in

TRACER = Path(__file__).resolve().parents[2] / "examples" / "tracer"


@pytest.fixture
def tracer() -> Iterator[AnyMachine]:
    with project_in(TRACER):
        loaded = load_machines("fsm.yaml")
        assert loaded.warnings == ()
        (machine,) = loaded.machines
        yield machine


def _never(answer: Awaitable[object], timeout: float | None) -> object:
    raise AssertionError(answer)


class _Run:
    """Runs a machine as an engine without a store would."""

    def __init__(self, machine: AnyMachine, correlation_id: str) -> None:
        self.machine, self.correlation_id = machine, correlation_id
        self.context: dict[str, object] = {}
        self.trail: list[str] = []
        self.failures: list[int] = []
        """Of each step."""

    def to_the_end(self) -> None:
        at = Advanced(PSEUDO_INIT, PSEUDO_INIT, Rest.NO)
        while at.rest is Rest.NO:
            self.failures.append(0)
            at = self._step(at.state, at.event or "")
            self.trail.append(at.state)
        assert at.rest is Rest.COMPLETED

    def _step(self, state: str, event: str) -> Advanced:
        while True:
            context, number = dict(self.context), len(self.trail)
            step = Step(self.machine.name, self.correlation_id, number, self.failures[-1], work=number)
            try:
                advanced = advance(self.machine, state, event, context, step, _never)
            except Exception as error:  # the example's own class: it is loaded by its path
                if type(error).__name__ != "Unlucky":
                    raise
                self.failures[-1] += 1
            else:
                self.context = context
                return advanced


def test_it_is_in_the_originals_format_and_waits_little(tracer: AnyMachine) -> None:
    assert tracer.name == "tracer"
    assert tracer.context is dict
    assert list(tracer.nodes) == ["ping", "pong", "final"]
    assert (tracer.retry.max_retries, tracer.retry.cap) == (100, 0.05)


@pytest.mark.parametrize("correlation_id", [f"tracer-{number}" for number in range(5)])
def test_it_hands_over_more_than_100_times_and_comes_to_its_end(tracer: AnyMachine, correlation_id: str) -> None:
    run = _Run(tracer, correlation_id)
    run.to_the_end()
    assert run.trail == ["ping", "pong"] * 60 + ["ping", "final"]
    assert run.context == {"count": 121}
    assert max(run.failures) < tracer.retry.max_retries
    # A step makes 1 toss or 2, and 2 or 4 attempts on average: about 60 + 180 failures.
    assert 120 < sum(run.failures) < 480


def test_a_run_can_be_repeated(tracer: AnyMachine) -> None:
    first, second, other = _Run(tracer, "a"), _Run(tracer, "a"), _Run(tracer, "b")
    for run in (first, second, other):
        run.to_the_end()
    assert first.failures == second.failures != other.failures
