"""Whatever becomes of single requests and entries, no AWS adapter says of a thing what is not so.

What is accepted is there; what was rejected, or did not happen, is not; of what is of unknown outcome nothing is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import pytest

from fsm_adapters.dynamodb import schemas
from fsm_adapters.dynamodb.checkpoint_store import DynamoCheckpointStore
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SystemRandom
from fsm_contract import samples
from fsm_contract.suite import seeds
from fsm_ports import Commit, OutcomeUnknown, PortError, Refused
from tests.backends.aws import shared_clients
from tests.backends.backend import Backend
from tests.backends.faults import LOST_ANSWERS, OUTAGES, Fault, Faults, injected
from tests.backends.partial_failures import PartialFailures, at_random, failing_in_part
from tests.contract.dynamodb_tables import new_table
from tests.contract.faulted.service import Service
from tests.contract.faulted.services import SERVICES

CALLS = 30
"""Of three names each."""
NAMES = [[f"n-{call:02}-{n}" for n in range(3)] for call in range(CALLS)]
ALL_NAMES = [name for names in NAMES for name in names]

FAILING_IN_PART = [
    "sqs",
    "sqs fifo",
    "sqs acknowledge",
    "sqs extend",
    "sns",
    "kinesis",
    "dynamodb bus",
    "dynamodb retries",
    "dynamodb history",
]


@pytest.mark.parametrize("seed", seeds(1, 20))
@pytest.mark.parametrize("kinds", [OUTAGES, LOST_ANSWERS, (*OUTAGES, *LOST_ANSWERS)], ids=["outages", "lost", "all"])
@pytest.mark.parametrize("name", SERVICES)
def test_answers_are_true_when_requests_meet_faults(
    name: str, kinds: Sequence[Fault], seed: int, ministack: Backend
) -> None:
    print(f"seed {seed}")
    service = SERVICES[name](ministack, ALL_NAMES)
    with injected(Faults(*kinds, share=0.6, seed=seed), service.client) as faults:
        results = _put(service)
    assert {fault for _, fault in faults.met} == {*kinds}
    _check(results, service.changed())
    assert any(_is_accepted(result) for result in results.values())
    assert any(isinstance(result, OutcomeUnknown) for result in results.values())


@pytest.mark.parametrize(
    "code", ["", "InternalError", "InvalidParameterValue"], ids=["throttled", "internal", "invalid"]
)
@pytest.mark.parametrize("seed", seeds(1, 20))
@pytest.mark.parametrize("name", FAILING_IN_PART)
def test_answers_are_true_when_batches_fail_in_part(name: str, seed: int, code: str, ministack: Backend) -> None:
    print(f"seed {seed}")
    service = SERVICES[name](ministack, ALL_NAMES)
    with failing_in_part(PartialFailures(at_random(seed, 0.5), code), service.client) as failures:
        results = _put(service)
    assert failures.failed
    _check(results, service.changed())
    assert {_is_accepted(result) for result in results.values()} == {True, False}


def _put(service: Service) -> dict[str, object]:
    results: dict[str, object] = {}
    for names in NAMES:
        results |= dict(zip(names, service.put(names), strict=True))
    return results


def _check(results: dict[str, object], changed: set[str]) -> None:
    accepted = {name for name, result in results.items() if _is_accepted(result)}
    unknown = {name for name, result in results.items() if isinstance(result, OutcomeUnknown)}
    assert accepted - changed == set(), "accepted, and not there"
    assert changed - accepted - unknown == set(), "there, although it was answered that it did not happen"


def _is_accepted(result: object) -> bool:
    return not isinstance(result, PortError)


@pytest.mark.parametrize("fault", LOST_ANSWERS)
def test_commit_whose_answer_was_lost_and_that_the_client_repeats_is_refused_with_its_own_record(
    fault: Fault, ministack: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Garbage is no reason to repeat: its outcome stays unknown."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=id))  # lest botocore rests before it repeats
    client, clock = shared_clients(ministack).dynamodb(attempts=2), VirtualClock()
    table = new_table(client, schemas.CHECKPOINT)
    store = DynamoCheckpointStore(client, table, source="records", clock=clock, random=SystemRandom())
    record = samples.record("a", clock.now())
    with injected(Faults(fault, times=1, garbage=["cut off"]), client()):
        (result,) = store.commit([Commit(record)])
    assert isinstance(result, OutcomeUnknown) if fault is Fault.LOST_GARBAGE else result == Refused(record)
    assert list(store.read(["a"])) == [record]
