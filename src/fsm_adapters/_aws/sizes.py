"""What is too large for a service."""

from __future__ import annotations

from fsm_ports.errors import PortRejected


def too_large(size: int, most: int, source: str) -> PortRejected | None:
    """A rejection, if that is more bytes than `most`."""
    if size <= most:
        return None
    return PortRejected(
        f"{size} bytes are more than the {most} that it takes: keep large values elsewhere, and in the context only "
        "what names them",
        source,
    )
