"""From the ARN of a cache to its endpoint, by ElastiCache's own API as two emulators speak it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol, cast

import pytest
from botocore.stub import Stubber

from fsm_adapters._aws.clients import AwsClients
from fsm_adapters.elasticache.endpoint import CacheEndpoint
from fsm_adapters.elasticache.resolve import cache_endpoint
from fsm_ports import OutcomeUnknown, PortError, PortMisconfigured, PortUnavailable
from tests import lock_servers

if TYPE_CHECKING:
    from mypy_boto3_elasticache.client import ElastiCacheClient

REGION = "eu-west-1"
NODE = "cache.t3.micro"
ENDPOINT = {"Address": "host", "Port": 6379}


class _Backend(Protocol):
    @property
    def endpoint(self) -> str: ...


def _client(endpoint: str) -> Callable[[], ElastiCacheClient]:
    return AwsClients(REGION, endpoint_url=endpoint, credentials=("test", "test")).elasticache(attempts=1)


@pytest.fixture
def moto_client(moto: _Backend) -> Callable[[], ElastiCacheClient]:
    return _client(moto.endpoint)


@pytest.fixture
def ministack_client(ministack: _Backend) -> Callable[[], ElastiCacheClient]:
    return _client(ministack.endpoint)


@pytest.fixture(params=["moto_client", "ministack_client"])
def client(request: pytest.FixtureRequest) -> Callable[[], ElastiCacheClient]:
    found: Callable[[], ElastiCacheClient] = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def unreachable() -> Callable[[], ElastiCacheClient]:
    return _client(f"http://127.0.0.1:{lock_servers.free_port()}")


def _arn(kind: str, name: str) -> str:
    return f"arn:aws:elasticache:{REGION}:123456789012:{kind}:{name}"


def _found(answer: CacheEndpoint | PortError) -> CacheEndpoint:
    assert isinstance(answer, CacheEndpoint)
    return answer


def _in(answer: object, *path: str | int) -> str:
    """A text deep within an answer."""
    for step in path:
        answer = cast("dict[str | int, object]", answer)[step]
    return str(answer)


def _make_group(client: Callable[[], ElastiCacheClient], name: str, **options: str) -> str:
    """Its primary's host."""
    made = client().create_replication_group(
        ReplicationGroupId=name,
        ReplicationGroupDescription=name,
        NumCacheClusters=2,
        CacheNodeType=NODE,
        TransitEncryptionEnabled=bool(options),
        **options,  # type: ignore[arg-type] # optional texts of the call
    )
    return _in(made, "ReplicationGroup", "NodeGroups", 0, "PrimaryEndpoint", "Address")


def test_replication_group_leads_to_its_primary(client: Callable[[], ElastiCacheClient]) -> None:
    host = _make_group(client, "plain")
    assert _found(cache_endpoint(_arn("replicationgroup", "plain"), client)).url == f"redis://{host}:6379"


def test_arn_of_a_cluster_may_name_a_replication_group(client: Callable[[], ElastiCacheClient]) -> None:
    """As settings of the original do."""
    host = _make_group(client, "named-so")
    assert _found(cache_endpoint(_arn("cluster", "named-so"), client)).url == f"redis://{host}:6379"


def test_group_that_asks_for_a_password_is_encrypted_and_gets_it(client: Callable[[], ElastiCacheClient]) -> None:
    host, arn = _make_group(client, "guarded", AuthToken="0123456789abcdef"), _arn("replicationgroup", "guarded")
    found = cache_endpoint(arn, client, passwords={arn: "0123456789abcdef"})
    assert _found(found).url == f"rediss://:0123456789abcdef@{host}:6379"
    with pytest.raises(PortMisconfigured, match="ELASTICACHE_PASSWORDS"):
        cache_endpoint(arn, client)


@pytest.mark.parametrize(("engine", "scheme"), [("redis", "redis"), ("memcached", "memcached")])
def test_cache_cluster_leads_to_its_nodes(
    engine: str, scheme: str, ministack_client: Callable[[], ElastiCacheClient]
) -> None:
    made = ministack_client().create_cache_cluster(
        CacheClusterId=engine, Engine=engine, NumCacheNodes=1, CacheNodeType=NODE
    )
    host, port = (_in(made, "CacheCluster", "CacheNodes", 0, "Endpoint", name) for name in ("Address", "Port"))
    found = _found(cache_endpoint(_arn("cluster", engine), ministack_client))
    assert found.engine == engine
    assert found.url == f"{scheme}://{host}:{port}"


def test_cache_cluster_without_nodes_is_refused(moto_client: Callable[[], ElastiCacheClient]) -> None:
    moto_client().create_cache_cluster(CacheClusterId="empty", Engine="redis", NumCacheNodes=1, CacheNodeType=NODE)
    with pytest.raises(PortMisconfigured, match="no node with an address"):
        cache_endpoint(_arn("cluster", "empty"), moto_client)


def test_serverless_cache_is_encrypted_and_in_cluster_mode(ministack_client: Callable[[], ElastiCacheClient]) -> None:
    made = ministack_client().create_serverless_cache(ServerlessCacheName="serverless", Engine="valkey")
    host = _in(made, "ServerlessCache", "Endpoint", "Address")
    found = _found(cache_endpoint(_arn("serverlesscache", "serverless"), ministack_client))
    assert found.url == f"rediss://{host}:6379?cluster=true"


@pytest.mark.parametrize("kind", ["cluster", "replicationgroup"])
def test_cache_that_is_not_there_is_refused(kind: str, client: Callable[[], ElastiCacheClient]) -> None:
    with pytest.raises(PortMisconfigured, match="no such cache: correct the ARN, or create it"):
        cache_endpoint(_arn(kind, "nowhere"), client)


def test_serverless_cache_that_is_not_there_is_refused(ministack_client: Callable[[], ElastiCacheClient]) -> None:
    with pytest.raises(PortMisconfigured, match="no such cache: correct the ARN, or create it"):
        cache_endpoint(_arn("serverlesscache", "nowhere"), ministack_client)


def test_node_of_a_replication_group_leads_to_the_primary(unreachable: Callable[[], ElastiCacheClient]) -> None:
    """Alone it could be a replica."""
    client = unreachable()
    member = {"CacheClusterId": "locks-002", "ReplicationGroupId": "locks", "Engine": "redis"}
    group = {
        "ReplicationGroupId": "locks",
        "NodeGroups": [{"PrimaryEndpoint": {"Address": "primary", "Port": 6379}}],
    }
    with Stubber(client) as stub:
        stub.add_response("describe_cache_clusters", {"CacheClusters": [member]})
        stub.add_response(
            "describe_replication_groups", {"ReplicationGroups": [group]}, {"ReplicationGroupId": "locks"}
        )
        found = cache_endpoint(_arn("cluster", "locks-002"), lambda: client)
        stub.assert_no_pending_responses()
    assert _found(found).url == "redis://primary:6379"


@pytest.mark.parametrize("given", ["redis://host:6379", {"CacheNodes": [{"Endpoint": ENDPOINT}]}])
def test_endpoint_from_the_settings_saves_the_question(
    given: str | Mapping[str, object], unreachable: Callable[[], ElastiCacheClient]
) -> None:
    arn = _arn("cluster", "locks")
    assert _found(cache_endpoint(arn, unreachable, endpoints={arn: given})).url == "redis://host:6379"


def test_endpoint_of_the_settings_that_is_neither_a_url_nor_a_description_is_refused(
    unreachable: Callable[[], ElastiCacheClient],
) -> None:
    arn = _arn("cluster", "locks")
    with pytest.raises(PortMisconfigured, match="neither a URL nor a description"):
        cache_endpoint(arn, unreachable, endpoints={arn: 6379})


def test_api_that_is_down_is_unavailable_and_nothing_is_raised(unreachable: Callable[[], ElastiCacheClient]) -> None:
    assert isinstance(cache_endpoint(_arn("cluster", "locks"), unreachable), PortUnavailable)


def test_answer_that_cannot_be_read_is_unknown(unreachable: Callable[[], ElastiCacheClient]) -> None:
    client = unreachable()
    with Stubber(client) as stub:
        stub.add_response("describe_replication_groups", {})
        assert isinstance(cache_endpoint(_arn("replicationgroup", "locks"), lambda: client), OutcomeUnknown)


def test_missing_permission_is_refused_with_what_to_grant(unreachable: Callable[[], ElastiCacheClient]) -> None:
    client = unreachable()
    with Stubber(client) as stub:
        stub.add_client_error("describe_cache_clusters", "AccessDenied", "no", 403)
        with pytest.raises(PortMisconfigured, match=r"AccessDenied.*grant elasticache:DescribeCacheClusters"):
            cache_endpoint(_arn("cluster", "locks"), lambda: client)


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:elasticache:eu-west-1:123456789012:cluster:",
        "arn:aws:elasticache:eu-west-1:123456789012:locks",
        "arn:aws:elasticache:eu-west-1:123456789012:snapshot:locks",
        "arn:aws:sqs:eu-west-1:123456789012:cluster:locks",
        "redis://host",
    ],
)
def test_arn_of_something_else_is_refused(arn: str, unreachable: Callable[[], ElastiCacheClient]) -> None:
    with pytest.raises(PortMisconfigured, match=r"write arn:aws:elasticache:REGION:ACCOUNT:cluster:NAME"):
        cache_endpoint(arn, unreachable)
