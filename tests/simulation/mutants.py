"""The protocol with one bug in it: each must be found, by the invariant that it breaks."""

from __future__ import annotations

from dataclasses import dataclass

from fsm_adapters.memory import checkpoint_store as memory_store
from fsm_adapters.sqlite import committing as sqlite_commits
from fsm_domain.failover import post
from fsm_domain.failover.post import Post
from fsm_domain.runtime import aftermath, client, dispatcher, follow_up, operator, running
from fsm_domain.runtime.aftermath import Aftermath
from fsm_domain.runtime.dispatcher import Dispatcher
from fsm_domain.runtime.exclusion import Exclusion
from fsm_domain.runtime.job import Job
from fsm_domain.runtime.recall import Recall
from fsm_domain.runtime.recoverer import Recoverer
from fsm_domain.runtime.running import Running
from fsm_domain.runtime.writing import Writing
from tests.simulation.bugs import (
    Plant,
    a_second_try_in_place,
    acknowledge,
    after,
    always,
    applied_again,
    as_it_is,
    both,
    doomed_at_once,
    drop,
    emit_for_every_copy,
    emit_never,
    forget_the_position,
    hand_back,
    in_bulk,
    instead,
    never_buried,
    never_held,
    no_data,
    no_step_fence,
    own_context,
    sent_at_once,
    settle_unwritten,
    spend_a_retry,
    stale,
    too_early,
    unknown_is_committed,
    unknown_is_sent,
    unlocked,
    unpaused,
    untouched,
    whole,
)
from tests.simulation.bugs_of_troubles import accepted_and_forgotten, first_road_only, suspicious

SEEDS = range(200)
"""Tried one after the other until one finds the bug; the slowest needs about one in thirty."""


@dataclass(frozen=True)
class Mutant:
    """Found by at least one seed of `SEEDS` in that scenario."""

    name: str
    invariant: str
    scenario: str
    plant: Plant


MUTANTS = (
    Mutant("re-emit for every copy", "I9", "copies", instead(Aftermath, "overtaken", emit_for_every_copy)),
    Mutant("re-emit never", "I4", "queue", instead(Aftermath, "overtaken", emit_never)),
    Mutant("acknowledge what was not sent", "I4", "queue", instead(Dispatcher, "_send", after(acknowledge))),
    Mutant("acknowledge what was not written", "I4", "queue", instead(Writing, "_settle", after(settle_unwritten))),
    Mutant("no step fence", "I1", "queue", instead(memory_store, "committed", no_step_fence)),
    Mutant("unknown commit taken as committed", "I7", "queue", instead(Writing, "_ask_again", unknown_is_committed)),
    Mutant("unknown send taken as sent", "I4", "queue", instead(Post, "send", unknown_is_sent)),
    Mutant("Busy spends a retry", "I8", "queue-lock", instead(Job, "put_off", spend_a_retry)),
    Mutant("Busy acknowledged", "I4", "queue-lock", instead(Job, "put_off", after(drop))),
    Mutant("Busy handed back", "I16", "queue-lock", instead(Job, "put_off", after(hand_back))),
    Mutant("Busy handed back over and over", "I6", "queue-lock", instead(Job, "put_off", after(hand_back))),
    Mutant("no lease taken", "I11", "queue-lock", instead(Exclusion, "admit", unlocked)),
    Mutant("position not carried", "I4", "stream-retry-lock", instead(Job, "send", forget_the_position)),
    Mutant("suspects in bulk", "I17", "poison", instead(dispatcher, "split", in_bulk)),
    Mutant("attempts not entered", "I6", "poison", instead(Recall, "_enter", always(None))),
    Mutant("attempts not left", "I17", "failing", instead(Recall, "leave", always(None))),
    Mutant("hold ignored", "I11", "sqlite-chain", instead(sqlite_commits, "ready_at", never_held)),
    Mutant("a chain goes on in spite of a pause", "I10", "operators-chain", instead(Writing, "_advanced", unpaused)),
    Mutant("no stand-in for a chain", "I4", "queue-chain", instead(Aftermath, "_stand_in", always(None))),
    Mutant("a resume's message goes stale", "I4", "operators", instead(aftermath, "is_resumed", always(False))),
    Mutant("a second try on a touched context", "I3", "queue", instead(running, "advance", a_second_try_in_place)),
    Mutant("stale reads", "I2", "queue", instead(memory_store.MemoryCheckpointStore, "read", stale)),
    Mutant("inbox not looked at", "I5", "waiting", instead(follow_up, "_inbox_event", always(None))),
    Mutant("recovery without a touch", "I18", "recovery", instead(Recoverer, "_take_in_hand", untouched)),
    Mutant("an id does not name its home", "I1", "homes", instead(client, "home_of", always(""))),
    Mutant("every message reads its record", "I14", "calls-queue", instead(dispatcher, "job_of", suspicious)),
    Mutant("no failover", "I15", "without-primaries", instead(post, "first_to_accept", first_road_only)),
    Mutant("an event is seen and not kept", "I19", "waiting", instead(memory_store, "marked", accepted_and_forgotten)),
    Mutant("dead letters are dropped", "I12", "strangers", instead(Post, "bury", never_buried)),
    Mutant("a migration runs again", "I21", "rolling-stream", instead(running, "pending", applied_again)),
    Mutant("a context passes for migrated", "I21", "rolling", instead(follow_up, "stamp", own_context)),
    Mutant("what others wrote fails at once", "I17", "rolling", instead(Running, "_put_off", doomed_at_once)),
    Mutant("names are not translated", "I5", "rolling-sqlite", instead(running, "taken_up", as_it_is)),
    Mutant("an early event of newer code is nobody's", "I4", "rolling-undeclared", both(
        instead(follow_up, "is_strange", always(False)), instead(running, "is_strange", always(False)),
    )),
    Mutant("nobody is called for an event that newer code waits for", "I5", "rolling-undeclared",
           instead(operator, "is_strange", always(False))),
    Mutant("thin messages are no suspects", "I5", "thin", instead(dispatcher, "job_of", whole)),
    Mutant(
        "retries run at once", "I20", "failing",
        both(instead(Exclusion, "admit", too_early), instead(Post, "send", sent_at_once)),
    ),
)  # fmt: skip

A_THIN_MESSAGE_LOSES_ITS_DATA = instead(Recall, "_compare", no_data)
"""For I13, which compares two simulations."""
