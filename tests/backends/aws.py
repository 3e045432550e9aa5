"""Clients that talk to an emulator."""

from __future__ import annotations

from functools import cache

from fsm_adapters._aws.clients import AwsClients
from tests.backends.backend import Backend

REGION = "us-east-1"
CREDENTIALS = ("test", "test")


def clients(backend: Backend, region: str = REGION) -> AwsClients:
    """Clients of the caller's own, for a test that tampers with them."""
    return AwsClients(region, endpoint_url=backend.endpoint, credentials=CREDENTIALS)


@cache
def shared_clients(backend: Backend) -> AwsClients:
    """The same for all tests, which leave them as they are: a session's first client takes a quarter of a second."""
    return clients(backend)
