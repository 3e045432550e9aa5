"""Bugs to plant that only calls, outages and events show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fsm_domain.runtime.job import Job
from fsm_ports import Delivery, Instance, Mark
from fsm_ports.writes import AppendEvent
from tests.simulation.bugs import Method


def suspicious(original: Method) -> Method:
    """Every message reads its record first."""

    def job_of(delivery: Delivery, message: Instance, **how: Any) -> Job:  # noqa: ANN401 - as the function has them
        made: Job = original(delivery, message, **how)
        made.suspect = True
        return made

    return job_of


def first_road_only(original: Method) -> Method:
    """No failover."""

    def first_to_accept(items: Sequence[object], sources: Sequence[object], *rest: object) -> object:
        return original(items, sources[:1], *rest)

    return first_to_accept


def accepted_and_forgotten(original: Method) -> Method:
    """An event is seen, and not kept."""

    def marked(found: Instance | None, mark: Mark) -> Instance | None:
        after: Instance | None = original(found, mark)
        return after._replace(inbox=()) if after is not None and isinstance(mark, AppendEvent) else after

    return marked
