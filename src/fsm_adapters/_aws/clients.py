"""Clients of AWS services: made when first used, once a process, with time-outs that suit failover."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar, cast, runtime_checkable

if TYPE_CHECKING:
    from botocore.config import Config
    from mypy_boto3_cloudwatch.client import CloudWatchClient
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodbstreams.client import DynamoDBStreamsClient
    from mypy_boto3_ecs.client import ECSClient
    from mypy_boto3_elasticache.client import ElastiCacheClient
    from mypy_boto3_kinesis.client import KinesisClient
    from mypy_boto3_lambda.client import LambdaClient
    from mypy_boto3_sns.client import SNSClient
    from mypy_boto3_sqs.client import SQSClient

T = TypeVar("T")

CONNECTIONS = 32
"""Connections that one client keeps open: the conditional writes of a batch go out at the same time."""


class Once(Generic[T]):
    """Calls `make` when it is first asked, from whichever thread; every caller gets that one object."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make, self._made, self._lock = make, list[T](), RLock()

    def __call__(self) -> T:
        if not self._made:
            with self._lock:
                if not self._made:
                    self._made.append(self._make())
        return self._made[0]

    def close(self) -> None:
        """Close what was made, if anything was."""
        for made in self._made:
            if isinstance(made, Closable):
                made.close()


@runtime_checkable
class Closable(Protocol):
    """What holds connections."""

    def close(self) -> object: ...


class _Session(Protocol):
    """What is used of botocore's session, whose own types know only services whose stubs are installed.

    boto3's, which wraps it, takes as long again to import, for what S3 needs.
    """

    def create_client(
        self, service_name: str, region_name: str | None, *, endpoint_url: str | None,
        aws_access_key_id: str | None, aws_secret_access_key: str | None, config: Config,
    ) -> object: ...  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Wish:
    service: str
    region: str | None
    attempts: int


@dataclass(slots=True, eq=False)
class AwsClients:
    """Hands out clients, each as a function that makes it when first called.

    `region` where a method names none: None leaves it to botocore's own configuration.  `attempts` is how often a
    client sends one request, the first time included: 1 where another back end takes over, more where none does.
    Credentials and endpoints are botocore's business (``AWS_PROFILE``, ``AWS_ENDPOINT_URL``...) unless given.
    """

    region: str | None = None
    connect_timeout: float = 1.0
    """Seconds."""
    read_timeout: float = 3.0
    """Seconds."""
    endpoint_url: str | None = None
    credentials: tuple[str, str] | None = None
    """Access key id and secret; None: found by botocore."""
    _made: dict[_Wish, Callable[[], object]] = field(default_factory=dict[_Wish, "Callable[[], object]"])
    _lock: RLock = field(default_factory=RLock)
    _session: _Session | None = None

    def sqs(self, region: str | None = None, attempts: int = 1) -> Callable[[], SQSClient]:
        return cast("Callable[[], SQSClient]", self._lazy(_Wish("sqs", region, attempts)))

    def sns(self, region: str | None = None, attempts: int = 1) -> Callable[[], SNSClient]:
        return cast("Callable[[], SNSClient]", self._lazy(_Wish("sns", region, attempts)))

    def kinesis(self, region: str | None = None, attempts: int = 1) -> Callable[[], KinesisClient]:
        return cast("Callable[[], KinesisClient]", self._lazy(_Wish("kinesis", region, attempts)))

    def dynamodb(self, region: str | None = None, attempts: int = 1) -> Callable[[], DynamoDBClient]:
        return cast("Callable[[], DynamoDBClient]", self._lazy(_Wish("dynamodb", region, attempts)))

    def dynamodbstreams(self, region: str | None = None, attempts: int = 1) -> Callable[[], DynamoDBStreamsClient]:
        return cast("Callable[[], DynamoDBStreamsClient]", self._lazy(_Wish("dynamodbstreams", region, attempts)))

    def cloudwatch(self, region: str | None = None, attempts: int = 1) -> Callable[[], CloudWatchClient]:
        return cast("Callable[[], CloudWatchClient]", self._lazy(_Wish("cloudwatch", region, attempts)))

    def ecs(self, region: str | None = None, attempts: int = 1) -> Callable[[], ECSClient]:
        return cast("Callable[[], ECSClient]", self._lazy(_Wish("ecs", region, attempts)))

    def elasticache(self, region: str | None = None, attempts: int = 2) -> Callable[[], ElastiCacheClient]:
        return cast("Callable[[], ElastiCacheClient]", self._lazy(_Wish("elasticache", region, attempts)))

    def function(self, region: str | None = None, attempts: int = 2) -> Callable[[], LambdaClient]:
        """The client of AWS Lambda itself."""
        return cast("Callable[[], LambdaClient]", self._lazy(_Wish("lambda", region, attempts)))

    def close(self) -> None:
        """Close the connections of all clients; what is asked of them afterwards opens new ones."""
        with self._lock:
            made, self._made = self._made, {}
        for client in made.values():
            if isinstance(client, Once):
                client.close()

    def _lazy(self, wish: _Wish) -> Callable[[], object]:
        with self._lock:
            if wish not in self._made:
                self._made[wish] = Once(lambda: self._client(wish))
            return self._made[wish]

    def _client(self, wish: _Wish) -> object:
        from botocore.config import Config

        region = wish.region or self.region
        config = Config(
            connect_timeout=self.connect_timeout,
            read_timeout=self.read_timeout,
            retries={"total_max_attempts": wish.attempts, "mode": "standard"},
            max_pool_connections=CONNECTIONS,
        )
        key, secret = self.credentials or (None, None)
        with self._lock:  # a session makes one client at a time
            return self._shared_session().create_client(
                wish.service, region, endpoint_url=self.endpoint_url, aws_access_key_id=key,
                aws_secret_access_key=secret, config=config,
            )  # fmt: skip

    def _shared_session(self) -> _Session:
        from botocore.session import Session

        if self._session is None:
            self._session = cast("_Session", Session())
        return self._session
