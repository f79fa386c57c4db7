"""The figures: kept run by run, summed up, written to compare.tsv and shown as a table."""

import statistics
from collections import defaultdict
from dataclasses import dataclass


@dataclass(frozen=True)
class Summary:
    scenario: str
    subject: str
    median: float
    unit: str
    min: float
    max: float
    runs: int


class Results:
    def __init__(self):
        self.runs = defaultdict(list)  # (scenario, subject) -> values
        self.units = {}
        self.failures = {}  # subject, or (scenario, subject) -> why there is no figure

    def add(self, subject, printed):
        """Takes what a program has printed: lines of scenario, value and unit."""
        for line in printed.splitlines():
            scenario, value, unit = line.split("\t")
            self.runs[scenario, subject].append(float(value))
            self.units[scenario] = unit

    def summary(self, scenario, subject):
        values = self.runs.get((scenario, subject))
        if not values:
            return None
        return Summary(scenario, subject, statistics.median(values), self.units[scenario], min(values), max(values),
                       len(values))  # fmt: skip

    def write(self, path, scenarios, subjects):
        columns = ("scenario", "subject", "median", "unit", "min", "max", "runs")
        lines = ["\t".join(columns)]
        for scenario in scenarios:
            for subject in subjects:
                if row := self.summary(scenario.name, subject.name):
                    cells = [getattr(row, column) for column in columns]
                    lines.append("\t".join(f"{cell:.6g}" if isinstance(cell, float) else str(cell) for cell in cells))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def short(value):
    """Three digits, and no exponent: 4.06, 76.4, 5,390; two below 0.1."""
    if value >= 100:
        return f"{float(f'{value:.3g}'):,.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"


def table(results, scenarios, subjects):
    """Lines for a terminal: each figure with its ratio to overlap's, and what overlap must not exceed."""
    rows = [["", "unit", "goal", *(subject.title for subject in subjects)]]
    for scenario in scenarios:
        ours = results.summary(scenario.name, "overlap")
        row = [scenario.name, scenario.unit, "" if scenario.goal is None else short(scenario.goal)]
        for subject in subjects:
            theirs = results.summary(scenario.name, subject.name)
            ratio = f" {short(theirs.median / ours.median)}x" if theirs and ours and subject.name != "overlap" else ""
            row.append(short(theirs.median) + ratio if theirs else "-")
        rows.append(row)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [cell.ljust(width) if at < 2 else cell.rjust(width) for at, (cell, width) in enumerate(zip(row, widths))]
        yield "  ".join(cells).rstrip()


def misses(results, scenarios):
    """Where overlap is above its goal: (scenario, summary, how many times the goal)."""
    for scenario in scenarios:
        ours = results.summary(scenario.name, "overlap")
        if ours and scenario.goal is not None and ours.median > scenario.goal:
            yield scenario, ours, ours.median / scenario.goal
