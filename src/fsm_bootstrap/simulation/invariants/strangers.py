"""What nobody can handle is kept, and holds nobody up: I12."""

from __future__ import annotations

from collections.abc import Iterator

from fsm_bootstrap.simulation.simulation import Simulated
from fsm_bootstrap.simulation.story import Story
from fsm_bootstrap.simulation.trace import Call
from fsm_ports.messages import Message, Outgoing, Unreadable


def i12_what_nobody_can_handle_is_with_the_dead_letters(simulated: Simulated, story: Story) -> Iterator[str]:
    """That its neighbours go on is I5."""
    if not simulated.ended:
        return
    kept = {_name(message) for call in story.calls if call.port == "dead" for message in _accepted(call)}
    for call in story.calls:
        if call.process.startswith("stranger"):
            for message in _accepted(call):
                if _name(message) not in kept:
                    yield f"{_name(message)} was accepted, cannot be handled, and is with no dead letters"


def _accepted(call: Call) -> Iterator[Message]:
    if call.operation == "send":
        for item, effect in zip(call.items, call.effects, strict=True):
            if effect is None and isinstance(item, Outgoing):
                yield item.message


def _name(message: Message) -> str:
    return message.text if isinstance(message, Unreadable) else message.correlation_id
