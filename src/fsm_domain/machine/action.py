"""What an action is, and what it may know."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, TypeVar, Union

C = TypeVar("C")
R = TypeVar("R")


class Step:
    """The step that an action runs in.

    ``idempotency_key`` is the same in every run of the same piece of work, across retries, crashes and redrives: hand
    it to a payment service and it charges once.
    """

    __slots__ = (
        "_now", "correlation_id", "data_text", "deadline", "fencing_token", "lambda_context", "machine", "number",
        "record", "retries", "state", "work",
    )  # fmt: skip

    def __init__(
        self, machine: str, correlation_id: str, number: int = 0, retries: int = 0, work: int = 0,
        fencing_token: int | None = None, deadline: float = 0.0, data_text: str | None = None, record: object = None,
        lambda_context: object = None, now: Callable[[], float] = float,
    ) -> None:  # fmt: skip
        self.machine = machine
        """Name of the machine."""
        self.correlation_id = correlation_id
        """Name of the machine instance."""
        self.number = number
        """0, 1, 2, ...: the step that is being run."""
        self.retries = retries
        """How often this step has failed before."""
        self.work = work
        """The step at which this piece of work was first committed."""
        self.fencing_token = fencing_token
        """Grows with every change of the lock's owner; None without a lock."""
        self.deadline = deadline
        """Epoch seconds at which this run has to be over."""
        self.data_text = data_text
        """JSON text that came with the outside event that led here."""
        self.record = record
        """The delivery's own record, as its source shows it."""
        self.lambda_context = lambda_context
        """The context of the Lambda invocation; None elsewhere."""
        self.state = ""
        """Name of the state whose action is being run."""
        self._now = now

    @property
    def idempotency_key(self) -> str:
        """Names this piece of work in the world."""
        return f"{self.correlation_id}:{self.work}"

    @property
    def data(self) -> Any:  # noqa: ANN401 - whatever JSON the sender of the event chose
        """What came with the outside event that led here, decoded; None without one."""
        import json

        return None if self.data_text is None else json.loads(self.data_text)

    def time_left(self) -> float:
        """Seconds until `deadline`."""
        return self.deadline - self._now()


Action: TypeAlias = Callable[[C, Step], Union[R, Awaitable[R]]]  # noqa: UP007 - one alias, subscripted at run time
"""Any positional callable ``(context, step) -> event``: a function, a bound method, a partial; plain or ``async``."""

Wait: TypeAlias = Callable[[Awaitable[object]], object]
"""Gets the result of an awaitable."""
