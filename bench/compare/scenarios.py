"""The table of scenarios.tsv: what is compared, in which unit, and what overlap must not exceed."""

import csv
import pathlib
from dataclasses import dataclass

TABLE = pathlib.Path(__file__).resolve().parent / "scenarios.tsv"


@dataclass(frozen=True)
class Scenario:
    name: str
    unit: str
    goal: float | None
    title: str
    measured: str

    @property
    def program(self):
        """What a program is asked for: one run of sleepers gives two figures."""
        return "sleepers" if self.name.startswith("sleepers_") else self.name


def read_scenarios(path=TABLE):
    with open(path, newline="", encoding="utf-8") as file:
        return [
            Scenario(row["scenario"], row["unit"], float(row["goal"]) if row["goal"] else None, row["title"],
                     row["measured"])
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]  # fmt: skip
