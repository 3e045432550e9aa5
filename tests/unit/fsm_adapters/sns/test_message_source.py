"""How the queue of an SNS topic is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import pytest

from fsm_adapters.memory.event_bus import MemoryQueue
from fsm_adapters.sns.message_source import SnsMessageSource
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import samples
from fsm_ports import ACK, Delivery, MessageSource, OutcomeUnknown, Outgoing, PortUnavailable, Unreadable
from tests.unit.fsm_adapters.scripted_aws import Answer, refused, silent, sns

ARN = "arn:aws:sns:eu-west-1:123456789012:orders"
NOW = 1_700_000_000.0
HELD = [Delivery(Unreadable("", ""), None, f"p-{n}") for n in range(2)]


class Queue(MemoryQueue):
    """Knows whether it was closed."""

    closed = False

    def close(self) -> None:
        self.closed = True


class Topic:
    """A source, and the queues that it polls."""

    def __init__(self, *answers: Answer) -> None:
        client, self.script = sns(*answers)
        self.polled: list[str] = []
        self.queue = Queue(VirtualClock(NOW))
        self.source = SnsMessageSource(client, ARN, self._poll, source="sns:orders")

    def _poll(self, queue: str) -> MessageSource:
        self.polled.append(queue.rpartition(":")[2])
        return self.queue


def subscription(name: str, protocol: str = "sqs", *, confirmed: bool = True) -> Mapping[str, str]:
    return {
        "SubscriptionArn": f"{ARN}:1" if confirmed else "PendingConfirmation",
        "Protocol": protocol,
        "Endpoint": f"arn:aws:sqs:eu-west-1:123456789012:{name}",
    }


def page(*subscriptions: Mapping[str, str], more: str = "") -> Answer:
    return {"Subscriptions": list(subscriptions), **({"NextToken": more} if more else {})}


def test_queue_that_subscribes_is_polled_and_asked_for_once() -> None:
    topic = Topic(page(subscription("orders")))
    topic.queue.send([Outgoing(samples.record("a", NOW))])
    (delivery,) = cast("Sequence[Delivery]", topic.source.receive(5, NOW + 30))
    assert list(topic.source.extend([delivery], NOW + 60)) == [None]
    assert list(topic.source.settle([delivery], [ACK])) == [None]
    assert topic.source.receive(5, NOW + 90) == []
    assert topic.polled == ["orders"]
    assert topic.script.of("ListSubscriptionsByTopic") == [{"TopicArn": ARN}]


def test_of_several_queues_the_first_by_name_is_polled_whatever_page_it_is_on() -> None:
    topic = Topic(page(subscription("c"), subscription("b"), more="2"), page(subscription("a")))
    topic.source.receive(5, NOW + 30)
    assert topic.polled == ["a"]
    assert topic.script.of("ListSubscriptionsByTopic")[1] == {"TopicArn": ARN, "NextToken": "2"}


def test_what_is_no_confirmed_queue_is_not_polled() -> None:
    topic = Topic(page(subscription("a", "lambda"), subscription("b", confirmed=False), subscription("c")))
    topic.source.receive(5, NOW + 30)
    assert topic.polled == ["c"]


def test_topic_without_a_queue_says_what_to_do_and_is_asked_again() -> None:
    topic = Topic(page(), page(subscription("orders")))
    answer = topic.source.receive(5, NOW + 30)
    assert isinstance(answer, PortUnavailable)
    assert "fsm resources create" in str(answer)
    assert topic.source.receive(5, NOW + 30) == []


@pytest.mark.parametrize(("answer", "expected"), [(refused(), PortUnavailable), (silent(), OutcomeUnknown)])
def test_topic_that_does_not_answer_is_the_answer_to_everything(answer: Answer, expected: type) -> None:
    topic = Topic(answer)
    assert isinstance(topic.source.receive(5, NOW + 30), expected)
    assert [type(result) for result in topic.source.extend(HELD, NOW + 30)] == [expected] * 2
    assert [type(result) for result in topic.source.settle(HELD, [ACK, ACK])] == [expected] * 2
    assert topic.polled == []


def test_page_that_does_not_answer_ends_the_search() -> None:
    topic = Topic(page(subscription("a"), more="2"), silent())
    assert isinstance(topic.source.receive(5, NOW + 30), OutcomeUnknown)
    assert topic.polled == []


def test_closing_closes_the_queue_if_there_is_one() -> None:
    topic = Topic(page(subscription("orders")))
    topic.source.close()
    assert topic.script.asked == []
    topic.source.receive(5, NOW + 30)
    assert not topic.queue.closed
    topic.source.close()
    assert topic.queue.closed
