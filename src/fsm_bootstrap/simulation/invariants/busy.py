"""Meeting somebody else's lease costs little: I8, I16."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from fsm_bootstrap.simulation.simulation import Simulated
from fsm_bootstrap.simulation.story import Story
from fsm_bootstrap.simulation.trace import Call, Crashed
from fsm_ports.errors import PortError
from fsm_ports.results import Busy

BUSY_A_LEASE = 2
"""It is put off until the lease ends; once more for the copy that the source handed out at the same time."""


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
    """By one message, in all its deliveries; what a fault kept from being put off does not count."""
    if not simulated.scenario.puts_off:
        return
    met: dict[tuple[str, float], int] = defaultdict(int)
    for call in story.calls:
        if call.operation == "acquire" and not _is_disturbed(story, call):
            for key, answer in zip(call.items, call.answers, strict=True):
                if isinstance(answer, Busy):
                    met[str(key), answer.until] += 1
    messages: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for delivered in story.deliveries:
        key = f"{delivered.message.correlation_id}:{delivered.message.step}"
        messages[key].add((delivered.received.port, delivered.delivery.position))
    for (key, until), times in met.items():
        if times > BUSY_A_LEASE * len(messages[key]):
            yield f"{len(messages[key])} messages of {key} met the lease until {until} {times} times"


def _is_disturbed(story: Story, acquired: Call) -> bool:
    """The process crashed, or a call of it failed, before it had settled the batch."""
    for event in story.events[acquired.number + 1 :]:
        if event.process != acquired.process:
            continue
        if isinstance(event, Crashed):
            return True
        if isinstance(event, Call) and event.operation in ("send", "settle"):
            if any(isinstance(answer, PortError) for answer in event.answers):
                return True
            if event.operation == "settle":
                return False
    return True
