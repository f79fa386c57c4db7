"""docs/benchmarks.md with its charts: written whole, from the figures of one run."""

import datetime

import charts
import machine
from results import misses, short

INTRODUCTION = """# Benchmarks

What the smallest steps of concurrent programs cost with overlap, with its peers, and written by hand with nothing
but what they need (the floor: no cancellation, no errors, no owners). `./dev bench-compare` installs the peers from
Debian, builds the same scenarios for each, lets them run in turns, and writes this page and
`build/bench/compare.tsv`.

```sh
./dev bench-compare                                     # all, 5 rounds: 10 to 15 minutes
./dev bench-compare --rounds 1 --scenarios yield,spawn  # some; writes no page
./dev bench-compare --help
```

Compare the ratios, and within one run only: a figure of another day or another machine says little. The programs
are in [`bench/compare`](../bench/compare), one folder a subject; what is measured, by which rule, stands in
[`measure.hpp`](../bench/compare/measure.hpp), and the goals in
[`scenarios.tsv`](../bench/compare/scenarios.tsv).
"""

RULES = """## How it is measured

Every program runs on one thread (Go with one processor, Tokio's current-thread runtime, oneTBB limited to one; but
for the call in another thread). A run is a process: it repeats batches of 1,000 to 100,000 steps until 0.2 s have
been measured, drops the first, and gives the median of the others. The subjects take turns within each round. The
figure here is the median of the rounds; `compare.tsv` also has the least and the greatest.
"""


def write(folder, results, scenarios, subjects, versions, disturbed):
    """Writes folder/benchmarks.md and folder/benchmarks/*.svg."""
    pictures = folder / "benchmarks"
    pictures.mkdir(parents=True, exist_ok=True)
    for old in pictures.glob("*.svg"):
        old.unlink()
    parts = [INTRODUCTION, measured_on(versions, disturbed, results), summary(results, scenarios, subjects)]
    parts += [goals(results, scenarios), RULES, "## Scenarios\n"]
    for scenario in scenarios:
        bars = [
            (subject.name, subject.title, found.median)
            for subject in subjects
            if (found := results.summary(scenario.name, subject.name)) and found.median > 0
        ]
        if not bars:
            continue
        picture = charts.bar_chart(scenario.title, scenario.unit, bars, scenario.goal)
        (pictures / f"{scenario.name}.svg").write_text(picture, encoding="utf-8")
        parts.append(f"### {scenario.title}\n\n{scenario.measured}\n\n"
                     f"![{scenario.title}](benchmarks/{scenario.name}.svg)\n")  # fmt: skip
    (folder / "benchmarks.md").write_text("\n".join(parts), encoding="utf-8")


def measured_on(versions, disturbed, results):
    lines = ["## Measured on\n", "| | |", "| --- | --- |"]
    lines += [f"| {what} | {which} |" for what, which in machine.describe()]
    lines += [f"| {title} | {version} |" for title, version in versions if version]
    lines.append(f"| date | {datetime.date.today().isoformat()} |")
    lines.append(f"| quiet | {disturbed} |")
    lines.append("")
    for what, why in results.failures.items():
        lines.append(f"Not measured: {what if isinstance(what, str) else ' with '.join(what)}: {why}\n")
    return "\n".join(lines)


def summary(results, scenarios, subjects):
    lines = [
        "## All at once\n",
        "| | unit | goal | " + " | ".join(subject.title for subject in subjects) + " |",
        "| --- | --- | " + "--: | " * (len(subjects) + 1),
    ]
    lines[-1] = lines[-1].rstrip()
    for scenario in scenarios:
        cells = [scenario.title, scenario.unit, "" if scenario.goal is None else f"≤ {short(scenario.goal)}"]
        for subject in subjects:
            found = results.summary(scenario.name, subject.name)
            figure = short(found.median) if found else "–"
            cells.append(f"**{figure}**" if subject.name == "overlap" else figure)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def goals(results, scenarios):
    lines = ["## Where overlap misses its goal\n"]
    missed = [
        f"- {scenario.title}: {short(ours.median)} {scenario.unit} instead of {short(scenario.goal)}, "
        f"{times:.1f} times as much."
        for scenario, ours, times in misses(results, scenarios)
    ]
    return "\n".join(lines + (missed or ["Nowhere in this run."])) + "\n"
