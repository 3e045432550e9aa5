"""Changes that nobody notices, each with the reason why nobody needs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_ENTERED = "record.state == PSEUDO_INIT or record.definition == machine.fingerprint"
_ADDRESSED = "job.parcel is not None and isinstance(job.parcel.outgoing.message, Instance)"
_EVENT = "event_now(machine, state, {}.event)"
_SHORT = "len(message.context) * 4 <= room"
_SIGNED = "found.step == commit.instance.step and (found.run_id == commit.instance.run_id)"
_MARKS = "Pause() | Resume() | Abort() | Touch() | AppendEvent() | Fail()"
_HOPELESS = "EndlessLocalTransitions, ContextError)"

JUSTIFIED: Mapping[str, Sequence[str]] = {
    "The type checker wants the condition, or the text that stands for none; what is asked is always so": (
        f"runtime.aftermath:Aftermath._stand_in: {_ADDRESSED} -> job.parcel is not None",
        "runtime.caller:Caller.commit: Committed(result.found) if result.found is not None else result"
        " -> Committed(result.found)",
        "runtime.client:Client._is_input_of: '' -> 'XXXX'",
        "runtime.client:Client._is_input_of: '' -> 'XXXX' #2",
        "runtime.client:Client._is_input_of: first or '' -> first",
        "runtime.client:Client._is_input_of: second or '' -> second",
        "runtime.exclusion:Exclusion.release: self._lock is not None and keys -> keys",
        "runtime.follow_up:follow_up: machine is not None and event is not None -> event is not None",
        "runtime.recall:Recall.leave: job.entered or 0 -> job.entered",
        f"runtime.replayer:Replayer._first: None if entry.event is None else {_EVENT.format('entry')}"
        f" -> {_EVENT.format('entry')}",
        "runtime.running:Running.run: '' -> 'XXXX'",
        "runtime.running:Running.run: machine is None or target is None -> target is None",
        "runtime.running:Running.run: unknown(machine, message) or '' -> unknown(machine, message)",
        f"runtime.taking_up:taken_up: None if record.event is None else {_EVENT.format('record')}"
        f" -> {_EVENT.format('record')}",
        "runtime.writing:Writing._failed: self._history is not None and entry is not None -> self._history is not None",
        "runtime.writing:Writing._new_hands: for ... if machine is not None -> for ...",
        "runtime.writing:Writing._settle: result.found or job.message -> result.found",
        "runtime.writing:Writing.bury: '' -> 'XXXX'",
        "runtime.writing:Writing.bury: job.doom or '' -> job.doom",
    ),
    "A record that runs has an event, and a message that is run a context": (
        "runtime.recoverer:Recoverer._give_up: '' -> 'XXXX'",
        "runtime.recoverer:Recoverer._give_up: record.event or '' -> record.event",
        "runtime.running:Running._act: '' -> 'XXXX' #2",
        "runtime.running:Running._act: message.event or '' -> message.event",
        "runtime.running:Running._advance: '' -> 'XXXX'",
        "runtime.running:Running._advance: message.event or '' -> message.event",
        "runtime.running:Running._raised: '' -> 'XXXX'",
        "runtime.running:Running._raised: message.event or '' -> message.event",
        "runtime.taking_up:context_now: '' -> 'XXXX'",
        "runtime.taking_up:context_now: message.context or '' -> message.context",
        "runtime.taking_up:target_of: '' -> 'XXXX'",
        "runtime.taking_up:target_of: message.event or '' -> message.event",
        "runtime.writing:Writing._advanced: '' -> 'XXXX'",
        "runtime.writing:Writing._advanced: before.event or '' -> before.event",
    ),
    "None is as false as False, and as empty as an empty list, to the one that asks": (
        f"runtime.caller:_shows: match {_MARKS} | EnterAttempt() | LeaveAttempt() -> match {_MARKS}",
        "runtime.caller:_shows: return False -> return None",
        "runtime.client:Client._is_input_of: return False -> return None",
        "runtime.recoverer:Recoverer._is_others_wait: return False -> return None",
        "runtime.running:Running._is_at_work: return False -> return None",
        "runtime.writing:Writing.write: return [] -> return None",
    ),
    "A run's id signs what a wait wakes to, or what is taken over; here the record runs, or the commit is given up": (
        "runtime.aftermath:Aftermath.overtaken: owner -> None #2",
        "runtime.caller:Caller.emit: run_id -> None",
        "runtime.operator:Operator._offer: run_id -> None",
        "runtime.operator:Operator._wake: run_id -> None #2",
        "runtime.operator:Operator.redrive: run_id -> None",
        "runtime.operator:Operator.redrive: run_id -> None #2",
        "runtime.recall:Recall._enter: owner -> None #2",
        "runtime.recoverer:Recoverer._is_others_wait: '' -> 'XXXX'",
        "runtime.recoverer:Recoverer._is_others_wait: '' -> 'XXXX' #2",
        "runtime.replayer:Replayer.replay: first.run_id -> None",
        "runtime.writing:Writing._adopted: owner -> None",
        "runtime.writing:Writing._settle: owner -> None",
        "runtime.writing:Writing._settle: owner -> None #3",
        "runtime.writing:Writing._settle: owner -> None #4",
    ),
    "A run's id is drawn for one commit, so whoever finds it finds that commit": (
        f"runtime.caller:_is_ours: found is not None and {_SIGNED}"
        " -> found is not None and found.run_id == commit.instance.run_id",
    ),
    "A shortcut: the longer way comes to the same": (
        "failover.post:Post._fit: 4 -> 5",
        f"failover.post:Post._fit: {_SHORT} -> len(message.context) * 4 < room",
        f"failover.post:Post._fit: {_SHORT} or _utf8(message.context) <= room -> _utf8(message.context) <= room",
        "runtime.client:Client._is_input_of: (second, None) -> (None,)",
        "runtime.registry:known: 1 -> 2",
        "runtime.running:Running.run: sum((attempt.until <= now for attempt in job.attempts)) if job.attempts else 0"
        " -> sum((attempt.until <= now for attempt in job.attempts))",
        f"runtime.taking_up:taken_up: not machine.renamed or {_ENTERED}"
        " -> not machine.renamed or record.definition == machine.fingerprint",
        f"runtime.taking_up:taken_up: not machine.renamed or {_ENTERED} -> {_ENTERED}",
        "runtime.taking_up:context_now: migrated(functions, text) if functions else text -> migrated(functions, text)",
        "runtime.writing:Writing._failed: self._history is not None and entry is not None -> entry is not None",
        "runtime.writing:Writing._failed: self._history is not None and entry is not None"
        " -> self._history is not None or entry is not None",
        "runtime.writing:Writing.write: self._history is not None and told -> told",
    ),
    "Who is overtaken at the very step meets a record that rests or is paused, and that owes nothing": (
        "runtime.aftermath:Aftermath.overtaken: found.step > message.step -> found.step >= message.step",
        "runtime.aftermath:Aftermath.overtaken: found.step > message.step and _owes(job, found) -> _owes(job, found)",
    ),
    "Every source names what it delivers; the guard is for one that does not": (
        "runtime.aftermath:_owes: job.position and found.position == job.position -> found.position == job.position",
    ),
    "A job that has something to send is not written; it is cleared so that it says one thing": (
        "runtime.aftermath:Aftermath._stand_in: job.write = None -> pass",
    ),
    "What has no outcome is given back: said once where it is decided, and once for all": (
        "runtime.dispatcher:Dispatcher._outcome: NACK if job.outcome is None else job.outcome -> job.outcome",
        "runtime.running:Running.run: job.outcome = NACK -> job.outcome = None",
        "runtime.running:Running.run: job.outcome = NACK -> pass",
    ),
    "What was taken over is the message itself, signed and dated": (
        "runtime.writing:Writing._adopted: job.message = record -> pass",
        "runtime.writing:Writing._settle: result.found or job.message -> job.message",
        "runtime.writing:Writing._settle: result.found or job.message -> result.found and job.message",
    ),
    "The store keeps the flag and the seen ids that the record has": (
        "runtime.running:Running._commit: () -> None #3",
        "runtime.running:Running._commit: False -> None",
        "runtime.running:Running._commit: False -> True",
    ),
    "Zero stands for no time; nothing happens in the first second of 1970": (
        "runtime.follow_up:follow_up: 0.0 -> 1.0",
        "runtime.taking_up:next_look: 0.0 -> 1.0",
    ),
    "It is read only once failures have set it": (
        "failover.breaker:Breaker.__init__: 0.0 -> 1.0",
        "failover.breaker:Breaker.__init__: self._open_until = 0.0 -> pass",
        "failover.breaker:Breaker.__init__: self._open_until = 0.0 -> self._open_until = None",
    ),
    "Only the order of the ranks counts, and an acceptance is never compared with another": (
        "failover.first_to_accept:_openness: 2 -> 3",
        "failover.first_to_accept:_openness: 3 -> 4",
    ),
    "A definition that is kept anew, or at one home more, says the same": (
        "runtime.definitions:Definitions.commit: for ... if one.instance.machine == machine.name -> for ...",
        "runtime.definitions:Definitions.commit: place not in self._done and place not in self._owed"
        " -> place not in self._done",
    ),
    "A wait whose inbox holds nothing for it is touched or left alone; either way nothing comes of it": (
        "runtime.recoverer:Recoverer._is_others_wait: machine -> None",
    ),
    "Whether the state handles the event is asked before it runs; the list says all that a run may raise": (
        f"runtime.running:(module): (UndeclaredEvent, UnhandledEvent, {_HOPELESS} -> (UndeclaredEvent, {_HOPELESS}",
    ),
}
"""By reason; each as `Mutant.name` has it."""
