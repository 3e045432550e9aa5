"""Hooks into boto3 clients: those that are given, or every one that is made from now on."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Protocol, TypeAlias
from unittest.mock import patch

from botocore.client import BaseClient
from botocore.session import Session

Hook: TypeAlias = Callable[..., None]
"""botocore calls it with keyword arguments that differ by event; what it answers counts too, though its types do not
say so."""


class Hooked(Protocol):
    """Something that wants to hear of a client's calls."""

    def hooks(self, client: BaseClient) -> Mapping[str, Hook]:
        """By event of botocore, what hears it of this client."""
        ...


@contextmanager
def attached(hooked: Hooked, *clients: BaseClient) -> Generator[None]:
    """These clients are heard; afterwards no longer."""
    with ExitStack() as stack:
        for client in clients:
            stack.enter_context(_attached(hooked.hooks(client), client))
        yield


@contextmanager
def attached_to_all(*hooked: Hooked) -> Generator[None]:
    """Every client that any session makes meanwhile is heard, for as long as it lives or until the end of this.

    For a whole application, which makes its clients itself, each when first used.
    """
    make = Session.create_client
    with ExitStack() as stack:

        def create_client(session: Session, *arguments: object, **named: object) -> BaseClient:
            client: BaseClient = make(session, *arguments, **named)  # type: ignore[arg-type]  # handed on as they came
            for one in hooked:
                stack.enter_context(_attached(one.hooks(client), client))
            return client

        with patch.object(Session, "create_client", create_client):
            yield


@contextmanager
def _attached(hooks: Mapping[str, Hook], client: BaseClient) -> Generator[None]:
    events = client.meta.events
    for event, hook in hooks.items():
        events.register(event, hook)
    try:
        yield
    finally:
        for event, hook in hooks.items():
            events.unregister(event, hook)


def service_of(client: BaseClient) -> str:
    """The service as botocore's events name it, such as ``dynamodb-streams``."""
    return client.meta.service_model.service_id.hyphenize()
