"""Gets the results of async actions."""

from __future__ import annotations

import threading
from collections.abc import Awaitable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio


class AwaitRunner:
    """Runs awaitables to their end, each thread in an event loop of its own that lives as long as the runner.

    asyncio is imported at the first awaitable: machines of plain functions never pay for it.
    """

    def __init__(self) -> None:
        self._local = threading.local()

    def __call__(self, awaitable: Awaitable[object]) -> object:
        """The result, or the exception, of `awaitable`.

        Raises:
            RuntimeError: this thread is already inside an event loop; handle deliveries in a thread of their own.
        """

        async def result() -> object:
            return await awaitable

        return self._runner().run(result())

    def close(self) -> None:
        """Close this thread's event loop."""
        runner: asyncio.Runner | None = getattr(self._local, "runner", None)
        if runner is not None:
            del self._local.runner
            runner.close()

    def _runner(self) -> asyncio.Runner:
        import asyncio

        runner: asyncio.Runner | None = getattr(self._local, "runner", None)
        if runner is None:
            runner = self._local.runner = asyncio.Runner()
        return runner
