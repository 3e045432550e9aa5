"""From the ARN of a cache to its endpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from botocore.exceptions import ClientError

from fsm_adapters._aws.errors import Misconfigured, ask
from fsm_adapters.elasticache.endpoint import CacheEndpoint, described_endpoint, written_endpoint
from fsm_ports.errors import OutcomeUnknown, PortError, PortMisconfigured

if TYPE_CHECKING:
    from mypy_boto3_elasticache.client import ElastiCacheClient

_FORM: Final = (
    "write arn:aws:elasticache:REGION:ACCOUNT:cluster:NAME, ...:replicationgroup:NAME or ...:serverlesscache:NAME"
)
_MISSING: Final = frozenset({
    "CacheClusterNotFound", "CacheClusterNotFoundFault", "ReplicationGroupNotFound", "ReplicationGroupNotFoundFault",
    "ServerlessCacheNotFound", "ServerlessCacheNotFoundFault",
})  # fmt: skip
_NO_MAP: Final[Mapping[str, object]] = {}
_NO_PASSWORDS: Final[Mapping[str, str]] = {}


class _Missing(Exception):
    """There is no such cache."""


def cache_endpoint(
    arn: str,
    client: Callable[[], ElastiCacheClient],
    *,
    endpoints: Mapping[str, object] = _NO_MAP,
    passwords: Mapping[str, str] = _NO_PASSWORDS,
) -> CacheEndpoint | PortError:
    """Where the cache is; a port error where ElastiCache cannot be asked just now.

    `endpoints`: answers that save the question, by ARN: a URL (``rediss://host:6379``), host:port, or a mapping with
    the fields of ElastiCache's own description (``Engine``, ``CacheNodes``, ``NodeGroups``, ...).
    `passwords`: by ARN, ``password`` or ``user:password``.

    A node of a replication group stands for its group: alone it could be a replica.

    Raises:
        PortMisconfigured: no such cache, no nodes, no permission, an engine that is not known, a password missing.
    """
    kind, name = _parts(arn)
    password = passwords.get(arn, "")
    given = endpoints.get(arn)
    if isinstance(given, str):
        return written_endpoint(arn, given, password)
    if isinstance(given, Mapping):
        return described_endpoint(arn, cast("Mapping[str, object]", given), password)
    if given is not None:
        raise PortMisconfigured(f"ELASTICACHE_ENDPOINTS of {arn}: neither a URL nor a description; write a URL")
    described = _Description(arn, client).of(kind, name)
    return described if isinstance(described, PortError) else described_endpoint(arn, described, password)


class _Description(NamedTuple):
    """What ElastiCache says."""

    arn: str
    client: Callable[[], ElastiCacheClient]

    def of(self, kind: str, name: str) -> Mapping[str, object] | PortError:
        try:
            if kind == "serverlesscache":
                return self._serverless(name)
            if kind == "replicationgroup":
                return self._group(name)
            return self._cluster(name)
        except _Missing:
            raise PortMisconfigured(f"{self.arn}: there is no such cache: correct the ARN, or create it") from None

    def _cluster(self, name: str) -> Mapping[str, object] | PortError:
        try:
            cluster = self._first(
                "CacheClusters",
                lambda: self.client().describe_cache_clusters(CacheClusterId=name, ShowCacheNodeInfo=True),
            )
        except _Missing:
            return self._group(name)  # settings of old name a group so
        group = None if isinstance(cluster, PortError) else cluster.get("ReplicationGroupId")
        return self._group(str(group)) if group else cluster

    def _group(self, name: str) -> Mapping[str, object] | PortError:
        return self._first(
            "ReplicationGroups", lambda: self.client().describe_replication_groups(ReplicationGroupId=name)
        )

    def _serverless(self, name: str) -> Mapping[str, object] | PortError:
        return self._first(
            "ServerlessCaches", lambda: self.client().describe_serverless_caches(ServerlessCacheName=name)
        )

    def _first(self, field: str, call: Callable[[], object]) -> Mapping[str, object] | PortError:
        answer = ask(self.arn, lambda: _or_missing(call), field)
        if isinstance(answer, Misconfigured):
            permission = "elasticache:DescribeCacheClusters, DescribeReplicationGroups and DescribeServerlessCaches"
            raise PortMisconfigured(f"{answer}; grant {permission}, or set ELASTICACHE_ENDPOINTS")
        if isinstance(answer, PortError):
            return answer
        found = answer[field]
        if not isinstance(found, list) or not found:
            raise _Missing
        first: object = cast("list[object]", found)[0]
        if not isinstance(first, Mapping):
            return OutcomeUnknown("the answer cannot be read", self.arn)
        return cast("Mapping[str, object]", first)


def _or_missing(call: Callable[[], object]) -> Mapping[str, object]:
    try:
        return cast("Mapping[str, object]", call())
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _MISSING:
            raise _Missing from None
        raise


def _parts(arn: str) -> tuple[str, str]:
    """The kind and the name of the cache."""
    pieces = arn.split(":")
    if len(pieces) != 7 or pieces[2] != "elasticache" or not pieces[6]:
        raise PortMisconfigured(f"{arn}: not the ARN of a cache; {_FORM}")
    kind, name = pieces[5], pieces[6]
    if kind not in {"cluster", "replicationgroup", "serverlesscache"}:
        raise PortMisconfigured(f"{arn}: a {kind} is not a cache; {_FORM}")
    return kind, name
