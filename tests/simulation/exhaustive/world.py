"""Two workers, a machine of two steps and its back ends: what there is at one point of a schedule, and what follows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import NamedTuple, cast

from fsm_adapters.memory import MemoryMetrics
from fsm_adapters.sqlite.claim import RecordClaim
from fsm_adapters.system.time_limit import ElapsedTimeLimit
from fsm_bootstrap.simulation.kernel import START
from fsm_bootstrap.simulation.set_ups import Ports
from fsm_bootstrap.simulation.simulation import Simulated, never
from fsm_bootstrap.simulation.trace import Calm, Crashed, Trace
from fsm_domain.failover.post import Post
from fsm_domain.runtime.client import Client
from fsm_domain.runtime.dispatcher import Dispatcher
from fsm_domain.runtime.runtime import Runtime
from fsm_ports.errors import PortError
from fsm_ports.messages import Delivery
from tests.simulation.exhaustive.back_ends import AGE, behind, file_of, key_of, told
from tests.simulation.exhaustive.cases import CLAIM, Case, StoppingActions
from tests.simulation.exhaustive.choices import Budget, Choice, Event, events_of
from tests.simulation.exhaustive.names import Namer, Split, split
from tests.simulation.exhaustive.turns import FreshRuns, Stop, StoppingLab, Tape, Turn, Turns


class Hand(NamedTuple):
    """What a worker in mid-batch is: what he was answered, and what he is about to do."""

    source: int
    began: float
    ids: str
    answers: tuple[Turn, ...]
    call: str
    fragile: bool
    last: str = ""
    """All that matters where the call is his last: what he settles, and how."""
    stands: float | None = None
    """Since when he stands still."""


class Worker(NamedTuple):
    lives: int = 1
    hand: Hand | None = None
    """None: nothing, and nothing that he remembers."""


class State(NamedTuple):
    now: float
    backs: tuple[object, ...]
    workers: tuple[Worker, ...]
    budget: Budget
    ran: int | None = None
    """Who is in the middle of his turn: that another goes on costs a preemption."""
    batches: int = 0
    claims: tuple[tuple[RecordClaim, bool], ...] = ()
    moments: tuple[tuple[float, ...], ...] = ()
    """Of each back end."""


class World:
    """Holds one state at a time."""

    def __init__(self, case: Case, folder: Path) -> None:
        self.case, self.tape = case, Tape()
        self.turns = Turns(self.tape)
        self.runs = FreshRuns(self.turns, self.tape)
        scenario = self.scenario = case.scenario
        self.machines = case.cast(StoppingActions(self.turns, self.runs, 0, 0.0, 0.0), scenario.retry)
        connect = case.set_up(StoppingLab(self.turns, self.tape, folder))
        self._ports: list[Ports] = []
        for name in ("x", "y", "z"):
            self.turns.own_ids.restart(f"c{name}")
            self._ports.append(connect())
        backs = behind(self._ports)
        self._backs = list(backs.values())
        self._sources = [self._backs.index(backs[key_of(source)]) for source in self._ports[0].sources]
        self.emits = self._ports[0].store.emits
        self._metrics = MemoryMetrics()
        self._at: State | None = None
        """Where the back ends are."""

    def first(self, budget: Budget) -> State:
        """The machine is started, by a caller who met no trouble, and nobody has received its first message."""
        self.turns.now, context = START, self.scenario.starts[0].context
        answered: list[Turn] = []
        while True:
            self.turns.present = START
            self.turns.begin("caller", "id0", answered, Event.GOES)
            try:
                Client(self._runtime(self._ports[2])).start("line", context, correlation_id="m")
            except Stop:
                answered = self.turns.turns_made
            else:
                break
        return State(START, self._saved(), (Worker(), Worker()), budget, moments=self._moments())

    def choices(self, state: State) -> Iterator[Choice]:
        """All that may happen next, beginning with what is likely to go well."""
        idle = next((n for n, worker in enumerate(state.workers) if worker.hand is None), None)
        able = [(n, None, worker.hand) for n, worker in enumerate(state.workers) if worker.hand is not None]
        polls = [k for k, back in enumerate(self._sources) if any(at <= state.now for at in state.moments[back])]
        turns = [*able, *((idle, k, None) for k in polls if idle is not None)]
        turns.sort(key=lambda one: one[0] != state.ran)
        is_busy = any(hand is None or hand.stands is None for _, _, hand in turns)
        later = any(at > state.now for moments in state.moments for at in moments)
        if later and not is_busy:
            yield Choice(None)
        for n, source, hand in turns:
            if hand is not None and hand.stands == state.now and (is_busy or later):
                continue  # no time has passed: he does not stand still
            call = "source.receive" if hand is None else hand.call
            for event in events_of(call, fragile=hand is None or hand.fragile):
                if event is not Event.STANDS or (hand is not None and hand.stands is None and later):
                    yield Choice(n, event, source)

    def price(self, state: State, choice: Choice) -> Budget | None:
        preempts = state.ran is not None and choice.worker not in (None, state.ran)
        if preempts and choice.worker is not None:
            hand = state.workers[choice.worker].hand
            preempts = hand is None or hand.stands is None
        return state.budget.pays(choice.event, preempts=preempts)

    def after(self, state: State, choice: Choice, budget: Budget) -> State:
        """The state that the choice leads to; what happens goes to the tape."""
        if state is not self._at:
            self._restore(state)
        if choice.worker is None:
            later = min(at for moments in state.moments for at in moments if at > state.now)
            self.turns.now = later
            self._at = state._replace(now=later, budget=budget)
            return self._at
        n, event = choice.worker, choice.event
        worker = state.workers[n]
        hand, batches = worker.hand, state.batches
        if event is Event.CRASH:
            self.tape.deaf = False
            self.tape.add(Crashed(self.tape.next_number, state.now, f"worker{n}.{worker.lives}"))
            file = file_of(self._ports[n])
            if file is not None:
                file.held.clear()
            after, ran = Worker(worker.lives + 1), None
        elif event is Event.STANDS:
            after, ran = worker._replace(hand=hand and hand._replace(stands=state.now)), None
        else:
            if hand is None:
                batches += 1
                hand = Hand(choice.source or 0, state.now, f"id{batches}", (), "", True)
            after = worker._replace(hand=self._goes_on(n, worker.lives, hand, event, state.now))
            ran = None if after.hand is None else n
        workers = tuple(after if m == n else one for m, one in enumerate(state.workers))
        claims = tuple((claim, claim.is_past) for claim in _claims(workers))
        self._at = State(state.now, self._saved(), workers, budget, ran, batches, claims, self._moments())
        return self._at

    def digest(self, state: State) -> bytes:
        """Equal for two states from which the same can follow: the back ends hold the same and the workers were
        answered the same, but for the names of ids, positions and claims and for when it all takes place."""
        namer = Namer(state.now)
        namer.tell((split(repr(told)) for back in self._backs for told in back.tell(state.now)), AGE)
        hands = sorted(self._hand(n, worker, state) for n, worker in enumerate(state.workers))
        namer.tell(chain.from_iterable(hands), CLAIM + AGE)
        return blake2b(namer.text.encode(), digest_size=16).digest()

    def told(self, storm: int) -> Simulated:
        """What the tape has, as the checkers of the invariants read it; after `storm` events nothing goes wrong."""
        trace = Trace()
        for event in self.tape.events[:storm]:
            trace.add(event)
        trace.add(Calm(storm, self.turns.now))
        for event in self.tape.events[storm:]:
            trace.add(event._replace(number=trace.next_number))
        started = dict(zip(["m"], self.scenario.starts, strict=True))
        return Simulated(self.scenario, 0, trace, started, self.machines, {}, {}, self.emits, ended=True, later={})

    def _hand(self, n: int, worker: Worker, state: State) -> list[Split]:
        """What a worker is; either may be the first, so nothing in it says which of them he is."""
        hand, file = worker.hand, file_of(self._ports[n])
        remembered = (
            [(claim.token, claim.step, claim.is_past, claim.held_until) for claim in file.held.values()] if file else []
        )
        lines = [split(repr(remembered))]
        if hand is None:
            return lines
        stands = hand.stands is not None, hand.stands == state.now
        lines.append(split(repr((hand.source, hand.call, stands, state.ran == n))))
        if hand.last:
            return [*lines, split(hand.last)]
        return [*lines, split(repr(hand.began)), *(split(f"{turn.at!r} {turn.told}") for turn in hand.answers)]

    def _goes_on(self, n: int, lives: int, hand: Hand, event: Event, now: float) -> Hand | None:
        turns = self.turns
        turns.now, turns.present = hand.began, now
        turns.begin(f"worker{n}.{lives}", hand.ids, hand.answers, event)
        self.runs.forget()
        try:
            self._work(self._ports[n], hand)
        except Stop as stop:
            last = told(list(stop.items)) if stop.call.endswith(".settle") else ""
            made = tuple(turns.turns_made)
            return hand._replace(answers=made, call=stop.call, fragile=stop.fragile, last=last, stands=None)
        return None

    def _work(self, ports: Ports, hand: Hand) -> None:
        source, until = ports.sources[hand.source], hand.began + CLAIM
        received = source.receive(self.case.batch, until)
        if not isinstance(received, PortError) and received:
            source.settle(received, Dispatcher(self._runtime(ports)).handle(received, until))

    def _runtime(self, ports: Ports) -> Runtime:
        clock = self.turns.clock
        return Runtime(
            machines=self.machines, store=ports.store, post=Post(clock, ports.buses, ports.retries, ports.dead_letters),
            codec=self.runs, clock=clock, random=self.turns.ids, wait=never, limit=ElapsedTimeLimit(clock),
            metrics=self._metrics, lock=ports.lock, limits=self.case.limits,
        )  # fmt: skip

    def _moments(self) -> tuple[tuple[float, ...], ...]:
        return tuple(tuple(back.moments()) for back in self._backs)

    def _saved(self) -> tuple[object, ...]:
        return tuple(back.save() for back in self._backs)

    def _restore(self, state: State) -> None:
        self.turns.now = state.now
        for back, saved in zip(self._backs, state.backs, strict=True):
            back.restore(saved)
        for claim, is_past in state.claims:
            claim.is_past = is_past


def _claims(workers: Sequence[Worker]) -> Iterator[RecordClaim]:
    """The claims that are in somebody's hands, and perhaps no more in what his file remembers."""
    for worker in workers:
        received = worker.hand.answers[0].answer if worker.hand is not None and worker.hand.answers else None
        if isinstance(received, list):
            for delivery in cast("list[object]", received):
                if isinstance(delivery, Delivery) and isinstance(delivery.receipt, RecordClaim):
                    yield delivery.receipt
