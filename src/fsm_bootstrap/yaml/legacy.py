"""Runs action classes written for the original framework, ``execute(self, context, obj)``, unmodified.

What differs from there is said where it stands; what cannot be done here raises, for an action that relies on it must
not go on in silence.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Awaitable
from typing import Any, Protocol, cast

from fsm_bootstrap.yaml.legacy_context import Context, Place, payload_text
from fsm_domain.machine import Step


class Executable(Protocol):
    """An action of the original framework."""

    def execute(self, context: Any, obj: Any) -> object:  # noqa: ANN401 - whatever the user's class declares
        ...


class LegacyAction:
    """An action class's instance, at its place in a machine, as an action of ours.

    A context that is a dict is shown as the original's `Context`, and what the action did to that is done to the dict;
    a context of another type is handed over as it is.  `obj` is one dict for all actions of a step.
    """

    def __init__(self, action: Executable, place: Place) -> None:
        self.action = action
        self.__qualname__ = type(action).__qualname__  # as functions have it: what a picture calls the action
        self.__wrapped__ = action.execute
        """Says what it returns."""
        self._place = place

    def __repr__(self) -> str:
        return f"<{type(self.action).__module__}.{type(self.action).__qualname__}>"

    def __call__(self, context: object, step: Step) -> object:
        own = cast("dict[str, object]", context) if isinstance(context, dict) else None
        view = _shown(step, self._place, {} if own is None else own)
        view.current_action = self.action
        answer = self.action.execute(context if own is None else view, view.obj)
        return _later(answer, own, view) if inspect.isawaitable(answer) else _finished(answer, own, view)


_threads = threading.local()


def _shown(step: Step, place: Place, context: dict[str, object]) -> Context:
    """The view of this step: the same object for all its actions, which may leave things on it and in `obj`."""
    view = getattr(_threads, "view", None)
    if not isinstance(view, Context) or view.step is not step:
        view = Context(step)
        view.obj.update(lambda_record=step.record, lambda_context=step.lambda_context)
        if step.fencing_token is not None:
            view.obj["fence_token"] = step.fencing_token
        view.enter(place, context)
        view.obj["payload"] = payload_text(view)
        _threads.view = view
    else:
        view.enter(place, context)
    return view


async def _later(answer: Awaitable[object], context: dict[str, object] | None, view: Context) -> object:
    return _finished(await answer, context, view)


def _finished(answer: object, context: dict[str, object] | None, view: Context) -> object:
    if view.obj.get("delay"):
        raise NotImplementedError("obj['delay'] delays nothing here; wait in a state of its own, by 'after'")
    if context is not None:
        context.clear()
        context.update(view)
    return answer or None  # whatever is false, not None alone, was no event to the original
