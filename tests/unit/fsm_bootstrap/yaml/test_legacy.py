"""Action classes in the original's style: how they are called, what they are given, what becomes of their answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest

from fsm_bootstrap.yaml.legacy import LegacyAction
from fsm_bootstrap.yaml.legacy_context import Context, LegacyState, LegacyTransition, Place
from fsm_domain.machine import Step

Obj = dict[str, Any]
HERE = Place(LegacyState("here", initial=True, final=False), max_retries=7, arrives=True)


class _Calls:
    """An action in the original's style that does what the test says."""

    def __init__(self, body: Callable[[Any, Obj], object]) -> None:
        self._body = body

    def execute(self, context: object, obj: Obj) -> object:
        return self._body(context, obj)


def _legacy(body: Callable[[Any, Obj], object], place: Place = HERE) -> LegacyAction:
    return LegacyAction(_Calls(body), place)


def _step(**known: Any) -> Step:  # noqa: ANN401 - any of its parameters
    return Step("m", "id-1", **known)


def test_the_context_is_a_dict_and_what_is_done_to_it_is_done_to_the_users() -> None:
    def body(context: Context, obj: Obj) -> None:
        assert isinstance(context, dict)
        assert context == {"old": 1, "deep": {"x": 1}}
        context["new"] = context.pop("old") + 1
        context["deep"]["x"] = 2

    context = {"old": 1, "deep": {"x": 1}}
    assert _legacy(body)(context, _step()) is None
    assert context == {"new": 2, "deep": {"x": 2}}


def test_the_context_has_the_originals_properties() -> None:
    def body(context: Context, obj: Obj) -> object:
        assert context.name == "m"
        assert context.correlation_id == "id-1"
        assert (context.steps, context.retries, context.max_retries) == (4, 2, 7)
        assert context.current_state is not None
        assert (context.current_state.name, context.current_state.initial) == ("here", True)
        assert context.current_transition is not None
        assert context.current_transition.target.name == "here"
        assert isinstance(context.current_action, _Calls)
        assert context.additional_delay_seconds == 0
        assert context.lease_timeout == 60
        assert context.lease_primary is True
        assert context.user_context() == {"a": 1}
        assert type(context.user_context()) is dict
        assert context.system_context() == {
            "machine_name": "m", "current_state": "here", "current_event": None, "correlation_id": "id-1", "steps": 4,
            "retries": 2, "max_retries": 7, "lease_primary": True, "additional_delay_seconds": 0, "lease_timeout": 60,
        }  # fmt: skip
        assert context.to_payload_dict() == {
            "version": "0.1",
            "system_context": context.system_context(),
            "user_context": {"a": 1},
        }
        return "seen"

    assert _legacy(body)({"a": 1}, _step(number=4, retries=2, deadline=160.0, now=lambda: 100.0)) == "seen"


@pytest.mark.parametrize("name", ["steps", "retries"])
def test_what_the_engine_counts_cannot_be_written(name: str) -> None:
    with pytest.raises(AttributeError):
        _legacy(lambda context, obj: setattr(context, name, 9))({}, _step())


def test_obj_offers_the_message_the_record_and_the_fencing_token() -> None:
    seen: list[Obj] = []
    record, lambda_context = object(), object()
    step = _step(number=3, fencing_token=12, record=record, lambda_context=lambda_context)
    _legacy(lambda context, obj: seen.append(dict(obj)))({"a": 1, "odd": {1}}, step)
    (obj,) = seen
    payload = json.loads(obj.pop("payload"))
    assert obj == {"lambda_record": record, "lambda_context": lambda_context, "fence_token": 12}
    assert payload["user_context"] == {"a": 1, "odd": "<not_serializable>"}
    assert payload["system_context"]["steps"] == 3


def test_without_a_lock_there_is_no_fencing_token() -> None:
    with pytest.raises(KeyError):
        _legacy(lambda context, obj: obj["fence_token"])({}, _step())


def test_the_actions_of_a_step_share_context_and_obj_and_other_steps_do_not() -> None:
    def leave(context: Context, obj: Obj) -> None:
        obj["client"] = "c"
        context.remark = "r"  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # as users do
        context["count"] = 1

    def find(context: Context, obj: Obj) -> str:
        return f"{obj.get('client')} {getattr(context, 'remark', None)} {context['count']}"

    step, context = _step(), {"count": 0}
    _legacy(leave)(context, step)
    context["count"] = 5  # by an action of ours in between
    assert _legacy(find)(context, step) == "c r 5"
    assert _legacy(find)(context, _step()) == "None None 5"


@pytest.mark.parametrize("answer", [None, "", False, 0])
def test_an_answer_that_is_false_is_no_event(answer: object) -> None:
    assert _legacy(lambda context, obj: answer)({}, _step()) is None


def test_a_delay_that_would_be_lost_raises() -> None:
    with pytest.raises(NotImplementedError, match="delays nothing here"):
        _legacy(lambda context, obj: obj.update(delay=30))({}, _step())


def test_a_context_of_another_type_is_handed_over_as_it_is() -> None:
    class Order:
        paid = False

    order = Order()
    seen: list[object] = []
    _legacy(lambda context, obj: seen.append(context))(order, _step())
    assert seen == [order]


def test_an_action_that_raises_leaves_the_context_alone() -> None:
    def body(context: Context, obj: Obj) -> None:
        context["a"] = 2
        raise RuntimeError("no")

    context = {"a": 1}
    with pytest.raises(RuntimeError, match="no"):
        _legacy(body)(context, _step())
    assert context == {"a": 1}


def test_an_async_execute_is_awaited_before_the_context_is_taken() -> None:
    async def body(context: Context, obj: Obj) -> str:
        await asyncio.sleep(0)
        context["a"] = 2
        return "done"

    async def run(answer: Awaitable[object]) -> object:
        return await answer

    context = {"a": 1}
    answer = _legacy(body)(context, _step())
    assert asyncio.run(run(cast("Awaitable[object]", answer))) == "done"
    assert context == {"a": 2}


def test_the_action_of_a_transition_knows_it() -> None:
    there = LegacyState("there", initial=False, final=True)
    transition = LegacyTransition("here->there:go", there, local=False)
    passing = Place(HERE.state, 7, transition=transition, event="go")
    arriving = Place(there, 7, arrives=True)
    step, seen = _step(), list[tuple[object, object, object]]()

    def note(context: Context, obj: Obj) -> None:
        state = context.current_state
        seen.append((state and state.name, context.current_event, context.current_transition))

    _legacy(note, passing)({}, step)
    _legacy(note, arriving)({}, step)
    assert seen == [("here", "go", transition), ("there", "go", transition)]
