"""Tries the comparison on its smallest sizes: `smoke_test.py FOLDER`, where floor_bench and overlap_bench are.

No test looks at a time: they hold that every scenario gives a figure, and that a peer that is not there is named.
"""

import csv
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree
from types import SimpleNamespace

import charts
import packages
import page
from results import Results, misses, short, table
from scenarios import read_scenarios

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = None


def compare(*arguments):
    command = [sys.executable, str(HERE / "compare.py"), "--quick", "--rounds", "1", "--no-install", *arguments]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def subject(name):
    return SimpleNamespace(name=name, title=name)


class Comparison(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def test_every_scenario_has_a_row_for_the_floor_and_for_overlap(self):
        output = self.folder / "compare.tsv"

        done = compare("--subjects", "floor,overlap", "--programs", str(PROGRAMS), "--output", str(output))

        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        with open(output, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        expected = {(scenario.name, name) for scenario in read_scenarios() for name in ("floor", "overlap")}
        self.assertEqual({(row["scenario"], row["subject"]) for row in rows}, expected)
        units = {scenario.name: scenario.unit for scenario in read_scenarios()}
        for row in rows:
            self.assertEqual(row["unit"], units[row["scenario"]], row)
            self.assertEqual(row["runs"], "1")
            self.assertLessEqual(float(row["min"]), float(row["median"]))

    def test_a_subject_that_is_not_there_is_named_and_fails_if_it_is_ours(self):
        done = compare("--subjects", "floor,overlap", "--scenarios", "yield", "--programs", str(self.folder),
                       "--output", str(self.folder / "compare.tsv"))  # fmt: skip

        self.assertEqual(done.returncode, 1)
        self.assertIn("overlap: not measured: ", done.stdout)
        self.assertIn("nobody is there", done.stderr)

    def test_unknown_names_are_refused(self):
        self.assertIn("no such subject: cobol", compare("--subjects", "cobol").stderr)
        self.assertIn("no such scenario: fly", compare("--scenarios", "fly").stderr)


class Figures(unittest.TestCase):
    def setUp(self):
        self.results = Results()
        for value in (9, 30, 12):
            self.results.add("overlap", f"yield\t{value}\tns\n")
        self.results.add("asio", "yield\t120\tns\n")
        self.scenarios = [scenario for scenario in read_scenarios() if scenario.name == "yield"]
        self.subjects = [subject("overlap"), subject("asio"), subject("go")]

    def test_the_median_stands_for_the_runs(self):
        summary = self.results.summary("yield", "overlap")
        self.assertEqual((summary.median, summary.min, summary.max, summary.runs), (12, 9, 30, 3))
        self.assertIsNone(self.results.summary("yield", "go"))

    def test_the_table_shows_ratios_to_overlap_and_the_goal(self):
        self.assertEqual(list(table(self.results, self.scenarios, self.subjects))[1].split(),
                         ["yield", "ns", "6.00", "12.0", "120", "10.0x", "-"])  # fmt: skip

    def test_a_missed_goal_is_told_with_its_factor(self):
        self.assertEqual([times for _, _, times in misses(self.results, self.scenarios)], [2.0])

    def test_numbers_have_three_digits(self):
        self.assertEqual([short(value) for value in (0.00134, 4.061, 76.44, 323.4, 5389.05)],
                         ["0.0013", "4.06", "76.4", "323", "5,390"])  # fmt: skip

    def test_the_page_shows_figures_charts_and_what_is_missing(self):
        self.results.failures["Go"] = "it is not there"
        with tempfile.TemporaryDirectory() as folder:
            page.write(pathlib.Path(folder), self.results, self.scenarios, self.subjects, [("asio", "1.81")], "yes")
            text = pathlib.Path(folder, "benchmarks.md").read_text(encoding="utf-8")
            self.assertTrue(pathlib.Path(folder, "benchmarks/yield.svg").exists())
        self.assertIn("| Yield, one task | ns | ≤ 6.00 | **12.0** | 120 | – |", text)
        self.assertIn("Not measured: Go: it is not there", text)
        self.assertIn("12.0 ns instead of 6.00, 2.0 times as much", text)


class Charts(unittest.TestCase):
    def widths(self, *bars):
        root = xml.etree.ElementTree.fromstring(charts.bar_chart("a < b", "ns", bars, goal=5))
        return [float(bar.get("width")) for bar in root.iter("{http://www.w3.org/2000/svg}rect")]

    def test_bars_of_a_small_range_are_in_proportion_and_sorted(self):
        small, large = self.widths(("asio", "Asio", 20.0), ("overlap", "overlap", 10.0))
        self.assertAlmostEqual(large / small, 2, places=2)

    def test_bars_of_a_large_range_are_logarithmic(self):
        small, middle, large = self.widths(("a", "a", 10.0), ("b", "b", 100.0), ("c", "c", 1000.0))
        self.assertAlmostEqual(middle - small, large - middle, delta=0.2)
        self.assertGreater(small, 20)


class Packages(unittest.TestCase):
    def test_every_peer_has_its_part(self):
        self.assertEqual(set(packages.read_list()), {"asio", "libuv", "go", "tokio", "asyncio", "uvloop", "onetbb"})
        self.assertEqual(packages.read_list()["asio"], {"libboost1.81-dev": True})
        self.assertEqual(packages.read_list()["libuv"], {"libuv1-dev": False})


if __name__ == "__main__":
    PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
