"""Accepted: states whose work runs in a container; delays, deadlines and time limits; helpers that make states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from fsm_domain import FinalState, Machine, MachineError, Node, Reported, RetryPolicy, State, Step, container

FilmState = Literal["convert", "thumbnail", "publish", "cool_down", "published", "failed"]


@dataclass
class Film:
    name: str
    views: int = 0


def command(film: Film) -> list[str]:
    return ["convert", film.name]


def environment(film: Film) -> Mapping[str, str]:
    return {"FILM": film.name}


def publish(film: Film, step: Step) -> Literal["shown", "busy"]:
    return "busy" if step.retries else "shown"


async def start_by_hand(film: Film, step: Step) -> Reported | None:
    return "fail" if film.views < 0 else None


def count(film: Film, step: Step) -> None:
    film.views += 1


state, final = State[FilmState, Film], FinalState[FilmState, Film]


def ends() -> list[Node[FilmState, Film]]:
    return [final("published", entry=count), final("failed")]


films = Machine[FilmState, Film](
    "films",
    Film,
    initial="convert",
    states=[
        state("convert", retry=RetryPolicy(max_retries=1, base=0.5, cap=2.0))
        .on("done", "thumbnail")
        .on("fail", "failed")
        .after(timedelta(hours=2), "failed")
        .do_or_wait(container("converter:3", command, environment), timeout=timedelta(seconds=30)),
        state("thumbnail")
        .on("done", "publish")
        .on("fail", "publish", local=True)
        .do_or_wait(container("thumbnails:1")),
        state("publish")
        .on("shown", "published", action=count)
        .on("busy", "cool_down", delay=timedelta(minutes=5))
        .do(publish, timeout=timedelta(seconds=5), on_exhausted="busy"),
        state("cool_down").on("done", "publish").on("fail", "failed").do_or_wait(start_by_hand, on_exhausted="fail"),
        *ends(),
    ],
)


def problems() -> tuple[str, ...]:
    """What types cannot show is told by the error, one text each."""
    try:
        Machine[FilmState, Film]("films", Film, initial="convert", states=ends())
    except MachineError as error:
        return error.problems
    return ()


assert problems()[0] == "the initial state 'convert' is not defined"
