"""Tells the trace when the actions of a step begin and end."""

from __future__ import annotations

from typing import TypeVar

from fsm_adapters.codec.json_codec import JsonCodec
from fsm_bootstrap.simulation.kernel import Kernel
from fsm_bootstrap.simulation.trace import RunBegan, RunEnded, Trace
from fsm_domain.machine import Step
from fsm_ports.codec import ContextCodec

T = TypeVar("T")


class Runs(ContextCodec):
    """The codec stands around the actions of a step: what it decoded is their input, what it encodes their output."""

    def __init__(self, kernel: Kernel, trace: Trace) -> None:
        self._kernel, self._trace, self._codec = kernel, trace, JsonCodec()
        self._inputs: dict[str, str] = {}
        self._open: set[str] = set()

    def decode(self, type: type[T], text: str) -> T:
        self._inputs[self._kernel.current] = text
        return self._codec.decode(type, text)

    def encode(self, context: object) -> str:
        text = self._codec.encode(context)
        self._end(text)
        return text

    def begin(self, step: Step) -> None:
        """An action of this step is called; the first one begins the run."""
        process, trace = self._kernel.current, self._trace
        if process not in self._open:
            self._open.add(process)
            trace.add(
                RunBegan(
                    trace.next_number, self._kernel.now, process, step.correlation_id, step.number, step.retries,
                    step.deadline - self._kernel.skew, self._inputs[process],
                )
            )  # fmt: skip

    def raised(self) -> None:
        """The action is about to raise."""
        self._end(None)

    def _end(self, text: str | None) -> None:
        process = self._kernel.current
        if process in self._open:  # a caller decodes and encodes, too, and runs nothing
            self._open.remove(process)
            self._trace.add(RunEnded(self._trace.next_number, self._kernel.now, process, text))
