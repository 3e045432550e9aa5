"""Everything that is simulated."""

from __future__ import annotations

from fsm_bootstrap.simulation.rolling import ROLLING
from fsm_bootstrap.simulation.scenarios_of_people import PEOPLE
from fsm_bootstrap.simulation.scenarios_of_services import CALMS, STORMS
from fsm_bootstrap.simulation.scenarios_of_trouble import TROUBLES

ALL = (*STORMS, *TROUBLES, *PEOPLE, *ROLLING, *CALMS)
BY_NAME = {scenario.name: scenario for scenario in ALL}
