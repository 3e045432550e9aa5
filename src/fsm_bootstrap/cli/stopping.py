"""Stops work between two batches when a signal asks for it."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType

from fsm_bootstrap.cli.output import say


class Stop:
    """Within the block, SIGTERM and Ctrl-C set `requested`; a second Ctrl-C interrupts at once."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.requested = False
        self.interrupted = False
        """It was Ctrl-C."""
        self._quiet = quiet
        self._before: list[tuple[int, object]] = []

    def __enter__(self) -> Stop:
        for number in (signal.SIGTERM, signal.SIGINT):
            self._before.append((number, signal.signal(number, self._ask)))
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _: TracebackType | None
    ) -> None:
        for number, handler in self._before:
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal.signal returned it takes

    def __call__(self) -> bool:
        """Whether to stop."""
        return self.requested

    def _ask(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGINT:
            if self.interrupted:
                raise KeyboardInterrupt
            self.interrupted = True
        if not self.requested and not self._quiet:
            more = "; Ctrl-C again stops at once" if self.interrupted else ""
            say(f"stopping after what is in hand{more}")
        self.requested = True
