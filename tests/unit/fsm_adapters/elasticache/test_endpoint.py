"""What ElastiCache, or a settings file, says of a cache, and the URL that comes of it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from fsm_adapters.elasticache.endpoint import described_endpoint, written_endpoint
from fsm_adapters.memcached.client import memcached_client
from fsm_adapters.redis.client import redis_client
from fsm_ports import PortMisconfigured

ARN = "arn:aws:elasticache:eu-west-1:123456789012:cluster:locks"
GROUP = "arn:aws:elasticache:eu-west-1:123456789012:replicationgroup:locks"


def _at(host: str, port: int = 6379) -> dict[str, object]:
    return {"Address": host, "Port": port}


def _node(host: str, port: int) -> dict[str, object]:
    return {"CacheNodeId": "0001", "Endpoint": _at(host, port)}


MEMCACHED = {"CacheClusterId": "locks", "Engine": "memcached", "ConfigurationEndpoint": _at("cfg", 11211)}
REDIS = {"CacheClusterId": "locks", "Engine": "redis", "CacheNodes": [_node("one", 6379)]}
REPLICATION = {"ReplicationGroupId": "locks", "NodeGroups": [{"PrimaryEndpoint": _at("primary")}]}
SERVERLESS = {"ServerlessCacheName": "locks", "Endpoint": _at("serverless")}


@pytest.mark.parametrize(
    ("cache", "engine", "url"),
    [
        (REDIS, "redis", "redis://:pass%2Fword@one:6379"),
        (REDIS | {"TransitEncryptionEnabled": True}, "redis", "rediss://:pass%2Fword@one:6379"),
        (REPLICATION, "redis", "redis://:pass%2Fword@primary:6379"),
        (REPLICATION | {"Engine": "valkey"}, "redis", "redis://:pass%2Fword@primary:6379"),
        (
            REPLICATION | {"ClusterEnabled": True, "NodeGroups": [], "ConfigurationEndpoint": _at("cfg")},
            "redis",
            "redis://:pass%2Fword@cfg:6379?cluster=true",
        ),
        (
            REPLICATION | {"NodeGroups": [{"PrimaryEndpoint": _at("a")}, {"PrimaryEndpoint": _at("b")}]},
            "redis",
            "redis://:pass%2Fword@a:6379?cluster=true",
        ),
        (SERVERLESS | {"Engine": "valkey"}, "redis", "rediss://:pass%2Fword@serverless:6379?cluster=true"),
        (SERVERLESS | {"Engine": "memcached"}, "memcached", "memcached://serverless:6379?tls=true"),
        (MEMCACHED, "memcached", "memcached://cfg:11211"),
        (
            MEMCACHED | {"CacheNodes": [_node("a", 11211), _node("fe80::1", 11212), _node("a", 11211)]},
            "memcached",
            "memcached://a:11211,[fe80::1]:11212",
        ),
        (MEMCACHED | {"TransitEncryptionEnabled": True}, "memcached", "memcached://cfg:11211?tls=true"),
    ],
)
def test_description_is_read(cache: Mapping[str, object], engine: str, url: str) -> None:
    found = described_endpoint(ARN, cache, "pass/word")
    assert (found.engine, found.url) == (engine, url)
    assert "word" not in repr(found)
    if engine == "redis":
        redis_client(found.url)
    else:
        memcached_client(found.url)


@pytest.mark.parametrize(
    ("cache", "remedy"),
    [
        (REDIS | {"CacheNodes": [], "CacheClusterStatus": "creating"}, "status creating.*wait until it is available"),
        (REDIS | {"CacheNodes": [{"CacheNodeId": "0001"}]}, "no node"),
        (REDIS | {"CacheNodes": [{"Endpoint": {"Address": "one"}}]}, "no node"),
        (REPLICATION | {"NodeGroups": [], "Status": "modifying"}, "status modifying"),
        (REDIS | {"Engine": "dragonfly"}, "engine dragonfly is not one of redis, valkey, memcached"),
        (REDIS | {"AuthTokenEnabled": True}, "set ELASTICACHE_PASSWORDS"),
        ({}, "no node"),
    ],
)
def test_cache_that_cannot_be_used_is_refused_with_the_remedy(cache: Mapping[str, object], remedy: str) -> None:
    with pytest.raises(PortMisconfigured, match=f"{ARN}.*{remedy}"):
        described_endpoint(ARN, cache, "")


@pytest.mark.parametrize(
    ("arn", "text", "password", "engine", "url"),
    [
        (ARN, "rediss://host:6379?cluster=true", "", "redis", "rediss://host:6379?cluster=true"),
        (ARN, "redis://host", "fsm:pass:word", "redis", "redis://fsm:pass%3Aword@host"),
        (ARN, "redis://:own@host", "password", "redis", "redis://:own@host"),
        (ARN, "memcached://a,b:7", "password", "memcached", "memcached://a,b:7"),
        (ARN, "host:11211", "", "memcached", "memcached://host:11211"),
        (ARN, "host:6379", "password", "redis", "redis://:password@host:6379"),
        (GROUP, "host:9999", "", "redis", "redis://host:9999"),
    ],
)
def test_written_endpoint_is_read(arn: str, text: str, password: str, engine: str, url: str) -> None:
    found = written_endpoint(arn, text, password)
    assert (found.engine, found.url) == (engine, url)


@pytest.mark.parametrize("text", ["host:9999", "host", "", "http://host:6379"])
def test_written_endpoint_whose_engine_cannot_be_told_is_refused(text: str) -> None:
    with pytest.raises(PortMisconfigured, match=r"ELASTICACHE_ENDPOINTS.*write redis://host:6379"):
        written_endpoint(ARN, text, "")
