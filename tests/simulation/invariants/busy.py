"""Meeting somebody else's lease costs little: I8, I16."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from fsm_ports.results import Busy
from tests.simulation.simulation import Simulated
from tests.simulation.story import Story


def i8_busy_spends_no_retry(simulated: Simulated, story: Story) -> Iterator[str]:
    """A message's retry number was reached by runs that raised, and by nothing else."""
    raised: dict[tuple[str, int, int], int] = {}
    for run in story.runs:
        if run.raised and run.ended is not None:
            key = run.began.correlation_id, run.began.step, run.began.retries
            raised[key] = min(raised.get(key, run.ended.number), run.ended.number)
    for (name, step), every in story.carried.items():
        for carried in every:
            retries = carried.message.retries
            if retries and raised.get((name, step, retries - 1), carried.call.number) >= carried.call.number:
                yield f"{name}: step {step} was sent as retry {retries}, and no run of retry {retries - 1} had raised"


def i16_busy_is_met_a_bounded_number_of_times_a_lease(simulated: Simulated, story: Story) -> Iterator[str]:
    """By one message, in all its deliveries."""
    bound = simulated.scenario.busy_a_lease
    if bound is None:
        return
    met: dict[tuple[str, float], int] = defaultdict(int)
    for call in story.calls:
        if call.operation == "acquire":
            for key, answer in zip(call.items, call.answers, strict=True):
                if isinstance(answer, Busy):
                    met[str(key), answer.until] += 1
    messages: dict[str, set[str]] = defaultdict(set)
    for delivered in story.deliveries:
        messages[f"{delivered.message.correlation_id}:{delivered.message.step}"].add(delivered.position)
    for (key, until), times in met.items():
        if times > bound * len(messages[key]):
            yield f"{len(messages[key])} messages of {key} met the lease until {until} {times} times"
