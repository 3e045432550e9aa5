"""``fsm diagram``: a machine as a picture, with the way of one of its instances where asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fsm_bootstrap.cli.definition_commands import Drawn
from fsm_bootstrap.cli.exits import CommandError, Exit
from fsm_bootstrap.cli.graph import next_way
from fsm_bootstrap.cli.output import put, say
from fsm_bootstrap.cli.past import entries
from fsm_bootstrap.cli.session import begin, find_machine, open_app
from fsm_domain.machine.migration import state_now
from fsm_domain.runtime.taking_up import is_signed
from fsm_ports.errors import PortError
from fsm_ports.instance import Status
from fsm_ports.names import PSEUDO_INIT

if TYPE_CHECKING:
    from fsm_bootstrap.application import App
    from fsm_bootstrap.diagram import Marks, Picture
    from fsm_domain.runtime.registry import AnyMachine
    from fsm_ports.instance import Instance


def draw_machine(spec: str, name: str | None, form: Drawn, instance: str | None, *, failures: bool) -> None:
    """Print the picture; what is wrong with the marks is said beside it.

    Raises:
        CommandError: there is no such machine, the instance is one of another, or Graphviz is missing.
        DefinitionError: the machines cannot be loaded.
    """
    from fsm_bootstrap.diagram import Marks, picture

    settings = begin()
    machine, machines = find_machine(spec, name, settings)
    marks = Marks() if instance is None else _marks(open_app(settings, machines), machine, instance)
    put(_written(picture(machine, marks, failures=failures), form).rstrip("\n"))


def _marks(app: App, machine: AnyMachine, correlation_id: str) -> Marks:
    from fsm_bootstrap.diagram import Marks

    record = app.client.get(correlation_id)
    if record.machine != machine.name:
        message = f"{correlation_id} is an instance of {record.machine!r}, not of {machine.name!r}"
        raise CommandError(Exit.USAGE, message, f"fsm diagram SPEC --machine {record.machine} --instance ...")
    if record.definition and not is_signed(record, machine):
        say(f"warning: it was last moved by definition {record.definition}, while here it is {machine.fingerprint}")
    state = state_now(machine, record.state)
    if state != PSEUDO_INIT and state not in machine.nodes:
        say(f"warning: it is in state {record.state!r}, which is not in the picture")
    visited = frozenset(state_now(machine, name) for name in _visited(app, record))
    failing = next_way(machine, record) if record.status is Status.FAILED else None
    if failing is not None:  # its record rests before the step; what failed for good is the way into the next state
        return Marks(failing.target, stopped=True, visited=visited | {state})
    return Marks(state, stopped=record.status in (Status.FAILED, Status.ABORTED), visited=visited)


def _visited(app: App, record: Instance) -> frozenset[str]:
    """The states that its history tells of."""
    if app.history is None:
        say("warning: no history is kept, so only the state that it is in is marked")
        return frozenset()
    try:
        return frozenset(entry.state for entry in entries(app.history, record.correlation_id))
    except PortError as error:
        say(f"warning: only the state that it is in is marked, since its history was not read: {error}")
        return frozenset()


def _written(picture: Picture, form: Drawn) -> str:
    """Only what this format needs is imported."""
    match form:
        case Drawn.MERMAID:
            from fsm_bootstrap.diagram.mermaid import mermaid

            return mermaid(picture)
        case Drawn.DOT:
            from fsm_bootstrap.diagram.dot import dot

            return dot(picture)
        case Drawn.ASCII:
            from fsm_bootstrap.diagram.ascii import ascii_art

            return ascii_art(picture)
        case Drawn.SVG:
            return _svg(picture)


def _svg(picture: Picture) -> str:
    from fsm_bootstrap.diagram.svg import CannotDraw, svg

    try:
        return svg(picture)
    except CannotDraw as error:
        raise CommandError(Exit.INVALID, str(error), error.remedy) from None
