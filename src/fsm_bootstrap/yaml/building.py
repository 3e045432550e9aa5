"""Makes the machine that the keys describe, of the same classes that machines in Python are made of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple, TypeAlias, cast

from fsm_bootstrap.definitions import Problem
from fsm_bootstrap.yaml.actions import Function, Resolved, Resolver, Unresolved, problem_of
from fsm_bootstrap.yaml.checks import handled
from fsm_bootstrap.yaml.files import Source
from fsm_bootstrap.yaml.keys import Keys, MachineKeys, RetryKeys, StateKeys, TransitionKeys
from fsm_bootstrap.yaml.legacy_context import LegacyState, LegacyTransition, Place
from fsm_domain.machine import FinalState, Machine, MachineError, Migration, RetryPolicy, State
from fsm_domain.runtime.registry import AnyMachine

AnyNode: TypeAlias = FinalState[str, Any] | State[str, Any, Any]  # Any: the file names the context and the events


class Parts(NamedTuple):
    """What the paths of a machine's keys led to."""

    context: type[object]
    actions: dict[str, Resolved]
    """By their path."""
    migrations: tuple[Migration, ...] = ()


def resolve(source: Source, resolver: Resolver) -> tuple[Parts, list[Problem]]:
    """Import everything that the machine names, and say what cannot be."""
    problems: list[Problem] = []
    actions: dict[str, Resolved] = {}
    for keys, key in _action_keys(source.machine):
        path = str(getattr(keys, key))
        try:
            actions[path] = resolver.action(path, source.folders)
        except Unresolved as error:
            problems.append(problem_of(error, source.file, keys.line(key)))
    for state in source.machine.states:
        if not state.final and state.do_action in actions:
            said = f"action {state.do_action!r} may return"
            for event in actions[state.do_action].events():
                problems += handled(state, source.file, event, "do_action", said)
    context, problem = _context(source, resolver)
    problems += [] if problem is None else [problem]
    migrations: list[Migration] = []
    for path in source.machine.migrate:
        try:
            migrations.append(_migration(path, resolver.named(path, source.folders)))
        except Unresolved as error:
            problems.append(problem_of(error, source.file, source.machine.line("migrate")))
    return Parts(context, actions, tuple(migrations)), problems


def _migration(path: str, named: object) -> Migration:
    if not callable(named):
        raise Unresolved(f"{path!r} cannot migrate a context: it is no function, but {named!r}")
    return cast("Migration", named)


def _context(source: Source, resolver: Resolver) -> tuple[type[object], Problem | None]:
    path, line = source.machine.context, source.machine.line("context")
    if not source.machine.given("context"):
        return dict, None
    try:
        named = resolver.named(path, source.folders)
    except Unresolved as error:
        return dict, problem_of(error, source.file, line)
    if isinstance(named, type):
        return named, None
    return dict, Problem(source.file, line, f"context {path!r} is no class")


def _action_keys(machine: MachineKeys) -> Iterator[tuple[Keys, str]]:
    for state in machine.states:
        yield from ((state, key) for key in ("entry_action", "do_action", "exit_action") if getattr(state, key))
        yield from ((transition, "action") for transition in state.transitions if transition.action)


def build(source: Source, parts: Parts) -> tuple[AnyMachine | None, list[Problem]]:
    """The machine of keys that are right by themselves, or what the domain finds wrong with it."""
    machine = source.machine
    try:
        policy = _policy(machine.retry, RetryPolicy(max_retries=machine.max_retries))
    except ValueError as error:
        return None, [Problem(source.file, machine.line("retry"), str(error))]
    maker = _Maker(machine, parts, policy)
    nodes: list[AnyNode] = []
    problems: list[Problem] = []
    for state in machine.states:
        try:
            nodes.append(maker.final(state) if state.final else maker.open(state))
        except ValueError as error:
            problems.append(Problem(source.file, state.line("retry"), str(error)))
    if problems:
        return None, problems
    initial = next(state.name for state in machine.states if state.initial)
    try:
        return (
            Machine[str, Any](
                machine.name,
                parts.context,
                initial=initial,
                states=nodes,
                retry=policy,
                max_steps=machine.max_steps,
                renamed=machine.renamed,
                migrate=parts.migrations,
            ),
            [],
        )
    except MachineError as error:
        return None, [Problem(source.file, _line(machine, problem), problem) for problem in error.problems]


def _line(machine: MachineKeys, problem: str) -> int:
    """Of the state or the key that the sentence begins with, else of the machine."""
    for key in ("renamed", "migrate"):
        if problem.startswith(f"{key}:"):
            return machine.line(key)
    named = (state for state in machine.states if problem.startswith(f"state {state.name!r}"))
    state = next(named, None)
    return machine.line("name") if state is None else state.line("name")


def _policy(keys: RetryKeys, otherwise: RetryPolicy) -> RetryPolicy:
    return RetryPolicy(
        max_retries=keys.max_retries if keys.given("max_retries") else otherwise.max_retries,
        base=keys.base if keys.given("base") else otherwise.base,
        cap=keys.cap if keys.given("cap") else otherwise.cap,
    )


class _Maker:
    """Makes the states of one machine."""

    def __init__(self, machine: MachineKeys, parts: Parts, policy: RetryPolicy) -> None:
        self._actions = parts.actions
        self._policy = policy
        self._states = {state.name: state for state in machine.states}

    def final(self, keys: StateKeys) -> AnyNode:
        node = FinalState[str, Any](keys.name, entry=self._arriving(keys, keys.entry_action))
        action = self._arriving(keys, keys.do_action)
        return node if action is None else node.do(action)

    def open(self, keys: StateKeys) -> AnyNode:
        """A state that can be left; without a do action, or where that returns None, it waits."""
        node: Any = State[str, Any](  # Any: each event makes it another type, and the file names the events
            keys.name,
            entry=self._arriving(keys, keys.entry_action),
            exit=self._action(keys.exit_action, Place(_legacy(keys), self._policy.max_retries)),
            retry=self._retry(keys),
        )
        for transition in keys.transitions:
            if transition.after:
                node = node.after(timedelta(seconds=transition.after), transition.target)
            else:
                action = self._passing(keys, transition)
                delay = timedelta(seconds=transition.delay)
                node = node.on(transition.event, transition.target, action=action, local=transition.local, delay=delay)
        action = self._arriving(keys, keys.do_action)
        if action is None:
            waiting: AnyNode = node
            return waiting
        timeout = timedelta(seconds=keys.timeout) if keys.timeout else None
        acting: AnyNode = node.do_or_wait(action, on_exhausted=keys.on_exhausted or None, timeout=timeout)
        return acting

    def _retry(self, keys: StateKeys) -> RetryPolicy | None:
        return _policy(keys.retry, self._policy) if keys.given("retry") else None

    def _retries(self, keys: StateKeys) -> int:
        return (self._retry(keys) or self._policy).max_retries

    def _arriving(self, keys: StateKeys, path: str) -> Function | None:
        return self._action(path, Place(_legacy(keys), self._retries(keys), arrives=True))

    def _passing(self, keys: StateKeys, transition: TransitionKeys) -> Function | None:
        target = self._states[transition.target]
        name = f"{keys.name}->{target.name}:{transition.event}"
        passed = LegacyTransition(name, _legacy(target), transition.local)
        place = Place(_legacy(keys), self._retries(target), transition=passed, event=transition.event)
        return self._action(transition.action, place)

    def _action(self, path: str, place: Place) -> Function | None:
        return self._actions[path].at(place) if path else None


def _legacy(keys: StateKeys) -> LegacyState:
    return LegacyState(keys.name, keys.initial, keys.final)
