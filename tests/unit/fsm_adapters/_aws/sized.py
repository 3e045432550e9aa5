"""Messages of a given size."""

from __future__ import annotations

from fsm_adapters._wire.message import encode
from fsm_contract import samples
from fsm_ports import Instance


def of_size(size: int, name: str = "a") -> Instance:
    """A message whose text has so many bytes."""
    message = samples.record(name, 1.0)
    length = size
    for _ in range(3):  # the text around the context says how long that is
        message = message._replace(context=samples.text_of(length))
        length += size - len(encode(message))
    assert len(encode(message)) == size
    return message
