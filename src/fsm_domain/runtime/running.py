"""Step 3 of the protocol: run the user's actions, and decide what to write."""

from __future__ import annotations

from fsm_domain.failover.post import Road
from fsm_domain.machine.action import Step
from fsm_domain.machine.advance import Advanced, Rest, advance
from fsm_domain.machine.errors import EndlessLocalTransitions, UndeclaredEvent, UnhandledEvent
from fsm_domain.machine.migration import pending, stamp
from fsm_domain.runtime.aftermath import Aftermath
from fsm_domain.runtime.job import Job
from fsm_domain.runtime.registry import AnyMachine
from fsm_domain.runtime.runtime import Runtime
from fsm_domain.runtime.taking_up import (
    Strange,
    context_now,
    is_own,
    is_strange,
    next_look,
    taken_up,
    target_of,
    unknown,
)
from fsm_ports.codec import ContextError
from fsm_ports.history_log import entry_of_retry
from fsm_ports.instance import COMPLETED, RUNNING, WAITING, Instance, as_message
from fsm_ports.messages import NACK
from fsm_ports.writes import Commit, Fail

_AT_REST = {Rest.WAITING: WAITING, Rest.COMPLETED: COMPLETED}
_HOPELESS = (UndeclaredEvent, UnhandledEvent, EndlessLocalTransitions, ContextError)
"""The same code on the same input would only raise them again."""


class Running:
    """Around the user's action stands the only `try` of the protocol."""

    def __init__(self, runtime: Runtime, aftermath: Aftermath) -> None:
        self._runtime, self._aftermath = runtime, aftermath

    def run(self, job: Job, owner: str, deadline: float) -> None:
        """Leave the job with a commit or a failure to write, a message to send, a doom, or an outcome."""
        now = self._runtime.clock.now()
        if job.message.status is WAITING:  # a timer: for an event that came early, or for the deadline
            self._call(job, owner, now)
            return
        machine = self._runtime.machines.get(job.message.machine)
        message = job.message if machine is None else taken_up(job.message, machine)
        target = None if machine is None else target_of(machine, message)
        if machine is None or target is None:
            self._put_off(job, machine, unknown(machine, message) or "", now)
            return
        if now > deadline - self._runtime.limits.reserve:
            if job.links:
                job.send(as_message(message))  # the chain's last commit was not yet emitted
            else:
                job.outcome = NACK
            return
        blame = sum(attempt.until <= now for attempt in job.attempts) if job.attempts else 0  # ours is yet to end
        if message.step >= machine.max_steps:
            self._fail(job, f"max_steps: {machine.max_steps} steps are done; raise max_steps or mend the loop", now)
        elif message.retries + blame > machine.retry_for(target).max_retries:
            died = f"the process died, or outlived its claim, {blame} times in this step"
            self._exhausted(job, machine, target, died, owner, now)
        else:
            self._act(job, message, machine, target, blame, owner, deadline)

    def _call(self, job: Job, owner: str, now: float) -> None:
        """A wait that only another definition knows how to end is no loss: it is looked at again for ever."""
        record, limits = job.message, self._runtime.limits
        strange = is_strange(record, self._runtime.machines.get(record.machine))
        self._aftermath.emit(job, record, owner)
        is_due = record.inbox or record.deadline <= now + limits.early
        if strange and is_due and job.write is None:
            job.parcel = None
            job.put_off(next_look(record, now, limits), now, limits)

    def _put_off(self, job: Job, machine: AnyMachine | None, reason: str, now: float) -> None:
        """What another definition wrote and this one does not know is somebody else's to handle, for a while; what this
        very definition wrote will never be."""
        message, limits = job.message, self._runtime.limits
        if machine is not None and is_own(message, machine):
            job.doom = reason
            return
        since = max(message.updated_at, message.not_before)
        seen = self._runtime.definitions.age(since, now) if message.definition else now - since
        if seen < limits.rollout or (now - since < limits.coexistence and self._is_at_work(message, machine)):
            job.put_off(next_look(message, now, limits), now, limits)
        else:
            job.doom = reason

    def _is_at_work(self, message: Instance, machine: AnyMachine | None) -> bool:
        """Code that can handle it.  A message that nothing holds back comes at once, so it has had its chance soon."""
        runtime = self._runtime
        if not runtime.post.holds:
            return False
        if machine is not None and pending(machine, message.definition) is None:
            return True
        return runtime.definitions.is_at_work(message, machine)

    def _act(
        self, job: Job, message: Instance, machine: AnyMachine, target: str, blame: int, owner: str, deadline: float
    ) -> None:
        """`message` is the job's, by the names that the machine has now."""
        runtime = self._runtime
        step = Step(
            message.machine,
            message.correlation_id,
            message.step,
            message.retries,
            message.work,
            job.fence,
            deadline,
            message.data,
            job.delivery.record,
            job.delivery.invocation,
            runtime.clock.now,
            runtime.limit,
            runtime.containers,
        )
        began = runtime.clock.now()
        try:
            if runtime.surround is None:
                advanced, text = self._advance(machine, message, step)
            else:
                with runtime.surround(step):
                    advanced, text = self._advance(machine, message, step)
        except Strange as error:
            self._put_off(job, machine, str(error), runtime.clock.now())
        except _HOPELESS as error:
            self._fail(job, str(error), runtime.clock.now())
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever an action raises, its neighbours go on
            # A local transition may have led on from the target; an exit action has not yet led to it.
            entered = target if step.state in ("", message.state) else step.state
            self._raised(job, machine, entered, blame, owner, error)
        else:
            now = runtime.clock.now()
            runtime.metrics.time("action", message.machine, now - began, message.state, message.event or "")
            job.write = self._commit(job, machine, advanced, text, owner, now, deadline)

    def _advance(self, machine: AnyMachine, message: Instance, step: Step) -> tuple[Advanced, str]:
        codec = self._runtime.codec
        context = context_now(machine, message, codec)
        advanced = advance(machine, message.state, message.event or "", context, step, self._runtime.wait)
        return advanced, codec.encode(context)

    def _commit(
        self, job: Job, machine: AnyMachine, advanced: Advanced, text: str, owner: str, now: float, deadline: float
    ) -> Commit:
        message, limits = job.message, self._runtime.limits
        runs = advanced.rest is Rest.NO
        wait = machine.nodes[advanced.state].deadline if advanced.rest is Rest.WAITING else None
        delay = _delay(machine, advanced.state, advanced.event)
        # By place, as in `as_message`: names take half as long again, in each transition.
        after = Instance(
            message.machine, message.correlation_id, machine.fingerprint, message.step + 1,
            RUNNING if runs else _AT_REST[advanced.rest], False, advanced.state, advanced.event, text, None, 0,
            (), message.step + 1, owner, job.position, now + delay if delay else 0.0,
            0.0 if wait is None else now + wait, (), (), message.home, message.started_at, now,
        )  # fmt: skip
        has_time = not delay and now <= deadline - limits.reserve
        goes_on = runs and job.links + 1 < limits.chain and has_time
        # As long as the delivery itself is held: where its store has noted that, it need not note it again.
        return Commit(after, hold_until=deadline if goes_on else 0.0)

    def _raised(self, job: Job, machine: AnyMachine, state: str, blame: int, owner: str, error: BaseException) -> None:
        """Try again with the message as it came; a context that the failed run touched is forgotten."""
        runtime, message, now = self._runtime, job.message, self._runtime.clock.now()
        said = _said(error)
        policy = machine.retry_for(state)
        if message.retries + blame >= policy.max_retries or not policy.retries_exception(error):
            self._exhausted(job, machine, state, said, owner, now)
            return
        # Where nothing can hold a message it would go round and round until its time.
        later = now + policy.delay(message.retries, runtime.random.jitter) if runtime.post.holds else 0.0
        again = as_message(message)._replace(
            retries=message.retries + 1, position=job.position, not_before=later, error=said
        )
        job.send(again, Road.LATER)
        runtime.metrics.count("retry", message.machine, message.state, message.event or "")
        if runtime.history is not None:
            runtime.history.append([entry_of_retry(again, said, now)])

    def _exhausted(self, job: Job, machine: AnyMachine, state: str, error: str, owner: str, now: float) -> None:
        """No retry is left: go on with the event that the state keeps for this, else fail."""
        event = machine.nodes[state].on_exhausted
        if event is None:
            self._fail(job, error, now)
            return
        delay = _delay(machine, state, event)
        after = as_message(job.message)._replace(
            definition=stamp(machine, job.message.definition), step=job.message.step + 1, state=state, event=event,
            data=None, retries=0, work=job.message.step + 1, run_id=owner, position=job.position, updated_at=now,
            not_before=now + delay if delay else 0.0, error=error,
        )  # fmt: skip
        job.write = Commit(after)

    def _fail(self, job: Job, error: str, now: float) -> None:
        message = job.message
        job.write = Fail(message.correlation_id, message.step, error, now, message.home)


def _said(error: BaseException) -> str:
    """As text that every store can keep: an exception may say anything, half characters included."""
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return said.encode(errors="backslashreplace").decode()


def _delay(machine: AnyMachine, state: str, event: str | None) -> float:
    """Seconds before the next step may begin."""
    return 0.0 if event is None else machine.edges[state, event].transition.delay
