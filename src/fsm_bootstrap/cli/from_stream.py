"""What a Kinesis stream still knows of a machine: its history, and the message from which it may go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fsm_bootstrap.cli.exits import CommandError, Exit
from fsm_bootstrap.cli.output import say
from fsm_bootstrap.cli.session import begin, open_app
from fsm_domain.failover.post import Parcel
from fsm_ports.errors import PortError
from fsm_ports.messages import Outgoing, Unreadable

if TYPE_CHECKING:
    from fsm_adapters.kinesis.history_log import KinesisHistoryLog
    from fsm_bootstrap.application import App
    from fsm_bootstrap.source import Source


def kinesis_log(app: App) -> KinesisHistoryLog:
    """The history in the first of the stream sources that is one of Kinesis.

    Raises:
        CommandError: none is.
    """
    from fsm_adapters.kinesis.history_log import KinesisHistoryLog
    from fsm_bootstrap.aws import clients

    source = _stream(app)
    client = clients(source, app.supplies).kinesis(source.region, attempts=2)
    return KinesisHistoryLog(client, source, source=source, clock=app.clock)


def restore_from_kinesis(correlation_id: str) -> None:
    """Send the message again that its record was made from; whoever receives it goes on with the record.

    Raises:
        CommandError: the record has no such position, or the stream does not keep it any more.
        PortError: the stream was not read, or took nothing.
    """
    with open_app(begin()) as app:
        position = app.client.get(correlation_id).position
        message = kinesis_log(app).message_at(position)
        if isinstance(message, PortError):
            raise message
        if message is None or isinstance(message, Unreadable):
            raise CommandError(
                Exit.NOT_FOUND,
                f"the message of {correlation_id} is not kept any more",
                f"fsm restore {correlation_id}   sends one from its record",
            )
        (error,) = app.post.send([Parcel(Outgoing(message._replace(position=position)))])
        if error is not None:
            raise error
        say(f"restored {correlation_id} from {position}")


def _stream(app: App) -> Source:
    settings = app.settings
    for source in (settings.stream, settings.secondary_stream_source):
        if source is not None and source.kind == "kinesis":
            return source
    raise CommandError(
        Exit.INVALID,
        "no stream source is one of Kinesis",
        "set PRIMARY_STREAM_SOURCE or SECONDARY_STREAM_SOURCE to one",
    )
