"""Clients that talk to an emulator."""

from __future__ import annotations

from fsm_adapters._aws.clients import AwsClients
from tests.backends.backend import Backend

REGION = "us-east-1"
CREDENTIALS = ("test", "test")


def clients(backend: Backend, region: str = REGION) -> AwsClients:
    return AwsClients(region, endpoint_url=backend.endpoint, credentials=CREDENTIALS)
