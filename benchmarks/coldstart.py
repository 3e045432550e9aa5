"""``coldstart``: what a new process pays before the first message, CPU above that of a bare Python.

Everything is compiled before, as it is in the artefact that `fsm deploy template` builds.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from benchmarks.outcome import Outcome, Spread, milliseconds
from benchmarks.rounds import Figure, figure

_PLACE: Final = "us-east-1:000000000000"
_OWN: Final = ("fsm_adapters", "fsm_bootstrap", "fsm_domain", "fsm_ports")

BARE: Final = "pass"
CORE: Final = "import fsm_domain"
HANDLER: Final = """
from fsm_bootstrap.lambda_app import handler
from benchmarks.clients import make
make(handler)
"""
"""Settings from the environment, the machines, the whole application, and the clients of its two services."""
_LISTED: Final = HANDLER + "import sys; print(*sys.modules, sep='\\n')"
_OTHERS_FIRST: Final = """
import importlib, sys, time
for name in {names!r}:
    try:
        importlib.import_module(name)
    except ImportError:
        pass
own = {own!r}
before = time.process_time()
for name in own:
    importlib.import_module(name)
print((time.process_time() - before) * 1000)
"""


def run(quick: bool) -> Outcome:
    with tempfile.TemporaryDirectory() as compiled:
        return _measured(2 if quick else 15, {**environment(), "PYTHONPYCACHEPREFIX": compiled})


def _measured(rounds: int, variables: Mapping[str, str]) -> Outcome:
    spread, modules = Spread(), _output(_LISTED, variables).split()  # which compiles them all
    own = [name for name in modules if name.partition(".")[0] in _OWN and name != "fsm_bootstrap.lambda_app"]
    others = [name for name in modules if name.partition(".")[0] not in (*_OWN, "__main__", "benchmarks")]
    split = _OTHERS_FIRST.format(names=others, own=own)
    cpu: dict[str, list[float]] = {"bare": [], "core": [], "handler": [], "own": []}
    for _ in range(rounds):
        bare = _cpu_ms(BARE, variables)
        cpu["bare"].append(bare)
        cpu["core"].append(_cpu_ms(CORE, variables) - bare)
        cpu["handler"].append(_cpu_ms(HANDLER, variables) - bare)
        cpu["own"].append(float(_output(split, variables)))
    found: Mapping[str, Figure] = {name: figure(values) for name, values in cpu.items()}
    bare_figure = spread.keep("bare_cpu_ms", found["bare"])
    figures = {
        "core_cpu_ms": spread.take("core_cpu_ms", found["core"]),
        "handler_cpu_ms": spread.take("handler_cpu_ms", found["handler"]),
        "own_cpu_ms": spread.take("own_cpu_ms", found["own"]),
        "modules": len(modules),
    }
    lines = [
        milliseconds("import fsm_domain", found["core"]),
        milliseconds("the handler, with its clients", found["handler"]),
        milliseconds("of which our own modules", found["own"]),
        f"{len(modules)} modules loaded, {len(own)} of them ours",
        milliseconds("beside a bare Python", bare_figure),
    ]
    return Outcome({**figures, "spread": spread.told()}, lines)


def environment() -> dict[str, str]:
    """That of a function on SQS and DynamoDB."""
    foreign = ("AWS_", "FSM_", "PRIMARY_", "SECONDARY_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).resolve().parents[1]), *sys.path]),
        "AWS_LAMBDA_FUNCTION_NAME": "bench", "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "PRIMARY_STREAM_SOURCE": f"arn:aws:sqs:{_PLACE}:orders",
        "PRIMARY_CHECKPOINT_SOURCE": f"arn:aws:dynamodb:{_PLACE}:table/records",
        "PRIMARY_RETRY_SOURCE": f"arn:aws:dynamodb:{_PLACE}:table/retries",
        "FSM_MACHINES": "benchmarks.small",
    }  # fmt: skip


def _output(program: str, variables: Mapping[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], env=variables, capture_output=True, text=True, check=False, timeout=120
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"a cold start failed:\n{done.stderr}")
    return done.stdout


def _cpu_ms(program: str, variables: Mapping[str, str]) -> float:
    """User and system time of a whole process, as the system has counted it."""
    process = subprocess.Popen(
        [sys.executable, "-c", program], env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )  # fmt: skip
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"a cold start failed: {_output(program, variables)}")
    return (used.ru_utime + used.ru_stime) * 1000
