"""What is wrong, or hardly meant, with settings that are each right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fsm_bootstrap.settings.settings import Settings
from fsm_bootstrap.source import Source
from fsm_ports.errors import PortMisconfigured

_PAIRS: Final = ("stream", "retry", "checkpoint", "cache", "environment", "metrics", "container")


def check(settings: Settings) -> None:
    """Raises:
    PortMisconfigured: dead letters would be taken for messages; faults on purpose in a Lambda function.
    """
    _check_dead_letters(settings)
    if (settings.chaos or settings.aws_chaos) and settings.on_lambda and not settings.chaos_allow:
        raise PortMisconfigured(
            "CHAOS is set in a Lambda function: machines there are real; unset it, or set CHAOS_ALLOW=true"
        )


def notes(settings: Settings) -> list[str]:
    """What is valid, but hardly meant."""
    return [*_same_twice(settings), *_without_use(settings)]


def _check_dead_letters(settings: Settings) -> None:
    """An embedded back end keeps them in a place of their own."""
    dead = settings.dead_letter_source
    if dead is None or dead.embedded:
        return
    for name in ("stream", "retry", "checkpoint"):
        for rank in ("primary", "secondary"):
            other: Source | None = getattr(settings, f"{rank}_{name}_source")
            if other is not None and other.register == dead.register:
                raise PortMisconfigured(
                    f"DEAD_LETTER_SOURCE={dead.shown}: is {rank.upper()}_{name.upper()}_SOURCE as well, so what nobody "
                    "can handle would come round for ever; name a queue or a table of its own"
                )


def _same_twice(settings: Settings) -> Iterator[str]:
    for port in _PAIRS:
        primary: Source | None = getattr(settings, f"primary_{port}_source")
        secondary: Source | None = getattr(settings, f"secondary_{port}_source")
        if primary is not None and secondary is not None and primary.identity == secondary.identity:
            yield (
                f"SECONDARY_{port.upper()}_SOURCE is the same as PRIMARY_{port.upper()}_SOURCE: it takes over nothing "
                "when that fails"
            )


def _without_use(settings: Settings) -> Iterator[str]:
    log = settings.primary_history_source
    streams = settings.primary_stream_source, settings.secondary_stream_source
    if log is not None and log.kind == "kinesis" and log not in streams:
        yield f"PRIMARY_HISTORY_SOURCE={log.shown}: reads messages as history, and no messages are sent there"
    for port in _PAIRS:
        if getattr(settings, f"primary_{port}_source") is None and getattr(settings, f"secondary_{port}_source"):
            if port in ("stream", "checkpoint"):
                continue
            yield f"SECONDARY_{port.upper()}_SOURCE is set and PRIMARY_{port.upper()}_SOURCE is not: it serves alone"
