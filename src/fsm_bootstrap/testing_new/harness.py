"""The harness: start machines, let time pass, make things fail, and look at what became of it."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeVar, overload

from fsm_adapters.system.clock import VirtualClock
from fsm_bootstrap.testing.faults import Fault, PortName, chosen, counted, failure
from fsm_bootstrap.testing.crashes import POINTS, Point
from fsm_bootstrap.testing.faults import PORTS
from fsm_bootstrap.testing.motion import Motion
from fsm_bootstrap.testing.network import block_network, release_network
from fsm_bootstrap.testing.record import Records
from fsm_bootstrap.testing.wiring import CLAIM, Wiring
from fsm_domain.machine.machine import Machine
from fsm_domain.runtime.client import Client
from fsm_domain.runtime.operator import Operator, Sending
from fsm_domain.runtime.recoverer import Recoverer, smallest_age
from fsm_domain.runtime.registry import AnyMachine, registry
from fsm_ports.errors import PortError, PortUnavailable

S = TypeVar("S", bound=str)
C = TypeVar("C")

_START = datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)
