"""What most commands begin with: settings, machines, the application."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fsm_bootstrap.cli.exits import CommandError, Exit
from fsm_bootstrap.cli.output import say
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


def spec_of(option: str | None, settings: Settings) -> str:
    """Which machines a command is about."""
    return option or settings.fsm_machines or HERE


def find_machine(spec: str, name: str | None, settings: Settings) -> tuple[AnyMachine, tuple[AnyMachine, ...]]:
    """The machine to run, and all that were defined beside it.

    `spec` leads to machines, or is the name of one that the default spec defines.

    Raises:
        CommandError: there are many and none was named, or no such machine.
    """
    by_name = _named_here(spec, settings) if name is None else None
    if by_name is not None:
        return by_name
    machines = load(spec)
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


def _named_here(name: str, settings: Settings) -> tuple[AnyMachine, tuple[AnyMachine, ...]] | None:
    """A bare word that is no file: a machine of the default spec, if that defines it."""
    from fsm_bootstrap.definitions import DefinitionError

    if not name.replace("-", "_").isidentifier() or Path(name).exists():
        return None
    try:
        machines = load(spec_of(None, settings))
    except DefinitionError:
        return None  # then it is taken for a module, and what is wrong is said of that
    return next(((machine, machines) for machine in machines if machine.name == name), None)
