"""What an action is, and what it may know."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from math import inf
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar, Union

if TYPE_CHECKING:
    from fsm_domain.machine.container import Work

C = TypeVar("C")
R = TypeVar("R")


Limit: TypeAlias = Callable[[float], AbstractContextManager[object]]
"""Raises TimeoutError in, or at the end of, a block that takes longer than so many seconds."""


def _unlimited(seconds: float) -> AbstractContextManager[object]:
    return nullcontext()


class Step:
    """The step that an action runs in.  In a test of an action, what it does not look at may be left out.

    >>> Step(machine="orders", correlation_id="o-1", number=4, work=4).idempotency_key
    'o-1:4'

    ``idempotency_key`` is the same in every run of the same piece of work, across retries, crashes and redrives: hand
    it to a payment service and it charges once.
    """

    __slots__ = (
        "_containers", "correlation_id", "data_text", "deadline", "fencing_token", "lambda_context", "limit", "machine",
        "now", "number", "record", "retries", "state", "work",
    )  # fmt: skip

    def __init__(
        self, machine: str, correlation_id: str, number: int = 0, retries: int = 0, work: int = 0,
        fencing_token: int | None = None, deadline: float = inf, data_text: str | None = None, record: object = None,
        lambda_context: object = None, now: Callable[[], float] = float, limit: Limit = _unlimited,
        containers: Callable[[Step, Work], None] | None = None,
    ) -> None:  # fmt: skip
        self.machine: Final = machine
        """Name of the machine."""
        self.correlation_id: Final = correlation_id
        """Name of the machine instance."""
        self.number: Final = number
        """0, 1, 2, ...: the step that is being run."""
        self.retries: Final = retries
        """How often this step has failed before."""
        self.work: Final = work
        """The step at which this piece of work was first committed."""
        self.fencing_token: Final = fencing_token
        """Grows with every change of the lock's owner; None without a lock."""
        self.deadline: Final = deadline
        """Epoch seconds at which this run has to be over."""
        self.data_text: Final = data_text
        """JSON text that came with the outside event that led here."""
        self.record: Final = record
        """The delivery's own record, as its source shows it."""
        self.lambda_context: Final = lambda_context
        """The context of the Lambda invocation; None elsewhere."""
        self.state = ""
        """Name of the state whose action is being run."""
        self.now: Final = now
        """What time it is, in epoch seconds."""
        self.limit: Final = limit
        """Bounds the time of what runs inside it."""
        self._containers: Final = containers

    def __repr__(self) -> str:
        return f"<Step {self.number} of {self.machine} {self.correlation_id!r}, retries {self.retries}>"

    @property
    def idempotency_key(self) -> str:
        """Names this piece of work in the world."""
        return f"{self.correlation_id}:{self.work}"

    @property
    def data(self) -> Any:  # noqa: ANN401 - whatever JSON the sender of the event chose
        """What came with the outside event that led here, decoded; None without one."""
        import json

        return None if self.data_text is None else json.loads(self.data_text)

    def start_container(self, work: Work) -> None:
        """Start a container for this piece of work; started again, it is the same start.

        Raises:
            RuntimeError: no container source is set.
            Exception: whatever keeps it from starting; the step is then tried again as after any failure.
        """
        if self._containers is None:
            raise RuntimeError(
                "no container source is set; set PRIMARY_CONTAINER_SOURCE, such as subprocess:// or docker://"
            )
        self._containers(self, work)

    def time_left(self) -> float:
        """Seconds until `deadline`."""
        return self.deadline - self.now()


Action: TypeAlias = Callable[[C, Step], Union[R, Awaitable[R]]]  # noqa: UP007 - one alias, subscripted at run time
"""Any positional callable ``(context, step) -> event``: a function, a bound method, a partial; plain or ``async``."""

Wait: TypeAlias = Callable[[Awaitable[object], "float | None"], object]
"""Gets the result of an awaitable; raises TimeoutError when it takes longer than so many seconds (None: any time)."""
