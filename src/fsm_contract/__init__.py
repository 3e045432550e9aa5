"""Contract suites: what every adapter of a port has to do, as tests to inherit.

A suite is a test class; a subclass overrides its one fixture, `subject`, and inherits a test for every sentence of the
port's specification::

    from fsm_contract import LockCacheContract, LockSubject

    class TestMyLockCache(LockCacheContract):
        adapter = MyLockCache

        @pytest.fixture
        def subject(self) -> LockSubject:
            clock = MyClock()
            return LockSubject(lock=MyLockCache(clock), clock=clock)

The subject is made anew, and empty, for each test.  It bundles the adapter with what a test needs to see its effects
(a bus, say, with the source that delivers what it took), with the clock that the adapter goes by, and with values that
say what this adapter can do; no suite skips a test or asks for a type.  No suite sleeps by itself: time passes by
`Clock.sleep` of the subject's clock, which a virtual clock does in no time.  On a real clock, make `Timed.unit` short
and `Timed.patience` long enough for the server.

A test that draws lots is repeatable: its seed is its parameter.  ``FSM_TEST_SEED=7`` runs that seed alone,
``FSM_TEST_FULL=1`` runs more of them.
"""

from fsm_contract import _rewrite as _rewrite
from fsm_contract.checkpoint_store import CheckpointStoreContract, StoreSubject
from fsm_contract.clock import ClockContract, ClockSubject
from fsm_contract.container_runner import ContainerRunnerContract, ContainerSubject
from fsm_contract.context_codec import CodecSubject, ContextCodecContract
from fsm_contract.environment_store import EnvironmentStoreContract, EnvironmentSubject
from fsm_contract.event_bus import EventBusContract
from fsm_contract.history_log import HistoryLogContract, HistorySubject
from fsm_contract.lock_cache import LockCacheContract, LockSubject
from fsm_contract.message_source import MessageSourceContract
from fsm_contract.metrics_sink import Measured, MetricsSinkContract, MetricsSubject
from fsm_contract.random import RandomContract, RandomSubject
from fsm_contract.retry_scheduler import RetrySchedulerContract
from fsm_contract.road import RetrySubject, RoadSubject, admit_by_commits, discard
from fsm_contract.suite import Suite, Timed

__all__ = [
    "CheckpointStoreContract",
    "ClockContract",
    "ClockSubject",
    "CodecSubject",
    "ContainerRunnerContract",
    "ContainerSubject",
    "ContextCodecContract",
    "EnvironmentStoreContract",
    "EnvironmentSubject",
    "EventBusContract",
    "HistoryLogContract",
    "HistorySubject",
    "LockCacheContract",
    "LockSubject",
    "Measured",
    "MessageSourceContract",
    "MetricsSinkContract",
    "MetricsSubject",
    "RandomContract",
    "RandomSubject",
    "RetrySchedulerContract",
    "RetrySubject",
    "RoadSubject",
    "StoreSubject",
    "Suite",
    "Timed",
    "admit_by_commits",
    "discard",
]
