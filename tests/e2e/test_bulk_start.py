"""Many machines started in one call, while the batches that carry them fail in part."""

from __future__ import annotations

from functools import partial
from typing import Literal

import pytest

from fsm_domain import FinalState, Machine, State, Step
from fsm_domain.runtime.client import StartRequest
from fsm_ports import Instance, InstanceQuery, Status
from tests.backends.backend import Backend
from tests.backends.hooks import attached_to_all
from tests.backends.partial_failures import PartialFailures, at_random
from tests.e2e.services import BUSES, make_resources, running, settings

MACHINES = 1_200
SEED = 7
SENDS = {"sqs": "sqs.SendMessageBatch", "sns": "sns.PublishBatch", "kinesis": "kinesis.PutRecords",
         "dynamodb": "dynamodb.BatchWriteItem"}  # fmt: skip

pytestmark = pytest.mark.timeout(300)
States = Literal["work", "end"]


def work(context: dict[str, int], step: Step) -> Literal["done"]:
    context["runs"] = context.get("runs", 0) + 1
    return "done"


def short() -> Machine[States, dict[str, int]]:
    state, final = State[States, dict[str, int]], FinalState[States, dict[str, int]]
    return Machine[States, dict[str, int]](
        "short", dict, initial="work", states=[state("work").on("done", "end").do(work), final("end")]
    )


@pytest.mark.parametrize("bus", SENDS)
def test_every_machine_of_a_bulk_start_is_answered_for_and_completes(bus: str, ministack: Backend) -> None:
    """One entry in five fails; nothing is started twice, and nothing that was answered is lost."""
    print(f"seed {SEED}")
    chosen = settings(ministack, primary_stream_source=BUSES[bus], history=False)
    make_resources(chosen, ministack)
    failures = PartialFailures(at_random(SEED, 0.2), operation=SENDS[bus])
    ids = [f"m-{number}" for number in range(MACHINES)]
    with attached_to_all(failures), running(chosen, ministack, short()) as case:
        results = case.app.client.start_many("short", [StartRequest({}, name) for name in ids])
        assert failures.failed
        missing = [name for name, result in zip(ids, results, strict=True) if not isinstance(result, Instance)]
        for name in missing:  # whoever gets an error asks again
            case.insist(partial(case.app.client.start, "short", {}, correlation_id=name))
        failures.on = False
        while case.app.client.find(InstanceQuery(status=Status.RUNNING)).instances:
            for _ in range(40):
                case.work()
        print(f"{bus}: {len(failures.failed)} entries failed, {len(missing)} starts were answered with an error")
        assert case.statuses(*ids) == [Status.COMPLETED] * MACHINES
