"""AWS clients for the sources of the settings."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Literal, TypeAlias

from fsm_adapters._aws.clients import AwsClients
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies

Rank: TypeAlias = Literal["stream", "retry", "cache", "environment", "container"]
"""Ports of which a secondary source takes over."""


def clients(source: Source, supplies: Supplies) -> AwsClients:
    """The clients that reach this source; sources of one endpoint share them.

    Raises:
        ModuleNotFoundError: botocore is not installed.
    """
    if find_spec("botocore") is None:
        raise ModuleNotFoundError("botocore is not installed", name="botocore")
    settings = supplies.settings
    endpoint = settings.endpoint(source)

    def make() -> AwsClients:
        made = AwsClients(
            connect_timeout=settings.aws_connect_seconds,
            read_timeout=settings.aws_read_seconds,
            endpoint_url=endpoint,
        )
        supplies.closing.append(made.close)
        return made

    return supplies.shared(AwsClients, endpoint or "", make)


def attempts(port: Rank, supplies: Supplies) -> int:
    """How often a client of this port sends a request: once where another source takes over."""
    return 1 if getattr(supplies.settings, f"secondary_{port}_source") is not None else 2
