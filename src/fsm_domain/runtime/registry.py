"""The machines that a process knows, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, TypeAlias

from fsm_domain.machine.errors import MachineError
from fsm_domain.machine.machine import Machine
from fsm_domain.runtime.errors import UnknownMachine

AnyMachine: TypeAlias = Machine[Any, Any]  # Any: machines of every state and context type live side by side
Machines: TypeAlias = Mapping[str, AnyMachine]


def registry(machines: Iterable[AnyMachine]) -> Machines:
    """By name.

    Raises:
        MachineError: two machines have one name: a message could not tell them apart.
    """
    by_name: dict[str, AnyMachine] = {}
    for machine in machines:
        if by_name.setdefault(machine.name, machine) is not machine:
            raise MachineError(machine.name, [f"two machines are called {machine.name!r}; rename one"])
    return by_name


def known(machines: Machines, name: str) -> AnyMachine:
    """The machine of that name.

    Raises:
        UnknownMachine: with the names that are known.
    """
    machine = machines.get(name)
    if machine is None:
        near = get_close_matches(name, machines, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(machines)) or 'none'}"
        raise UnknownMachine(f"no machine is called {name!r}; {hint}")
    return machine
