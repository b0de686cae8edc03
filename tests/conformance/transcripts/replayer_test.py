"""Tests of the replayer: what it must accept and, above all, what it must not."""

import json
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from replayer import compare, transcript  # noqa: E402
from replayer.placeholders import Bindings, Mismatch  # noqa: E402

WORKER_1 = "00000000-0000-4000-8000-00000000000a"
WORKER_2 = "00000000-0000-4000-8000-00000000000b"


def matches(expected, actual, bindings=None, **modifiers):
    event = {"text": json.dumps(expected), **modifiers}
    try:
        compare.match_text(event, json.dumps(actual), bindings or Bindings())
    except Mismatch:
        return False
    return True


def listing(*rows):
    return {
        "type": "invocationresult",
        "function_id": "engine::functions::list",
        "result": {"functions": list(rows)},
    }


class Placeholders(unittest.TestCase):
    def test_a_name_keeps_the_value_it_learnt(self):
        bindings = Bindings()
        self.assertTrue(matches({"id": "$worker1"}, {"id": WORKER_1}, bindings))
        self.assertTrue(matches({"id": "$worker1"}, {"id": WORKER_1}, bindings))
        self.assertFalse(matches({"id": "$worker1"}, {"id": WORKER_2}, bindings))
        self.assertEqual(bindings.fill("/x?id=$worker1&y"), f"/x?id={WORKER_1}&y")

    def test_two_names_do_not_have_the_same_value(self):
        bindings = Bindings()
        self.assertTrue(matches({"id": "$worker1"}, {"id": WORKER_1}, bindings))
        self.assertFalse(matches({"id": "$worker2"}, {"id": WORKER_1}, bindings))

    def test_an_id_is_a_canonical_uuid(self):
        self.assertFalse(matches({"id": "$worker1"}, {"id": WORKER_1.upper()}))
        self.assertFalse(matches({"id": "$worker1"}, {"id": "w-1"}))
        self.assertFalse(matches({"id": "$worker1"}, {"id": None}))

    def test_free_placeholders_check_the_form(self):
        self.assertTrue(matches({"at": "$ts"}, {"at": 17.5}))
        self.assertFalse(matches({"at": "$ts"}, {"at": "17"}))
        self.assertFalse(matches({"at": "$num"}, {"at": True}))
        self.assertTrue(matches({"x": "$any"}, {"x": {"y": 1}}))
        self.assertFalse(matches({"x": "a $hex b"}, {"x": "a xyz b"}))

    def test_padding_has_its_exact_length(self):
        self.assertTrue(matches({"p": "$pad3"}, {"p": "xxx"}))
        self.assertFalse(matches({"p": "$pad3"}, {"p": "xxxx"}))

    def test_a_name_without_value_cannot_be_sent(self):
        with self.assertRaises(Mismatch):
            Bindings().fill("$chan1")

    def test_other_dollars_are_text(self):
        self.assertEqual(Bindings().fill('{"$gte":1}'), '{"$gte":1}')


class Values(unittest.TestCase):
    def test_numbers_are_compared_by_value_and_are_not_booleans(self):
        self.assertTrue(matches({"n": 1}, {"n": 1.0}))
        self.assertFalse(matches({"n": 1}, {"n": True}))
        self.assertFalse(matches({"n": True}, {"n": 1}))
        self.assertFalse(matches({"n": None}, {"n": 0}))

    def test_a_missing_member_is_a_mismatch_unless_optional_or_ignored(self):
        self.assertFalse(matches({"a": 1, "b": 2}, {"a": 1}))
        self.assertTrue(matches({"a": 1, "b": 2}, {"a": 1}, optional=["b"]))
        self.assertTrue(matches({"a": 1, "b": 2}, {"a": 1, "b": 3}, ignore=["b"]))

    def test_baggage_is_a_set_of_entries(self):
        self.assertTrue(matches({"baggage": "a=1,b=2"}, {"baggage": "b=2,a=1"}))
        self.assertFalse(matches({"baggage": "a=1,b=2"}, {"baggage": "b=2"}))

    def test_loose_compares_kind_ids_and_outcome_only(self):
        result = {"type": "invocationresult", "invocation_id": "i", "result": {"a": 1}}
        self.assertTrue(matches(result, result | {"result": 7}, loose=True))
        self.assertFalse(matches(result, result | {"invocation_id": "j"}, loose=True))
        failure = {"type": "invocationresult", "invocation_id": "i", "error": {}}
        self.assertFalse(matches(result, failure, loose=True))

    def test_text_that_is_not_json_is_compared_as_text(self):
        compare.match_text({"text": "stream"}, "stream", Bindings())
        with self.assertRaises(Mismatch):
            compare.match_text({"text": "stream"}, "steam", Bindings())

    def test_messages_of_a_group_come_in_any_order_but_all(self):
        group = [{"text": '{"n":1}'}, {"text": '{"n":2}'}]
        compare.assign(group, ['{"n":2}', '{"n":1}'], Bindings(), compare.match_text)
        with self.assertRaises(Mismatch):
            compare.assign(group, ['{"n":1}', '{"n":1}'], Bindings(), compare.match_text)


class Additions(unittest.TestCase):
    CALL = {"type": "invokefunction", "function_id": "f", "data": {"n": 1}}

    def test_the_envelope_may_have_more_members(self):
        self.assertTrue(matches(self.CALL, self.CALL | {"new": 1}))

    def test_what_workers_send_each_other_may_not(self):
        self.assertFalse(matches(self.CALL, self.CALL | {"data": {"n": 1, "new": 1}}))
        result = {"type": "invocationresult", "function_id": "f", "result": {}}
        self.assertFalse(matches(result, result | {"result": {"new": 1}}))

    def test_rows_of_the_engine_may_have_more_members(self):
        row = {"function_id": "f"}
        self.assertTrue(matches(listing(row), listing(row | {"x": 1})))

    def test_listings_may_have_more_rows_about_the_engine_only(self):
        mine, builtin = {"function_id": "f"}, {"function_id": "engine::new"}
        foreign = {"function_id": "g"}
        for modifiers in ({}, {"sets": ["functions"]}):
            self.assertTrue(matches(listing(mine), listing(builtin, mine), **modifiers))
            self.assertFalse(matches(listing(mine), listing(foreign, mine), **modifiers))
            self.assertFalse(matches(listing(mine), listing(builtin), **modifiers))

    def test_listings_are_in_order_unless_they_are_sets(self):
        a, b = {"function_id": "a"}, {"function_id": "b"}
        self.assertFalse(matches(listing(a, b), listing(b, a)))
        self.assertTrue(matches(listing(a, b), listing(b, a), sets=["functions"]))


class Deviations(unittest.TestCase):
    EVENTS = [
        {"t": "meta", "versions": ["0.22.1"]},
        {"t": "quiet", "ms": 5},
        {"t": "recv", "c": "A", "text": json.dumps(listing({"function_id": "engine::a"}))},
    ]

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / "scenario.jsonl"
        path.write_text("".join(json.dumps(event) + "\n" for event in self.EVENTS))
        self.transcript = transcript.Transcript(path, "0.22.1")

    def apply(self, event, what, recorded, **more):
        deviation = {"events": [event], "what": what, "recorded": recorded, "reason": "r", **more}
        self.transcript.apply(deviation)
        return [event["t"] for event in self.transcript.play_list()]

    def test_an_event_is_replaced_dropped_or_followed(self):
        ours = [{"t": "pong"}, {"t": "closed"}]
        quiet = {"t": "quiet", "ms": 5}
        self.assertEqual(self.apply(3, "drop", {"t": "recv"}), ["meta", "quiet"])
        self.assertEqual(
            self.apply(2, "insert", quiet, ours=ours), ["meta", "quiet", "pong", "closed"]
        )
        self.assertEqual(self.apply(2, "replace", quiet, ours=ours), ["meta", "pong", "closed"])

    def test_a_deviation_about_another_event_is_refused(self):
        for number, recorded in ((2, {"t": "recv"}), (2, {"ms": 6}), (9, {})):
            with self.assertRaises(transcript.Refused):
                self.apply(number, "drop", recorded)

    def test_a_row_that_is_declared_absent_must_be_absent(self):
        absent = [{"at": "functions", "key": "function_id", "rows": ["engine::a"]}]
        self.apply(3, "rows", {"t": "recv"}, absent=absent)
        event = self.transcript.play_list()[-1]
        compare.match_text(event, json.dumps(listing()), Bindings())
        with self.assertRaises(Mismatch):
            compare.match_text(
                event, json.dumps(listing({"function_id": "engine::a"})), Bindings()
            )

    def test_rows_that_are_not_recorded_cannot_be_absent(self):
        absent = [{"at": "functions", "key": "function_id", "rows": ["engine::b"]}]
        with self.assertRaises(transcript.Refused):
            self.apply(3, "rows", {"t": "recv"}, absent=absent)

    def test_a_row_that_is_declared_present_must_be_present(self):
        row = {"function_id": "f"}
        self.apply(3, "rows", {"t": "recv"}, present=[{"at": "functions", "rows": [row]}])
        event = self.transcript.play_list()[-1]
        engine_row = {"function_id": "engine::a"}
        compare.match_text(event, json.dumps(listing(engine_row, row)), Bindings())
        with self.assertRaises(Mismatch):
            compare.match_text(event, json.dumps(listing(engine_row)), Bindings())

    def test_the_data_of_this_folder_is_consistent(self):
        played = transcript.read_all()
        self.assertGreater(len(played), 100)
        changed = [t for t in played for e in t.play_list() if "deviation" in e["where"]]
        self.assertTrue(changed)


if __name__ == "__main__":
    unittest.main()
