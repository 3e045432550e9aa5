"""What becomes of figures that CloudWatch does not take."""

from __future__ import annotations

import pytest

from fsm_adapters.cloudwatch.metrics_sink import KEPT_BYTES
from tests.unit.fsm_adapters.cloudwatch.bench import Bench, at
from tests.unit.fsm_adapters.scripted_aws import OK, Refusal, refused, silent

DAY = 86_400.0


@pytest.mark.parametrize(
    "error",
    [
        refused(),
        Refusal("ThrottlingException"),
        Refusal("AccessDenied", "not authorized to perform cloudwatch:PutMetricData", 403),
    ],
)
def test_what_was_not_taken_is_delivered_by_a_later_flush_with_the_time_of_the_first(error: Exception) -> None:
    bench = Bench()
    bench.service.now(error)
    first = at(bench.clock)
    bench.count("a")
    bench.clock.sleep(60)
    bench.count("b")
    bench.service.now(OK)
    bench.sink.flush()
    assert bench.names == [["a"], ["a", "b"], ["a", "b"]]
    assert [datum["Timestamp"] for datum in bench.calls[2]] == [first, at(bench.clock)]
    bench.sink.flush()
    assert len(bench.calls) == 3


def test_once_a_call_was_not_taken_the_others_wait_without_being_tried() -> None:
    bench = Bench()
    bench.service.now(refused())
    bench.count(*(f"m{n}" for n in range(2500)))
    assert len(bench.calls) == 1
    bench.service.now(OK)
    bench.sink.flush()
    assert [len(call) for call in bench.calls[1:]] == [1000, 1000, 500]


@pytest.mark.parametrize("error", [silent(), Refusal("InternalServiceFault", status=500)])
def test_a_call_of_unknown_outcome_is_not_repeated_and_is_told_to_the_log(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench()
    bench.service.now(error, OK)
    bench.count("a", "b")
    bench.count("c")
    assert bench.names == [["a", "b"], ["c"]]
    assert "2 metrics dropped" in caplog.text


def test_after_a_time_out_the_rest_waits_for_the_next_flush() -> None:
    bench = Bench()
    bench.service.now(silent(), OK)
    bench.count(*(f"m{n}" for n in range(2500)))
    assert [len(call) for call in bench.calls] == [1000]
    bench.sink.flush()
    assert [len(call) for call in bench.calls] == [1000, 1000, 500]
    assert len({name for call in bench.names for name in call}) == 2500


def test_what_can_never_be_taken_is_dropped_and_its_neighbours_are_delivered(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.service.now(Refusal("InvalidParameterValue", "what CloudWatch dislikes"), OK)
    bench.count(*(f"m{n}" for n in range(1500)))
    bench.sink.flush()
    assert [len(call) for call in bench.calls] == [1000, 500]
    assert "1000 metrics dropped" in caplog.text
    assert "what CloudWatch dislikes" in caplog.text


def test_no_more_is_kept_than_the_bound_and_the_newest_stay(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.service.now(refused())
    for hour in range(20):
        bench.count(*(f"h{hour}-{n}" for n in range(1000)))
    dropped = sum(int(record.getMessage().split(": ")[1].split()[0]) for record in caplog.records if record.args)
    bench.service.now(OK)
    before = len(bench.calls)
    bench.sink.flush()
    kept = [name for call in bench.names[before:] for name in call]
    assert kept[-1] == "h19-999"
    assert kept == [f"h{n // 1000}-{n % 1000}" for n in range(20_000)][-len(kept) :]
    assert len(kept) + dropped == 20_000
    assert sum(bench.service.bodies[before:]) <= KEPT_BYTES
    assert dropped > 0


def test_what_cloudwatch_would_find_too_old_is_dropped(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.service.now(refused())
    bench.count("old")
    bench.clock.sleep(12 * DAY)
    bench.count("young")
    bench.clock.sleep(DAY)
    bench.service.now(OK)
    bench.sink.flush()
    assert bench.names[-1] == ["young"]
    assert "1 metrics dropped: they are older than 13 days" in caplog.text
