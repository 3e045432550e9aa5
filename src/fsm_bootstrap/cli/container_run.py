"""``fsm container-run``: what runs inside a container that a machine waits for."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final, NamedTuple

from fsm_bootstrap.cli import container_result
from fsm_bootstrap.cli.exits import CommandError, Exit
from fsm_bootstrap.cli.output import say
from fsm_bootstrap.cli.session import begin, open_app
from fsm_domain.runtime.errors import InboxFull
from fsm_ports.errors import PortError, PortRejected
from fsm_ports.names import CONTAINER_ENVIRONMENT_VARIABLE, CONTAINER_VARIABLE

if TYPE_CHECKING:
    from fsm_bootstrap.application import App

PATIENCE: Final = 300.0
"""Seconds for which a back end that does not answer is asked again."""
_NOT_STARTED: Final = 127


def run_command(command: Sequence[str]) -> int:
    """Run the command, report its end to the machine, and end with its exit code.

    Raises:
        CommandError: no machine is known that waits for this container.
        Conflict: the machine does not wait for it any more.
        PortError: the report could not be made within 5 minutes; whoever starts the container again repeats it.
    """
    app = open_app(begin())
    reporting = _reporting()
    environment = _environment(app)
    with tempfile.TemporaryDirectory(prefix="fsm-") as folder:
        result = Path(folder) / "result"
        code = _run(command, {**os.environ, **environment, container_result.VARIABLE: str(result)})
        left = container_result.result_of(result)
    event = "done" if code == 0 else "fail"
    if "result_error" in left:
        say(f"error: the result is left out: {left['result_error']}")
    _insist(app, lambda: _report(app, reporting, event, {"exit_code": code, **left}))
    say(f"reported {event} to {reporting.id} (exit code {code})")
    return code


class _Reporting(NamedTuple):
    """What `CONTAINER_VARIABLE` says: to which wait of which machine this container reports."""

    id: str
    expect_step: int
    event_id: str


def _reporting() -> _Reporting:
    text = os.environ.get(CONTAINER_VARIABLE)
    if text is None:
        raise CommandError(
            Exit.USAGE,
            f"{CONTAINER_VARIABLE} is not set, so no machine waits for this",
            "a machine's container source sets it; to try a command by itself run it without fsm container-run",
        )
    try:
        found = json.loads(text)
        reporting = _Reporting(found["id"], found["expect_step"], found["event_id"])
    except (KeyError, TypeError, ValueError, RecursionError):
        raise _spoilt() from None
    if [type(part) for part in reporting] != [str, int, str]:
        raise _spoilt()
    return reporting


def _spoilt() -> CommandError:
    return CommandError(
        Exit.USAGE,
        f"{CONTAINER_VARIABLE} is not what a machine's container source sets: JSON of id, expect_step and event_id",
        "leave that variable alone in the image, the task definition and CONTAINER_OPTIONS",
    )


def _environment(app: App) -> Mapping[str, str]:
    """What the machine gives to the command and was too large to travel with the task."""
    key = os.environ.get(CONTAINER_ENVIRONMENT_VARIABLE)
    if key is None:
        return {}
    found: list[Mapping[str, str]] = []
    _insist(app, lambda: found.append(_look(app, key)))
    return found[0]


def _look(app: App, key: str) -> Mapping[str, str]:
    found = None if app.environments is None else app.environments.get(key)
    if isinstance(found, PortError):
        raise found
    if found is None:
        raise CommandError(
            Exit.NOT_FOUND,
            f"no environment is stored under {key}",
            "PRIMARY_ENVIRONMENT_SOURCE has to be the machine's",
        )
    return found


def _run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Its exit code, as a shell has it; its output is this process's own.  A stop is passed on to it."""
    try:
        process = subprocess.Popen(list(command), env=dict(environment))
    except OSError as error:
        say(f"error: {command[0]} cannot be started: {error.strerror}")
        return _NOT_STARTED

    def stop(number: int, _frame: FrameType | None) -> None:
        process.send_signal(number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        code = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code


def _report(app: App, reporting: _Reporting, event: str, data: dict[str, object]) -> None:
    """That it has ended is worth more than its result: where the inbox has no room for both, the result stays out."""
    told = reporting.id, event, container_result.text_of(data), reporting.event_id, reporting.expect_step
    try:
        app.operator.report(*told)
    except InboxFull as full:
        if "result" not in data:
            raise
        left = container_result.left_out(f"the machine's inbox has no room for {full.size} bytes")
        say(f"error: the result is left out: {left['result_error']}")
        _report(app, reporting, event, {"exit_code": data["exit_code"], **left})


def _insist(app: App, act: Callable[[], None]) -> None:
    """Again, ever more rarely, while a back end does not answer."""
    end, pause = app.clock.now() + PATIENCE, 0.5
    while True:
        try:
            act()
        except PortRejected:
            raise
        except PortError as error:
            if app.clock.now() + pause > end:
                raise
            say(f"warning: {error}; trying again in {pause:g} s")
            app.clock.sleep(pause)
            pause = min(2 * pause, 30.0)
        else:
            return
