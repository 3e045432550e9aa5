"""Every invariant that can be read from one trace, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fsm_bootstrap.simulation.invariants.busy import (
    i8_busy_spends_no_retry,
    i16_busy_is_met_a_bounded_number_of_times_a_lease,
)
from fsm_bootstrap.simulation.invariants.calls import i14_calls_stay_within_the_table
from fsm_bootstrap.simulation.invariants.emission import (
    i4_acknowledged_means_safe_elsewhere,
    i9_sends_stay_within_steps_and_duplicates,
)
from fsm_bootstrap.simulation.invariants.events import i19_an_event_is_taken_at_most_once_and_never_lost
from fsm_bootstrap.simulation.invariants.migrations import i21_a_migration_runs_once_and_the_record_says_so
from fsm_bootstrap.simulation.invariants.progress import (
    i5_every_machine_ends_as_it_should,
    i6_after_the_storm_all_come_to_rest_soon,
    i15_half_of_everything_makes_progress,
)
from fsm_bootstrap.simulation.invariants.recovery import i18_recovery_touches_a_machine_once_per_age
from fsm_bootstrap.simulation.invariants.runs import (
    i10_what_rests_starts_nothing_but_what_was_in_flight,
    i11_runs_of_a_step_do_not_overlap,
    i17_a_machine_fails_only_once_its_retries_are_spent,
    i20_no_retry_runs_before_its_time,
)
from fsm_bootstrap.simulation.invariants.steps import (
    i1_committed_steps_have_no_gap_and_no_repeat,
    i2_the_step_never_falls,
    i3_each_context_is_the_output_of_one_run_on_the_one_before,
    i7_a_step_runs_only_after_the_one_before_is_committed,
)
from fsm_bootstrap.simulation.invariants.strangers import i12_what_nobody_can_handle_is_with_the_dead_letters
from fsm_bootstrap.simulation.simulation import Simulated
from fsm_bootstrap.simulation.story import Story

Check = Callable[[Simulated, Story], Iterator[str]]

CHECKS: dict[str, Check] = {
    "I1": i1_committed_steps_have_no_gap_and_no_repeat,
    "I2": i2_the_step_never_falls,
    "I3": i3_each_context_is_the_output_of_one_run_on_the_one_before,
    "I4": i4_acknowledged_means_safe_elsewhere,
    "I5": i5_every_machine_ends_as_it_should,
    "I6": i6_after_the_storm_all_come_to_rest_soon,
    "I7": i7_a_step_runs_only_after_the_one_before_is_committed,
    "I8": i8_busy_spends_no_retry,
    "I9": i9_sends_stay_within_steps_and_duplicates,
    "I10": i10_what_rests_starts_nothing_but_what_was_in_flight,
    "I11": i11_runs_of_a_step_do_not_overlap,
    "I12": i12_what_nobody_can_handle_is_with_the_dead_letters,
    "I14": i14_calls_stay_within_the_table,
    "I15": i15_half_of_everything_makes_progress,
    "I16": i16_busy_is_met_a_bounded_number_of_times_a_lease,
    "I17": i17_a_machine_fails_only_once_its_retries_are_spent,
    "I18": i18_recovery_touches_a_machine_once_per_age,
    "I19": i19_an_event_is_taken_at_most_once_and_never_lost,
    "I20": i20_no_retry_runs_before_its_time,
    "I21": i21_a_migration_runs_once_and_the_record_says_so,
}


def violations(simulated: Simulated) -> list[str]:
    """What the trace shows to be broken, each line beginning with the invariant's name."""
    broken = found(simulated, Story(simulated.trace))
    return [f"{name}: {what}" for name, lines in broken.items() for what in lines]


def found(simulated: Simulated, story: Story) -> dict[str, list[str]]:
    """The same, by invariant; those that hold are left out."""
    broken = {name: list(check(simulated, story)) for name, check in CHECKS.items()}
    return {name: lines for name, lines in broken.items() if lines}
