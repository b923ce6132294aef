"""差错必被植入、按指明的位置必能更正 / a planted mistake differs, and is mended where it is named."""

import copy
import json
import pathlib
import random
import unittest

import mistakes

LIST = pathlib.Path(__file__).parent.parent / "list.json"


class Mistakes(unittest.TestCase):
    def setUp(self):
        self.record = json.loads(LIST.read_text(encoding="utf-8"))
        self.record["diseinfo"].append({"diag_type": "1", "diag_code": "E79.001", "maindiag_flag": "0"})

    def test_every_kind_changes_the_list_and_whole_nodes_mend_it(self):
        for kind in mistakes.KINDS:
            self.assertTrue(kind.possible(self.record), kind.en)
            entered = copy.deepcopy(self.record)
            kind.plant(entered, random.Random(1))
            self.assertNotEqual(entered, self.record, kind.en)
            mistakes.correct(entered, self.record, ["/setlinfo/x", "/diseinfo/0"], whole_nodes=True)
            self.assertEqual(entered, self.record, kind.en)

    def test_only_the_named_place_is_entered_again(self):
        entered = copy.deepcopy(self.record)
        entered["setlinfo"]["gend"] = "3"
        entered["setlinfo"]["psn_name"] = "另一人"
        mistakes.correct(entered, self.record, ["/setlinfo/gend"])
        self.assertEqual(entered["setlinfo"]["gend"], self.record["setlinfo"]["gend"])
        self.assertEqual(entered["setlinfo"]["psn_name"], "另一人")

    def test_what_the_record_does_not_have_is_taken_out(self):
        entered = copy.deepcopy(self.record)
        mistakes.diagnosis_twice(entered, None)
        mistakes.correct(entered, self.record, [f"/diseinfo/{len(self.record['diseinfo'])}/diag_code"])
        self.assertEqual(entered, self.record)

    def test_a_field_of_qc_results_is_a_pointer(self):
        self.assertEqual(mistakes.pointer("diseinfo[2].diag_code"), "/diseinfo/2/diag_code")
        self.assertEqual(mistakes.pointer("setlinfo.gend"), "/setlinfo/gend")


if __name__ == "__main__":
    unittest.main()
