"""Rejected: times, containers, retries and enums that are not what they should be; a mark says what each finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from fsm_domain import FinalState, State, Step, container

FilmState = Literal["convert", "converted", "failed"]


@dataclass
class Film:
    name: str


@dataclass
class Song:
    name: str


class Light(StrEnum):
    RED = "red"
    OFF = "off"


class Lamp(StrEnum):
    ON = "on"


def convert(film: Film, step: Step) -> Literal["done", "fail"]:
    return "done"


def shine(film: Film, step: Step) -> Literal["done"]:
    return "done"


def anything(film: Film, step: Step) -> str:
    return "done"


def nothing(film: Film, step: Step) -> None:
    pass


def environment(song: Song) -> dict[str, str]:
    return {"SONG": song.name}


def only_context(film: Film) -> Literal["done", "fail"]:
    return "done"


state, final = State[FilmState, Film], FinalState[FilmState, Film]
converting = state("convert").on("done", "converted").on("fail", "failed")

converting.after(9, "failed")  # 16 mypy: Argument 1 to "after" ... "int"; expected "timedelta" | pyright: "timedelta"
converting.do(convert, timeout=30)  # 16 mypy: "timeout" to "do" ... expected "timedelta | None" | pyright: "timeout"
state("convert").on("done", "failed", delay=60)  # 16 mypy: "delay" to "on" ... "timedelta" | pyright: parameter "delay"
converting.after(timedelta(1), "fialed")  # 1 mypy: Argument 2 to "after" ... Literal['fialed'] | pyright: "target"
state("convert").on("done", "failed").do_or_wait(
    container("converter:3")  # 17 mypy: "do_or_wait" ... 'fail' ... Literal['done'] | pyright: 'fail'
)
converting.do(container("converter:3"))  # 14 mypy: "do" of "State" ... None | pyright: Action[Any, Reported | None]
converting.do_or_wait(
    container("converter:3", environment=environment)  # 4 mypy: "environment" to "container" | pyright: Film
)
state("convert", retry=3)  # 18 mypy: Argument "retry" ... "int" | pyright: "RetryPolicy"
state("convert").on("done", "failed").do(anything)  # 19 mypy: "do" ... str] ... Literal['done'] | pyright: "str" is not
converting.do(only_context)  # 20 mypy: "do" of "State" ... [[Film], | pyright: too few positional
converting.do(nothing)  # 14 mypy: "do" of "State" ... None] | pyright: "None" is not assignable to
State[Light, Film](Light.RED).on("done", Lamp.ON)  # 1 mypy: "Lamp"; expected "Light" | pyright: "target"
State[Light, Film]("red")  # 9 mypy: "str"; expected "Light" | pyright: "name"
State[Light, Film](Light.RED).on("done", Light.OFF).do(convert)  # 3 mypy: "do" ... 'fail' | pyright: 'fail'
