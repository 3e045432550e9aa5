"""Waiting for async actions."""

from __future__ import annotations

import asyncio
import contextvars
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from typing import TypeVar

import pytest

from fsm_adapters.system.awaiting import AwaitRunner

T = TypeVar("T")

request_id = contextvars.ContextVar("request_id", default="none")


@pytest.fixture
def wait() -> Iterator[AwaitRunner]:
    runner = AwaitRunner()
    yield runner
    runner.close()


async def _loop() -> asyncio.AbstractEventLoop:
    await asyncio.sleep(0)
    return asyncio.get_running_loop()


def _in_a_thread(work: Callable[[], T]) -> T:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result(60)


class Ready:
    """Awaitable, and no coroutine."""

    def __await__(self) -> Generator[None, None, str]:
        yield
        return "ready"


def test_result_of_a_coroutine(wait: AwaitRunner) -> None:
    async def action() -> str:
        await asyncio.sleep(0)
        return "paid"

    assert wait(action()) == "paid"


def test_any_awaitable_will_do(wait: AwaitRunner) -> None:
    assert wait(Ready()) == "ready"


def test_exception_of_the_action_is_raised(wait: AwaitRunner) -> None:
    async def action() -> None:
        await asyncio.sleep(0)
        raise KeyError("card")

    with pytest.raises(KeyError, match="card"):
        wait(action())


def test_loop_stays_the_same_so_that_sessions_can_be_kept(wait: AwaitRunner) -> None:
    assert wait(_loop()) is wait(_loop())


def test_each_thread_has_a_loop_of_its_own(wait: AwaitRunner) -> None:
    assert _in_a_thread(lambda: wait(_loop())) is not wait(_loop())


def test_close_closes_the_loops_of_every_thread() -> None:
    wait = AwaitRunner()
    loops = [wait(_loop()), _in_a_thread(lambda: wait(_loop()))]
    wait.close()
    assert [loop.is_closed() for loop in loops] == [True, True]


def test_closed_runner_opens_a_new_loop(wait: AwaitRunner) -> None:
    before = wait(_loop())
    wait.close()
    wait.close()
    assert wait(_loop()) is not before


def test_loop_of_a_thread_that_has_ended_is_closed_in_time(wait: AwaitRunner) -> None:
    loops: list[asyncio.AbstractEventLoop] = []
    for _ in range(2):
        thread = Thread(target=lambda: loops.append(wait(_loop())))
        thread.start()
        thread.join()
    assert [loop.is_closed() for loop in loops] == [True, False]


def test_inside_a_running_loop_it_waits_in_a_thread_beside_it(wait: AwaitRunner) -> None:
    """A notebook's cell, say, which calls this synchronous engine."""

    async def notebook() -> tuple[asyncio.AbstractEventLoop, asyncio.AbstractEventLoop]:
        return wait(_loop()), wait(_loop())

    first, second = asyncio.run(notebook())
    assert first is second


def test_it_can_be_closed_inside_a_running_loop() -> None:
    wait = AwaitRunner()
    outside = wait(_loop())

    async def notebook() -> asyncio.AbstractEventLoop:
        inside = wait(_loop())
        wait.close()
        return inside

    assert asyncio.run(notebook()).is_closed()
    assert outside.is_closed()


def _calls_with_context_variables(wait: AwaitRunner) -> list[str]:
    async def action() -> str:
        seen = request_id.get()
        request_id.set("changed")
        return seen

    def call(name: str) -> str:
        request_id.set(name)
        return f"{wait(action())} {request_id.get()}"

    return [call("a"), call("b")]


def test_action_sees_the_context_variables_of_its_caller_and_changes_none(wait: AwaitRunner) -> None:
    seen = contextvars.copy_context().run(_calls_with_context_variables, wait)
    assert seen == ["a a", "b b"]


def test_so_it_does_inside_a_running_loop(wait: AwaitRunner) -> None:
    async def notebook() -> list[str]:
        return _calls_with_context_variables(wait)

    assert asyncio.run(notebook()) == ["a a", "b b"]


def test_cancelled_action_is_an_ordinary_error(wait: AwaitRunner) -> None:
    """As asyncio's own, which is no `Exception`, it would end the worker and not the action."""

    async def action() -> None:
        raise asyncio.CancelledError

    with pytest.raises(RuntimeError, match="cancelled"):
        wait(action())


def test_asyncio_is_loaded_for_the_first_awaitable_only() -> None:
    program = (
        "import sys\n"
        "from fsm_adapters.system.awaiting import AwaitRunner\n"
        "wait = AwaitRunner()\n"
        "wait.close()\n"
        "assert 'asyncio' not in sys.modules\n"
        "async def action(): return 5\n"
        "assert wait(action()) == 5\n"
        "assert 'asyncio' in sys.modules\n"
        "wait.close()"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_what_takes_longer_than_its_timeout_is_cancelled(wait: AwaitRunner) -> None:
    cancelled: list[bool] = []

    async def action() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    with pytest.raises(TimeoutError, match=r"longer than its timeout of 0\.01 s"):
        wait(action(), 0.01)
    assert cancelled == [True]


def test_a_time_out_of_the_action_s_own_stays_its_own(wait: AwaitRunner) -> None:
    async def action() -> None:
        await asyncio.sleep(0)
        raise TimeoutError("the bank")

    with pytest.raises(TimeoutError, match="the bank"):
        wait(action(), 60.0)
