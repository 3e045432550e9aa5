"""Each mutant lives and dies in a fork of a process that has everything imported."""

from __future__ import annotations

import json
import os
import select
import signal
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

T = TypeVar("T")
Tell = Callable[[str], None]

PATIENCE = 300
"""Seconds without a word from anybody after which a fork is ended: it waits for something that never comes.  Those in
which this process stood still do not count, since its forks may have stood still as well."""


class Fork(NamedTuple):
    """What a fork was made for."""

    pid: int
    told: list[bytes]


def told_by_forks(items: Sequence[T], work: Callable[[T, Tell], None], at_once: int) -> Iterator[tuple[T, list[str]]]:
    """Have each item worked on in a fork; what it told, in the order in which they end.

    A fork tells by lines; one that is killed has told what it told before.
    """
    waiting, running, silence = list(reversed(items)), dict[int, tuple[T, Fork]](), 0
    while waiting or running:
        while waiting and len(running) < at_once:
            item = waiting.pop()
            end, fork = _forked(item, work)
            running[end] = item, fork
        ready, _, _ = select.select(list(running), [], [], 1.0)
        silence = 0 if ready else silence + 1
        if silence > PATIENCE:
            for _, fork in running.values():
                os.kill(fork.pid, signal.SIGKILL)
        for end in ready:
            item, fork = running[end]
            part = os.read(end, 65536)
            if part:
                fork.told.append(part)
            else:
                os.close(end)
                os.waitpid(fork.pid, 0)
                del running[end]
                yield item, b"".join(fork.told).decode().splitlines()


def _forked(item: T, work: Callable[[T, Tell], None]) -> tuple[int, Fork]:
    end, mine = os.pipe()
    pid = os.fork()
    if pid:
        os.close(mine)
        return end, Fork(pid, [])
    try:
        os.close(end)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        work(item, lambda line: _write(mine, line))
    except BaseException as error:  # noqa: BLE001 - a changed program may do anything
        _write(mine, json.dumps({"raised": repr(error)[:200]}))
    finally:
        os._exit(0)


def _write(end: int, line: str) -> None:
    os.write(end, line.encode() + b"\n")


def give_up_after(seconds: float) -> None:
    """Seconds of processor time, for this process: others may keep it waiting for longer."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)
