"""The protocol with one bug in it: each must be found, by the invariant that it breaks, under the seed beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fsm_adapters.memory import checkpoint_store as memory_store
from fsm_adapters.memory.retry_table import MemoryRetryTable
from fsm_adapters.sqlite.committing import Committing
from fsm_adapters.sqlite.scheduling import Scheduling
from fsm_bootstrap.simulation.faults import STORM
from fsm_bootstrap.simulation.ports import WiredSource
from fsm_bootstrap.simulation.scenario import STRICT, Scenario, loops
from fsm_bootstrap.simulation.scenarios import BY_NAME
from fsm_bootstrap.simulation.set_ups import queue
from fsm_domain.failover import lock_cache, post
from fsm_domain.failover.checkpoint_store import HomedCheckpointStore
from fsm_domain.failover.post import Post
from fsm_domain.runtime import aftermath, client, dispatcher, follow_up, operator, recoverer, running, taking_up
from fsm_domain.runtime.aftermath import Aftermath
from fsm_domain.runtime.dispatcher import Dispatcher
from fsm_domain.runtime.exclusion import Exclusion
from fsm_domain.runtime.job import Job
from fsm_domain.runtime.operator import Operator
from fsm_domain.runtime.recall import Recall
from fsm_domain.runtime.recoverer import Recoverer
from fsm_domain.runtime.running import Running
from fsm_domain.runtime.writing import Writing
from fsm_ports import ACK
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
    unknown_is_committed,
    unknown_is_sent,
    unlocked,
    unpaused,
    untouched,
    whole,
    with_limits,
)
from tests.simulation.bugs_of_troubles import accepted_and_forgotten, first_road_only, suspicious
from tests.simulation.earlier_bugs import (
    a_key_for_each_retry,
    a_retry_with_a_touched_context,
    all_but,
    as_it_was_written,
    conflicts_with_itself,
    emit_first,
    empties_the_inbox,
    forget_by_key,
    go_on_as_the_next,
    no_wait_is_owed,
    on_one_class_only,
    redrive_in_place,
    the_living_are_dead,
    to_either,
    touched_by_both,
    twice_is_two,
    under_a_new_position,
    under_any_claim,
    without_nonce,
    without_position,
)

SEEDS = range(400)
"""Tried one after the other where the listed one finds the bug no more."""

CROWD = replace(
    BY_NAME["failing"], name="failing, in a crowd", set_up=queue(), puts_off=False, workers=5, action=20.0,
    retry=replace(STRICT, base=1.0),
    faults=replace(STORM, redeliver=0.9, crash=0.005, stall=0.0, unavailable=0.01, unknown=0.01),
)  # fmt: skip
"""Several runs of one step at a time, most of which are alive."""
DOOMED = replace(
    BY_NAME["redriven"], name="redriven, each of them", starts=loops(3, 5, doomed=2), raising=0.0,
    faults=replace(STORM, unavailable=0.15, unknown=0.15),
)  # fmt: skip
COPIED = replace(
    BY_NAME["retry-only"], name="retry-only, all twice", workers=4,
    faults=replace(STORM, crash=0.04, duplicate=0.5, redeliver=0.3, stall=0.03),
)  # fmt: skip

DAWDLING = replace(
    BY_NAME["recovery"], name="recovery, by timers that dawdle", storm=20_000,
    faults=replace(STORM, crash=0.02, stall=0.1, longest_stall=300.0),
)  # fmt: skip
"""One reads a record, and touches it long after the other did."""


@dataclass(frozen=True)
class Mutant:
    """Found in that scenario, or in one of this name."""

    name: str
    invariant: str
    scenario: Scenario | str
    seed: int
    plant: Plant

    @property
    def where(self) -> Scenario:
        return BY_NAME[self.scenario] if isinstance(self.scenario, str) else self.scenario


MUTANTS = (
    Mutant("re-emit for every copy", "I9", "copies", 0, instead(Aftermath, "overtaken", emit_for_every_copy)),
    Mutant("re-emit never", "I4", "queue", 0, instead(Aftermath, "overtaken", emit_never)),
    Mutant("acknowledge what was not sent", "I4", "queue", 0, instead(Dispatcher, "_send", after(acknowledge))),
    Mutant("acknowledge what was not written", "I4", "queue", 11, instead(Writing, "_settle", after(settle_unwritten))),
    Mutant("no step fence", "I1", "queue", 1, instead(memory_store, "committed", no_step_fence)),
    Mutant("unknown commit taken as committed", "I7", "queue", 3, instead(Writing, "_ask_again", unknown_is_committed)),
    Mutant("unknown send taken as sent", "I4", "queue", 8, instead(Post, "send", unknown_is_sent)),
    Mutant("Busy spends a retry", "I8", "queue-lock", 1, instead(Job, "put_off", spend_a_retry)),
    Mutant("Busy acknowledged", "I4", "queue-lock", 2, instead(Job, "put_off", after(drop))),
    Mutant("Busy handed back", "I16", "queue-lock", 4, instead(Job, "put_off", after(hand_back))),
    Mutant("Busy handed back over and over", "I6", "queue-lock", 4, instead(Job, "put_off", after(hand_back))),
    Mutant("no lease taken", "I11", "queue-lock", 1, instead(Exclusion, "admit", unlocked)),
    Mutant("position not carried", "I4", "stream-retry-lock", 4, instead(Job, "send", forget_the_position)),
    Mutant("suspects in bulk", "I17", "poison", 3, instead(dispatcher, "split", in_bulk)),
    Mutant("attempts not entered", "I6", "poison", 0, instead(Recall, "_enter", always(None))),
    Mutant("attempts not left", "I17", "failing", 3, instead(Recall, "leave", always(None))),
    Mutant("hold ignored", "I11", "sqlite-chain", 0, instead(Committing, "step", never_held)),
    Mutant("a chain goes on in spite of a pause", "I10", "operators-chain", 0, instead(Writing, "_advanced", unpaused)),
    Mutant("no stand-in for a chain", "I4", "queue-chain", 19, instead(Aftermath, "_stand_in", always(None))),
    Mutant("a resume's message goes stale", "I4", "operators", 196, instead(aftermath, "is_resumed", always(False))),
    Mutant("a second try on a touched context", "I3", "queue", 1, instead(running, "advance", a_second_try_in_place)),
    Mutant("stale reads", "I2", "queue", 0, instead(memory_store.MemoryCheckpointStore, "read", stale)),
    Mutant("inbox not looked at", "I5", "waiting", 0, instead(follow_up, "_inbox_event", always(None))),
    Mutant("recovery without a touch", "I18", "recovery", 3, instead(Recoverer, "_take_in_hand", untouched)),
    Mutant("an id does not name its home", "I1", "homes", 6, instead(client, "home_of", always(""))),
    Mutant("every message reads its record", "I14", "calls-queue", 0, instead(dispatcher, "job_of", suspicious)),
    Mutant("no failover", "I15", "without-primaries", 0, instead(post, "first_to_accept", first_road_only)),
    Mutant("a migration runs again", "I21", "rolling-stream", 1, instead(taking_up, "pending", applied_again)),
    Mutant("a context passes for migrated", "I21", "rolling", 17, instead(follow_up, "stamp", own_context)),
    Mutant("what others wrote fails at once", "I17", "rolling", 0, instead(Running, "_put_off", doomed_at_once)),
    Mutant("recovery makes young what is put off", "I5", "rolling-recovered", 1,
           instead(recoverer, "of_others", always(None))),
    Mutant("names are not translated", "I5", "rolling-sqlite", 10, instead(running, "taken_up", as_it_is)),
    Mutant("an early event of newer code is nobody's", "I4", "rolling-undeclared", 4, both(
        instead(follow_up, "is_strange", always(False)), instead(running, "is_strange", always(False)),
    )),
    Mutant("nobody is called for an event that newer code waits for", "I5", "rolling-undeclared", 1,
           instead(operator, "is_strange", always(False))),
    Mutant(
        "an event is seen and not kept", "I19", "waiting", 0,
        instead(memory_store, "marked", accepted_and_forgotten),
    ),
    Mutant("dead letters are dropped", "I12", "strangers", 0, instead(Post, "bury", never_buried)),
    Mutant("thin messages are no suspects", "I5", "thin", 0, instead(dispatcher, "job_of", whole)),
    Mutant(
        "retries run at once", "I20", "failing", 0,
        both(instead(Exclusion, "admit", with_limits(early=1e9)), instead(Post, "send", sent_at_once)),
    ),
    # What the framework before this one does, and drafts of the protocol did.
    Mutant("emit before commit", "I7", "queue", 1, instead(Writing, "write", emit_first)),
    Mutant("acknowledge on error", "I4", "queue", 0, instead(Dispatcher, "_outcome", always(ACK))),
    Mutant(
        "a lease shorter than the invocation", "I11", "queue-lock", 20,
        instead(Exclusion, "admit", with_limits(margin=-25.0)),
    ),
    Mutant(
        "failover on one class of errors only", "I15", "without-primaries", 0,
        both(
            instead(post, "first_to_accept", on_one_class_only),
            instead(lock_cache, "first_to_accept", on_one_class_only),
        ),
    ),
    Mutant(
        "the secondary retry source is not polled", "I5", "failover", 12,
        instead(WiredSource, "receive", all_but("retry2")),
    ),
    Mutant("commits to either of two stores", "I1", "homes", 6, instead(HomedCheckpointStore, "commit", to_either)),
    Mutant("a copy of n treated as n + 1", "I11", "queue-lock", 3, instead(Aftermath, "overtaken", go_on_as_the_next)),
    Mutant("no release", "I6", "failing", 0, instead(Exclusion, "release", always(None))),
    Mutant(
        "the retry number is in the lock key", "I11", "queue-lock", 3,
        instead(Exclusion, "admit", a_key_for_each_retry),
    ),
    Mutant(
        "a Busy copy goes on under a new position", "I4", "stream-retry-lock", 13,
        instead(Job, "put_off", after(under_a_new_position)),
    ),
    Mutant("settling deletes a newer entry", "I5", "failover", 1, instead(MemoryRetryTable, "settle", forget_by_key)),
    Mutant(
        "a retry entry's key without its position", "I5", "stream-retry-lock", 39,
        instead(MemoryRetryTable, "_key", without_position),
    ),
    Mutant(
        "retry entries without a position share a key", "I5", COPIED, 255,
        instead(MemoryRetryTable, "_key", without_nonce),
    ),
    Mutant("a retry is built from a touched context", "I3", "stream", 1, a_retry_with_a_touched_context()),
    Mutant("a redrive in place", "I1", "redriven", 1, instead(memory_store, "committed", redrive_in_place)),
    Mutant("a redrive conflicts with itself", "I5", DOOMED, 16, instead(Operator, "redrive", conflicts_with_itself)),
    Mutant(
        "a schedule frees another's claim", "I11", "waiting-sqlite", 3,
        instead(Scheduling, "schedule", under_any_claim),
    ),
    Mutant(
        "an attempt counts twice after a lost answer", "I17", "poison", 15,
        instead(memory_store, "marked", twice_is_two),
    ),
    Mutant("attempts as a mere number", "I17", CROWD, 13, instead(Recall, "_enter", after(the_living_are_dead))),
    Mutant(
        "an event taken empties the inbox", "I5", "waiting", 0,
        instead(memory_store, "committed", empties_the_inbox),
    ),
    Mutant(
        "an event that came as the wait was committed is not seen", "I5", "waiting", 1,
        instead(Writing, "_advanced", as_it_was_written),
    ),
    Mutant(
        "a committed wait is not owed its deadline", "I4", "waiting", 1,
        instead(Aftermath, "overtaken", no_wait_is_owed),
    ),
    Mutant("two timers touch one record", "I18", DAWDLING, 0, instead(memory_store, "marked", touched_by_both)),
)  # fmt: skip

A_THIN_MESSAGE_LOSES_ITS_DATA = instead(Recall, "_compare", no_data)
"""For I13, which compares two simulations."""
