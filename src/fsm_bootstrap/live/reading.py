"""Could these machines read the contexts of what is live?

A context is the user's data and a gate's output goes into the logs of a build, so nothing of the former is in what is
said here unless that is asked for: only places, and kinds of errors.  So instances with one problem are one group, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fsm_bootstrap.live.census import Misfit
from fsm_domain.machine.migration import Migration, migrated, pending
from fsm_domain.runtime.registry import AnyMachine
from fsm_ports.codec import ContextCodec, ContextError
from fsm_ports.instance import Instance


def reading(
    machines: Mapping[str, AnyMachine], codec: ContextCodec, *, payloads: bool = False
) -> Callable[[Instance], Misfit | None]:
    """Tries to bring a record's context forward and to read it; says why that fails.

    With `payloads` the texts of exceptions are told, which may show what is in a context.
    """

    def reads(record: Instance) -> Misfit | None:
        machine = machines.get(record.machine)
        if machine is None or record.definition == machine.fingerprint:
            return None
        functions = pending(machine, record.definition)
        if functions is None:
            return None  # that is a finding of its own
        try:
            text = _brought_forward(functions, record.context or "")
            codec.decode(machine.context, text)
        except _Raised as raised:
            error = type(raised.error).__name__
            told = f"{error}: {raised.error}" if payloads and str(raised.error) else error
            return Misfit(f"migration {raised.name} raised {told}", raised.name)
        except ContextError as error:
            return Misfit(str(error) if payloads else error.bare or "they do not fit their type")
        return None

    return reads


class _Raised(Exception):
    """A migration did."""

    def __init__(self, name: str, error: BaseException) -> None:
        self.name, self.error = name, error


def _brought_forward(functions: Sequence[Migration], text: str) -> str:
    """The context's text after these functions.

    Raises:
        _Raised: one of them failed, or made what is no JSON.
        ContextError: the text is no JSON, so that none of them ran.
    """
    if not functions:
        return text
    began: list[str] = []

    def noted(function: Migration) -> Migration:
        def run(context: dict[str, Any]) -> Mapping[str, Any]:  # Any: JSON
            began.append(str(getattr(function, "__name__", function)))
            return function(context)

        run.__name__ = str(getattr(function, "__name__", function))
        return run

    try:
        return migrated([noted(function) for function in functions], text)
    except (Exception, SystemExit) as error:  # whatever the user's own code raises
        if not began:
            raise ContextError(f"the context is no JSON: {error}", "it is no JSON") from error
        raise _Raised(began[-1], error) from error
