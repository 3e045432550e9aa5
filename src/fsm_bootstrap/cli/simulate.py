"""``fsm simulate``."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

from fsm_bootstrap.cli.contexts import data_of, text_of
from fsm_bootstrap.cli.exits import CommandError, Exit
from fsm_bootstrap.cli.output import Format, Row, put_columns, put_one, put_table, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fsm_bootstrap.simulation.campaign import Play, Seen, World
    from fsm_bootstrap.simulation.verdict import Verdict

_SHOWN = 5
"""Broken worlds of a scenario that are told of."""
_COLUMNS = ("machines", "steps", "faults", "lost", "stuck", "forked", "double_commits", "recovered")


class Wish(NamedTuple):
    """What was asked for."""

    spec: str | None
    machines: int
    seed: int
    scenario: str
    fail: tuple[str, ...]
    context: str | None
    """For the user's own actions, as JSON text; None: made-up actions."""
    data: str | None
    """What comes with the events that they wait for, as JSON text."""
    processes: int | None
    without: tuple[str, ...] = ()


def list_all(form: Format) -> int:
    """Name the scenarios and what each is about."""
    _demand_greenlet()
    from fsm_bootstrap.simulation.scenarios import ALL

    rows: list[Row] = [{"scenario": one.name, "about": one.about} for one in ALL]
    put_table(rows, form, ("scenario", "about"))
    return Exit.OK


def simulate_machines(wish: Wish, form: Format, *, trace: bool) -> int:
    """FAILED where anything is violated.

    Raises:
        CommandError: there is no such scenario or back end, or greenlet is not installed.
        DefinitionError: the machines cannot be loaded.
    """
    _demand_greenlet()
    from fsm_bootstrap.simulation.campaign import MIXED
    from fsm_bootstrap.simulation.scenarios import BY_NAME

    play = _play(wish)
    if wish.scenario not in (MIXED, "all", *BY_NAME):
        raise CommandError(Exit.USAGE, f"there is no scenario {wish.scenario!r}", "fsm simulate --list names them")
    if trace:
        return _tell(wish, play)
    names = list(BY_NAME) if wish.scenario == "all" else [wish.scenario]
    verdicts = [(name, _verdict(name, wish, play)) for name in _playable(names, play, wish)]
    rows = [_row(name, wish.seed, verdict) for name, verdict in verdicts]
    if form is Format.TEXT:
        _put_text(verdicts)
    elif wish.scenario == "all":
        put_table(rows, form, ())
    else:
        put_one(rows[0], form)
    return Exit.OK if all(verdict.is_sound for _, verdict in verdicts) else Exit.FAILED


def _play(wish: Wish) -> Play:
    from fsm_bootstrap.simulation.campaign import Play
    from fsm_bootstrap.simulation.faults import KINDS
    from fsm_bootstrap.simulation.set_ups import PORTS

    failing: list[tuple[str, float]] = []
    for each in wish.fail:
        name, _, share = each.partition("=")
        if name not in PORTS:
            raise CommandError(Exit.USAGE, f"--fail {each}: nothing is called {name!r}", f"known: {', '.join(PORTS)}")
        failing.append((name, _share(each, share)))
    if wish.context is not None and wish.spec is None:
        raise CommandError(Exit.USAGE, "--real-actions runs your own: say where they are", "fsm simulate SPEC ...")
    for kind in wish.without:
        if kind not in KINDS:
            raise CommandError(Exit.USAGE, f"--no {kind}: no fault is called so", f"known: {', '.join(KINDS)}")
    context = None if wish.context is None else text_of(wish.context)
    return Play(wish.spec, context, data_of(wish.data), tuple(failing), wish.without)


def _share(each: str, share: str) -> float:
    try:
        number = float(share.removesuffix("%")) / (100 if share.endswith("%") else 1)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise CommandError(Exit.USAGE, f"--fail {each}: that is no share", "such as --fail primary=30%")
    return number


def _playable(names: Sequence[str], play: Play, wish: Wish) -> Iterator[str]:
    from fsm_bootstrap.simulation.campaign import MIXED, unplayable

    for name in names:
        why = "" if name == MIXED else unplayable(name, play)
        if why and wish.scenario != "all":
            raise CommandError(Exit.USAGE, f"scenario {name}: {why}", "choose another scenario")
        if why:
            say(f"left out: {name}: {why}")
        else:
            yield name


def _verdict(name: str, wish: Wish, play: Play) -> Verdict:
    from fsm_bootstrap.simulation.campaign import observe_all, worlds
    from fsm_bootstrap.simulation.verdict import Verdict

    verdict, told = Verdict(), 0
    for seen in observe_all(list(worlds(name, wish.machines, wish.seed, play)), play, wish.processes):
        verdict += seen.verdict
        if not seen.verdict.is_sound and told < _SHOWN:
            told += 1
            _complain(seen, wish, play)
    return verdict


def _complain(seen: Seen, wish: Wish, play: Play) -> None:
    from fsm_bootstrap.simulation.shrinking import Case, shrunk

    for line in seen.broken:
        say(f"violated: {seen.world.scenario}, seed {seen.world.seed}: {line}")
    say(f"see it with: {_again(seen.world, wish)}")
    if seen.broken:
        smaller = shrunk(Case(seen.world, play), seen.broken[0].partition(":")[0])
        if smaller != (seen.world, play):
            say(f"smaller:     {_again(smaller.world, wish._replace(without=smaller.play.without))}")


def _again(world: World, wish: Wish) -> str:
    """The command that shows one world."""
    words = ["fsm", "simulate", *([wish.spec] if wish.spec else []), "--scenario", world.scenario]
    words += ["--seed", str(world.seed), "--machines", str(world.machines)]
    for each in wish.fail:
        words += ["--fail", each]
    for kind in wish.without:
        words += ["--no", kind]
    if wish.context is not None:
        words += ["--real-actions", "--context", wish.context]
        words += ["--data", wish.data] if wish.data is not None else []
    return shlex.join([*words, "--trace"])


def _tell(wish: Wish, play: Play) -> int:
    """Every event of one world."""
    from fsm_bootstrap.simulation.campaign import simulated_in, worlds
    from fsm_bootstrap.simulation.invariants.checks import violations
    from fsm_bootstrap.simulation.narration import told

    todo = list(worlds(wish.scenario, wish.machines, wish.seed, play)) if wish.scenario != "all" else []
    if len(todo) != 1:
        raise CommandError(Exit.USAGE, "--trace tells of one world", "name a scenario and at most 3 machines")
    simulated = simulated_in(todo[0], play)
    for event in simulated.trace.events:
        say(told(event))
    broken = violations(simulated)
    for line in broken:
        say(f"violated: {line}")
    say(f"trace {simulated.trace.digest()}")
    return Exit.FAILED if broken else Exit.OK


def _row(name: str, seed: int, verdict: Verdict) -> Row:
    numbers = {column: getattr(verdict, column) for column in _COLUMNS}
    return {"scenario": name, **numbers, "violations": dict(verdict.violations), "seed": seed}


def _put_text(verdicts: Sequence[tuple[str, Verdict]]) -> None:
    heads = ["SCENARIO", *(column.replace("_", " ").upper() for column in _COLUMNS), "VIOLATIONS"]
    lines = [
        [name, *(str(getattr(verdict, column)) for column in _COLUMNS), _broken(verdict)] for name, verdict in verdicts
    ]
    put_columns([heads, *lines])


def _broken(verdict: Verdict) -> str:
    return " ".join(f"{name}:{count}" for name, count in verdict.violations.items() if count) or "none"


def _demand_greenlet() -> None:
    from importlib.util import find_spec

    if find_spec("greenlet") is None:
        raise CommandError(
            Exit.INVALID, "fsm simulate needs greenlet, which is not installed", "pip install 'lambda-fsm[simulate]'"
        )
