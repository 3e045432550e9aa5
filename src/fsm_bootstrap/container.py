"""Which part goes where.  Private: `fsm_bootstrap.application` is what others use."""

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import Dependency, Object, ThreadSafeSingleton

from fsm_adapters.codec.json_codec import JsonCodec
from fsm_adapters.system.awaiting import AwaitRunner
from fsm_bootstrap import builders
from fsm_bootstrap.settings import Settings
from fsm_bootstrap.supplies import Supplies
from fsm_domain.runtime.client import Client
from fsm_domain.runtime.dispatcher import Dispatcher
from fsm_domain.runtime.operator import Operator
from fsm_domain.runtime.recoverer import Recoverer
from fsm_domain.runtime.replayer import Replayer
from fsm_domain.runtime.runtime import Runtime


class Container(DeclarativeContainer):
    """One object a provider and container, made when first asked for."""

    # Whoever makes the container keeps these: their types are known there.
    settings = Dependency(instance_of=Settings)
    machines = Dependency(instance_of=object)
    clock = Dependency(instance_of=object)
    random = Dependency(instance_of=object)
    surround: Object[object] = Object(None)

    supplies = ThreadSafeSingleton(Supplies, settings, clock, random)
    roads = ThreadSafeSingleton(builders.build_roads, supplies)
    dead_letters = ThreadSafeSingleton(builders.build_dead_letters, supplies)
    metrics = ThreadSafeSingleton(builders.build_metrics, supplies)
    post = ThreadSafeSingleton(builders.build_post, clock, roads, dead_letters, metrics)
    store = ThreadSafeSingleton(builders.build_store, supplies)
    homes = ThreadSafeSingleton(builders.build_homes, settings)
    caches = ThreadSafeSingleton(builders.build_caches, supplies)
    lock = ThreadSafeSingleton(builders.build_lock, clock, caches, metrics)
    history = ThreadSafeSingleton(builders.build_history, supplies)
    environments = ThreadSafeSingleton(builders.build_environments, supplies, metrics)
    containers = ThreadSafeSingleton(builders.build_containers, supplies, environments, metrics)
    limits = ThreadSafeSingleton(builders.build_limits, settings, store)
    codec = ThreadSafeSingleton(JsonCodec)
    wait = ThreadSafeSingleton(AwaitRunner)
    limit = ThreadSafeSingleton(builders.build_limit, clock)
    runtime = ThreadSafeSingleton(
        Runtime,
        machines=machines,
        store=store,
        post=post,
        codec=codec,
        clock=clock,
        random=random,
        wait=wait,
        limit=limit,
        metrics=metrics,
        lock=lock,
        history=history,
        limits=limits,
        homes=homes,
        containers=containers,
        surround=surround,
    )
    dispatcher = ThreadSafeSingleton(Dispatcher, runtime)
    client = ThreadSafeSingleton(Client, runtime)
    operator = ThreadSafeSingleton(Operator, runtime)
    recoverer = ThreadSafeSingleton(Recoverer, runtime)
    replayer = ThreadSafeSingleton(Replayer, runtime)
