"""Suite of the port CheckpointStore: batches, reading, sizes, and records that cannot be decoded."""

from __future__ import annotations

from fsm_contract import samples
from fsm_contract.store import StoreSubject, StoreSuite, done, refused
from fsm_ports import Commit, Committed, Instance, InstanceQuery, Page, PortRejected, Refused
from fsm_ports.writes import Abort, Pause, Resume


class CheckpointRecords(StoreSuite):
    """Part of `CheckpointStoreContract`."""

    def test_empty_batches_have_no_results(self, subject: StoreSubject) -> None:
        assert list(subject.store.commit([])) == []
        assert list(subject.store.mark([])) == []
        assert list(subject.store.read([])) == []

    def test_results_of_commits_come_in_order_and_one_refusal_fails_no_other(self, subject: StoreSubject) -> None:
        found = [self.running(subject, name) for name in "abc"]
        wrong = samples.record("b", subject.clock.now(), 5)
        results = subject.store.commit([Commit(self.next(found[0])), Commit(wrong), Commit(self.next(found[2]))])
        assert list(results) == [Committed(self.next(found[0])), Refused(found[1]), Committed(self.next(found[2]))]

    def test_results_of_marks_come_in_order_and_one_refusal_fails_no_other(self, subject: StoreSubject) -> None:
        found = [self.running(subject, name) for name in "abc"]
        now = subject.clock.now()
        results = subject.store.mark([Pause("c", "", now), Resume("b", "", now), Abort("nobody", "", now)])
        assert list(results) == [Committed(found[2]._replace(paused=True)), Refused(found[1]), Refused(None)]

    def test_large_batch_has_a_result_an_item(self, subject: StoreSubject) -> None:
        first = [samples.record(f"m-{n:03}", subject.clock.now()) for n in range(60)]
        assert list(subject.store.commit([Commit(i) for i in first])) == [Committed(i) for i in first]
        assert list(subject.store.read([i.correlation_id for i in first])) == first

    def test_read_answers_in_order_and_none_where_there_is_no_record(self, subject: StoreSubject) -> None:
        a, b = self.running(subject, "a"), self.running(subject, "b")
        assert list(subject.store.read(["b", "nobody", "a", "b"])) == [b, None, a, b]

    def test_read_with_homes_reads_the_same(self, subject: StoreSubject) -> None:
        a, b = self.running(subject, "a"), self.running(subject, "b")
        assert list(subject.store.read(["b", "a"], [b.home, a.home])) == [b, a]

    def test_answered_write_is_seen_by_every_other_handle(self, subject: StoreSubject) -> None:
        found = self.running(subject)
        assert list(subject.elsewhere().read(["a"])) == [found]
        after = self.next(found)
        assert list(subject.elsewhere().commit([Commit(after)])) == [Committed(after)]
        assert refused(self.commit(subject, Commit(after))) == after

    def test_text_of_any_script_comes_back_unchanged(self, subject: StoreSubject) -> None:
        first = samples.record("příklad/1:ž", subject.clock.now())
        written = first._replace(context='{"name": "žluťoučký 漢字 \U0001f680 \u2028"}', data=f'"{samples.TEXT}"')
        assert done(self.commit(subject, Commit(written))) == written
        assert self.read(subject, "příklad/1:ž") == written

    def test_correlation_ids_that_differ_in_case_or_blanks_are_different(self, subject: StoreSubject) -> None:
        names = ["order", "Order", "order ", "ORDER", "ordér"]
        for name in names:
            self.running(subject, name, 0)
        assert [f.correlation_id for f in subject.store.read(names) if isinstance(f, Instance)] == names

    def test_large_context_comes_back_whole(self, subject: StoreSubject) -> None:
        size = 300_000 if subject.max_bytes is None else min(300_000, subject.max_bytes * 3 // 4)
        first = samples.record("a", subject.clock.now())._replace(context=samples.text_of(size))
        assert done(self.commit(subject, Commit(first))) == first
        assert self.read(subject) == first

    def test_record_too_large_is_rejected_and_fails_no_other(self, subject: StoreSubject) -> None:
        found = [self.running(subject, name) for name in "abc"]
        after = [self.next(f) for f in found]
        after[1] = after[1]._replace(context=samples.text_of(subject.max_bytes or 1_000_000))
        results = subject.store.commit([Commit(i) for i in after])
        fits = subject.max_bytes is None
        assert [type(r) for r in results] == [Committed, Committed if fits else PortRejected, Committed]
        assert list(subject.store.read(list("abc"))) == [after[0], after[1] if fits else found[1], after[2]]

    def test_size_of_a_record_is_counted_in_bytes_not_in_characters(self, subject: StoreSubject) -> None:
        context = '"' + "\U0001f680" * ((subject.max_bytes or 1_000_000) // 4) + '"'
        result = self.commit(subject, Commit(samples.record("a", subject.clock.now())._replace(context=context)))
        assert isinstance(result, Committed if subject.max_bytes is None else PortRejected)

    def test_record_that_cannot_be_decoded_is_reported_in_its_place(self, subject: StoreSubject) -> None:
        found = [self.running(subject, name) for name in "abc"]
        subject.damage("b")
        results = subject.store.read(["a", "b", "c"])
        assert (results[0], results[2]) == (found[0], found[2])
        assert isinstance(results[1], PortRejected)

    def test_write_to_a_record_that_cannot_be_decoded_fails_no_other(self, subject: StoreSubject) -> None:
        found = [self.running(subject, name) for name in "ab"]
        subject.damage("b")
        now = subject.clock.now()
        paused, damaged = subject.store.mark([Pause("a", "", now), Pause("b", "", now)])
        assert done(paused) == found[0]._replace(paused=True)
        assert isinstance(damaged, PortRejected)

    def test_record_that_cannot_be_decoded_is_left_out_by_find(self, subject: StoreSubject) -> None:
        for name in "abc":
            self.running(subject, name)
        subject.damage("b")
        page = subject.eventually(
            lambda: subject.store.find(InstanceQuery(limit=1000)),
            lambda p: isinstance(p, Page) and len(p.instances) == 2,
        )
        assert isinstance(page, Page)
        assert sorted(i.correlation_id for i in page.instances) == ["a", "c"]
