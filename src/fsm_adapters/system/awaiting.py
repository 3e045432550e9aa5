"""Gets the results of async actions."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

T = TypeVar("T")


class AwaitRunner:
    """Waits for awaitables, each thread in an event loop of its own, which stays the same from call to call.

    What an action keeps for its loop (an HTTP session) therefore serves the next action too.  A thread that is inside
    an event loop already, such as a notebook's, lends the work to a thread beside it and waits.  asyncio is imported
    at the first awaitable: machines of plain functions never pay for it.  `make_loop` makes each loop; None: asyncio
    does.
    """

    def __init__(self, make_loop: Callable[[], asyncio.AbstractEventLoop] | None = None) -> None:
        self._make_loop = make_loop
        self._loops: dict[threading.Thread, asyncio.Runner] = {}
        self._helpers: dict[threading.Thread, ThreadPoolExecutor] = {}
        self._lock = threading.Lock()

    def __call__(self, awaitable: Awaitable[T], timeout: float | None = None) -> T:
        """The result of `awaitable`, or the exception that it raises; it sees the caller's context variables.

        Raises:
            TimeoutError: it took longer than `timeout` seconds, and was cancelled.
            RuntimeError: it was cancelled.
        """
        if not _inside_a_loop():
            return self._run(awaitable, timeout, contextvars.copy_context())
        return self._helper().submit(self._run, awaitable, timeout, contextvars.copy_context()).result()

    def close(self) -> None:
        """Close every event loop; call it when nothing runs any more.  A later call opens new ones."""
        with self._lock:
            helpers, self._helpers = self._helpers, {}
            loops, self._loops = self._loops, {}
        for helper in helpers.values():
            helper.shutdown()
        _close(list(loops.values()))

    def _run(self, awaitable: Awaitable[T], timeout: float | None, context: contextvars.Context) -> T:
        import asyncio

        async def result() -> T:
            limit = asyncio.timeout(timeout)
            try:
                async with limit:
                    return await awaitable
            except TimeoutError:
                if limit.expired():
                    raise TimeoutError(f"the action took longer than its timeout of {timeout:g} s") from None
                raise

        try:
            return self._loop().run(result(), context=context)
        except asyncio.CancelledError as error:
            # Not an Exception: it would end the whole worker for what went wrong in one action.
            raise RuntimeError("the async action was cancelled") from error

    def _loop(self) -> asyncio.Runner:
        import asyncio

        thread = threading.current_thread()
        loop = self._loops.get(thread)
        if loop is None:
            loop = asyncio.Runner(loop_factory=self._make_loop)
            with self._lock:
                dead = [self._loops.pop(other) for other in list(self._loops) if not other.is_alive()]
                self._loops[thread] = loop
            _close(dead)
        return loop

    def _helper(self) -> ThreadPoolExecutor:
        from concurrent.futures import ThreadPoolExecutor

        thread = threading.current_thread()
        with self._lock:
            helper = self._helpers.get(thread)
            if helper is None:
                helper = self._helpers[thread] = ThreadPoolExecutor(1, "fsm-await")
        return helper


def _close(loops: list[asyncio.Runner]) -> None:
    if not loops:
        return

    def close() -> None:
        for loop in loops:
            loop.close()

    if not _inside_a_loop():
        close()
        return
    closing = threading.Thread(target=close)  # a loop runs its own clean-up, and a thread runs one loop at a time
    closing.start()
    closing.join()


def _inside_a_loop() -> bool:
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
