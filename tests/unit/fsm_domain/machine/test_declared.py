"""Which events an action says it returns."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Coroutine
from enum import Enum, StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, Optional, ParamSpec, TypeVar, Union

import pytest
from typing_extensions import TypeAliasType

from fsm_domain import Step
from fsm_domain.machine.declared import declared_events

if TYPE_CHECKING:

    class Unknown: ...


P = ParamSpec("P")
R = TypeVar("R")


class Event(StrEnum):
    PAID = "paid"
    DECLINED = "declined"


class Mixed(str, Enum):  # noqa: UP042 - as users wrote it before StrEnum
    PAID = "paid"


Alias = Literal["a", "b"]
Newer = TypeAliasType("Newer", Literal["a", "b"])


def timed(function: Callable[P, R]) -> Callable[P, R]:
    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    return wrapper


def plain(context: object, step: Step) -> Literal["a", "b"]:
    raise AssertionError


def alias(context: object, step: Step) -> Alias:
    raise AssertionError


def newer(context: object, step: Step) -> Newer:
    raise AssertionError


def union(context: object, step: Step) -> Union[Literal["a"], Literal["b"]]:  # noqa: UP007 - the old spelling
    raise AssertionError


def bar(context: object, step: Step) -> Literal["a"] | Literal["b"]:
    raise AssertionError


def annotated(context: object, step: Step) -> Annotated[Literal["a", "b"], "note"]:
    raise AssertionError


def awaitable(context: object, step: Step) -> Awaitable[Literal["a", "b"]]:
    raise AssertionError


def coroutine(context: object, step: Step) -> Coroutine[Literal["x"], Literal["y"], Literal["a", "b"]]:
    raise AssertionError


def either(context: object, step: Step) -> Literal["a"] | Awaitable[Literal["b"]]:
    raise AssertionError


def beside_an_unknown(context: Unknown, step: Step) -> Literal["a", "b"]:
    raise AssertionError


async def asynchronous(context: object, step: Step) -> Literal["a", "b"]:
    raise AssertionError


@timed
def wrapped(context: object, step: Step) -> Literal["a", "b"]:
    raise AssertionError


class Till:
    def bound(self, context: object, step: Step) -> Literal["a", "b"]:
        raise AssertionError

    @classmethod
    def of_class(cls, context: object, step: Step) -> Literal["a", "b"]:
        raise AssertionError

    @staticmethod
    def static(context: object, step: Step) -> Literal["a", "b"]:
        raise AssertionError

    def __call__(self, context: object, step: Step) -> Literal["a", "b"]:
        raise AssertionError


noted = partial(asynchronous)
setattr(noted, "note", "so that a partial of it keeps it as it is")  # noqa: B010 - partials take any attribute


@pytest.mark.parametrize(
    "action",
    [
        plain,
        alias,
        newer,
        union,
        bar,
        annotated,
        awaitable,
        coroutine,
        either,
        beside_an_unknown,
        asynchronous,
        wrapped,
        Till().bound,
        Till.of_class,
        Till.static,
        Till(),
        partial(plain),
        partial(noted),
        partial(Till().bound),
        partial(Till()),
    ],
)
def test_the_events_that_an_action_names(action: Callable[..., object]) -> None:
    assert declared_events(action) == {"a", "b"}


def test_members_of_enums_count_as_their_values() -> None:
    def members(context: object, step: Step) -> Literal[Event.PAID, Mixed.PAID, Event.DECLINED]:
        raise AssertionError

    assert declared_events(members) == {"paid", "declined"}
    assert {type(event) for event in declared_events(members)} == {str}


def test_none_is_told_apart_from_nothing_known() -> None:
    def nothing(context: object, step: Step) -> None: ...
    def optional(context: object, step: Step) -> Optional[Literal["a"]]:  # noqa: UP045 - the old spelling
        raise AssertionError

    def bar_none(context: object, step: Step) -> Literal["a"] | None:
        raise AssertionError

    def literal_none(context: object, step: Step) -> Literal["a", None]:
        raise AssertionError

    async def later(context: object, step: Step) -> Literal["a"] | None:
        raise AssertionError

    assert declared_events(nothing) == {None}
    assert declared_events(optional) == {"a", None}
    assert declared_events(bar_none) == {"a", None}
    assert declared_events(literal_none) == {"a", None}
    assert declared_events(later) == {"a", None}


def _unannotated(*given: object):  # type: ignore[no-untyped-def]  # what is tested
    return "a"


def _unresolvable(context: object, step: Step) -> Unknown:
    raise AssertionError


def _whole_enum(context: object, step: Step) -> Event:
    raise AssertionError


def _text(context: object, step: Step) -> str:
    raise AssertionError


def _anything(context: object, step: Step) -> Any:  # noqa: ANN401 - what is tested
    raise AssertionError


def _container(context: object, step: Step) -> dict[Literal["a"], list[Literal["b"]]]:
    raise AssertionError


def _number(context: object, step: Step) -> Literal[1, True]:
    raise AssertionError


def _broken(context: object, step: Step) -> None: ...


_broken.__annotations__["return"] = "Literal['a'"


@pytest.mark.parametrize(
    "action",
    [
        None,
        _unannotated,
        _unresolvable,
        _whole_enum,
        _text,
        _anything,
        _container,
        _number,
        _broken,
        len,
        partial(len),
        functools.cache(_unannotated),
    ],
)
def test_what_cannot_be_known_is_taken_as_nothing(action: Callable[..., object] | None) -> None:
    assert declared_events(action) == frozenset()
