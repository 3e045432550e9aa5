"""What most commands begin with: settings, machines, the application."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fsm_bootstrap.cli.exits import CommandError, Exit
from fsm_bootstrap.cli.output import say
from fsm_bootstrap.definitions import DefinitionError
from fsm_bootstrap.loading import load_machines
from fsm_bootstrap.settings import Settings, load_settings

if TYPE_CHECKING:
    from fsm_bootstrap.application import App
    from fsm_domain.runtime.registry import AnyMachine

HERE = "."
"""The spec where none is given: whatever this folder defines."""


def begin() -> Settings:
    """Settings from the environment; logs go to standard error."""
    settings = load_settings()
    logging.basicConfig(
        stream=sys.stderr, level=settings.log_level, format="%(asctime)s %(levelname)s %(process)d %(message)s"
    )
    logging.getLogger("botocore").setLevel(logging.WARNING)  # it tells of each set of credentials that it finds
    return settings


def load(spec: str) -> tuple[AnyMachine, ...]:
    """The machines of the spec; warnings are said.

    Raises:
        DefinitionError: with every problem.
    """
    loaded = load_machines(spec)
    for warning in loaded.warnings:
        say(f"warning: {warning}")
    return loaded.machines


def load_for_now(option: str | None, settings: Settings) -> tuple[AnyMachine, ...]:
    """The machines, for a command that is better with them and works without: only a spec that was asked for by
    `option` has to be sound.

    Raises:
        DefinitionError: that one cannot be loaded.
    """
    spec = spec_of(option, settings)
    try:
        return load_machines(spec).machines
    except DefinitionError as error:
        if option:
            raise
        # Nothing here at all is no news; something here that is broken is.
        if spec != HERE or any(problem.file for problem in error.problems):
            say(f"warning: going on without the machines, which cannot be loaded; fsm check {spec} tells why")
        return ()


def spec_of(option: str | None, settings: Settings) -> str:
    """Which machines a command is about."""
    return option or settings.fsm_machines or HERE


def find_machine(spec: str, name: str | None, settings: Settings) -> tuple[AnyMachine, tuple[AnyMachine, ...]]:
    """The machine to run, and all that were defined beside it.

    `spec` leads to machines, or is the name of one that the default spec defines.

    Raises:
        CommandError: there are many and none was named, or no such machine.
        DefinitionError: the machines cannot be loaded.
    """
    machines, name = _load_with(spec, name, settings)
    known = ", ".join(machine.name for machine in machines)
    if name is None and len(machines) != 1:
        raise CommandError(Exit.USAGE, f"{spec} defines {len(machines)} machines", f"--machine NAME, one of: {known}")
    for machine in machines:
        if name in (None, machine.name):
            return machine, machines
    raise CommandError(Exit.NOT_FOUND, f"{spec} defines no machine {name!r}", f"it defines: {known}")


def open_app(settings: Settings, machines: tuple[AnyMachine, ...] = ()) -> App:
    """The application.

    Raises:
        PortMisconfigured: a setting does not work.
    """
    from fsm_bootstrap.application import build_application

    return build_application(settings, machines)


def _load_with(spec: str, name: str | None, settings: Settings) -> tuple[tuple[AnyMachine, ...], str | None]:
    """The machines, and which of them is meant where that is known."""
    if name is not None or not spec.replace("-", "_").isidentifier() or Path(spec).exists():
        return load(spec), name
    # A bare word: a machine of the default spec, or else a module.
    try:
        here = load(spec_of(None, settings))
    except DefinitionError as error:
        try:
            return load(spec), None
        except DefinitionError as other:
            # Nothing here at all, or something here that is broken: then that is what has to be mended.
            raise (error if any(problem.file for problem in error.problems) else other) from None
    if any(machine.name == spec for machine in here):
        return here, spec
    try:
        return load(spec), None
    except DefinitionError:
        known = ", ".join(machine.name for machine in here)
        raise CommandError(Exit.NOT_FOUND, f"there is no machine, file or module {spec!r}", f"here: {known}") from None
