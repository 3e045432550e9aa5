"""Suite of the port CheckpointStore: all its parts."""

from __future__ import annotations

import pytest

from fsm_contract.checkpoint_commits import CheckpointCommits
from fsm_contract.checkpoint_find import CheckpointFind
from fsm_contract.checkpoint_marks import CheckpointMarks
from fsm_contract.checkpoint_model import CheckpointModel
from fsm_contract.checkpoint_races import CheckpointRaces
from fsm_contract.checkpoint_records import CheckpointRecords
from fsm_contract.checkpoint_side_effects import CheckpointSideEffects
from fsm_contract.store import StoreSubject

__all__ = ["CheckpointStoreContract", "StoreSubject"]


class CheckpointStoreContract(
    CheckpointCommits,
    CheckpointMarks,
    CheckpointRecords,
    CheckpointFind,
    CheckpointRaces,
    CheckpointSideEffects,
    CheckpointModel,
):
    """Override `subject`; see `fsm_contract`."""

    @pytest.fixture
    def subject(self) -> StoreSubject:
        raise NotImplementedError("override the fixture `subject`")

    def test_subject_holds_the_adapter_that_the_suite_names(self, subject: StoreSubject) -> None:
        self.check_adapter(subject.store)

    def test_subject_shows_what_the_store_says_that_it_does(self, subject: StoreSubject) -> None:
        assert subject.store.emits is (subject.source is not None)
        assert subject.store.keeps_history is (subject.history is not None)
        assert subject.store.can_hold in (False, True)
