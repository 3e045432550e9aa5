"""How a command ends: one place that turns errors into exit codes, a line and a hint."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fsm_domain.runtime.errors import FsmError

_WRITE_ONE = "fsm check SPEC checks machines without running them; fsm init NAME writes one to begin with"
_REPEAT = "nothing is lost: repeat the command once the back end answers"


class Exit(IntEnum):
    """What the exit code tells a script."""

    OK = 0
    FAILED = 1
    """A machine failed, or the program has a fault."""
    USAGE = 2
    INVALID = 3
    """The configuration, or a machine definition."""
    NOT_FOUND = 4
    UNREACHABLE = 5
    """A back end does not answer."""
    CONFLICT = 6
    TIMED_OUT = 7
    INTERRUPTED = 130


class CommandError(Exception):
    """A command cannot do what it was asked; says how it ends."""

    def __init__(self, code: Exit, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.end = End(code, message, hint)


class End(NamedTuple):
    """An exit code and, unless all is said already, one line and a hint for a person."""

    code: Exit
    message: str = ""
    hint: str = ""


def end_of(error: BaseException) -> End:
    """How a command that met this error ends."""
    if isinstance(error, CommandError):
        return error.end
    if isinstance(error, KeyboardInterrupt):
        return End(Exit.INTERRUPTED, "interrupted")
    return _known(error) or End(
        Exit.FAILED, f"internal error: {type(error).__name__}: {error}", "run it again with --debug for a traceback"
    )


def _known(error: BaseException) -> End | None:
    # Imported only now: a command that goes well never needs them all.
    from fsm_bootstrap.definitions import DefinitionError
    from fsm_bootstrap.remedies import remedy
    from fsm_domain.machine.errors import MachineError
    from fsm_domain.runtime.errors import FsmError
    from fsm_ports.codec import ContextError
    from fsm_ports.errors import PortError, PortMisconfigured, PortRejected

    message = str(error)
    match error:
        case FsmError():
            return _refused(error)
        case ContextError():
            return End(Exit.USAGE, f"the context does not fit: {message}", "give it as JSON: --context '{\"key\": 1}'")
        case DefinitionError() | MachineError():
            return End(Exit.INVALID, message, _WRITE_ONE)
        case PortMisconfigured():
            return End(Exit.INVALID, message, "change that variable, or unset it; or mend what it leads to")
        case PortRejected():
            return End(Exit.FAILED, message)
        case PortError():
            return End(Exit.UNREACHABLE, message, remedy(message) or _REPEAT)
        case _:
            return None


def _refused(error: FsmError) -> End:
    """The caller asked for what cannot be done."""
    from fsm_domain.runtime.errors import Conflict, NotFound, UnknownEvent, UnknownMachine

    message = str(error)
    match error:
        case NotFound():
            return End(Exit.NOT_FOUND, message, "fsm list shows what there is, fsm history ID its steps")
        case UnknownMachine():
            return End(Exit.NOT_FOUND, message, "name the machines' file: --machines SPEC, or FSM_MACHINES")
        case UnknownEvent():
            return End(Exit.USAGE, message, "fsm show ID tells what it handles where it is")
        case Conflict():
            return End(Exit.CONFLICT, message, "fsm show ID tells what it is doing")
        case _:
            return End(Exit.FAILED, message)
