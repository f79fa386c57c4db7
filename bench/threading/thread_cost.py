"""Runs thread_cost_bench and writes what a thread costs, and where threads stop paying, into the guide.

    python3 thread_cost.py PROGRAM [FOLDER]     the folder is docs/guide; without one, the table is printed only
"""

import pathlib
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "compare"))
import charts  # noqa: E402
import machine  # noqa: E402

COUNTS = [1, 10, 100, 1_000, 10_000]
THREADS = [1, 2, 4, 16, 64, 256, 1_024]
ROUNDS = 3


def measure(program, kind, count):
    """Medians of wall and processor seconds and of KiB, or None where the system refuses so many threads."""
    runs = []
    for _ in range(ROUNDS):
        answer = subprocess.run([program, kind, str(count)], capture_output=True, text=True, check=False)
        if answer.returncode != 0:
            return None
        runs.append([float(field) for field in answer.stdout.split("\t")[2:]])
    return [statistics.median(column) for column in zip(*runs)]


def waits(program):
    """One row a count: what so many waits of 100 ms take as threads and as tasks."""
    rows = []
    for count in COUNTS:
        rows.append((count, measure(program, "wait_in_threads", count), measure(program, "wait_in_tasks", count)))
    return rows


def wait_table(rows):
    lines = [
        "| waits of 100 ms at once | threads: until all are done | processor time | memory | tasks: until all are done "
        "| processor time | memory |",
        "| --: | --: | --: | --: | --: | --: | --: |",
    ]
    for count, threads, tasks in rows:
        lines.append(f"| {count:,} | {cells(threads)} | {cells(tasks)} |")
    return "\n".join(lines)


def cells(figures):
    if figures is None:
        return "refused by the system | – | –"
    wall, processor, kib = figures
    return f"{1e3 * wall:,.1f} ms | {1e3 * processor:,.1f} ms | {kib / 1024:,.1f} MiB"


def compute_table(program):
    lines = ["| parts of one work | a thread each | a pool of one thread a processor |", "| --: | --: | --: |"]
    bars = []
    for count in THREADS:
        threads = measure(program, "compute_in_threads", count)
        pool = measure(program, "compute_in_pool", count)
        lines.append(f"| {count:,} | {1e3 * threads[0]:,.0f} ms | {1e3 * pool[0]:,.0f} ms |")
        bars.append(("overlap" if count == 2 else "bar", f"{count:,} threads", 1e3 * threads[0]))
    return "\n".join(lines), bars


PAGE = """# What a thread costs

Written by `python3 bench/threading/thread_cost.py build/release/bench/threading/overlap_thread_cost_bench docs/guide`,
from `bench/threading/thread_cost_bench.cpp`: medians of {rounds} runs on {machine}.

Starting a thread that does nothing and joining it takes **{create:.1f} µs**. A submit to a pool whose threads are there
takes a hundredth of that, and a task a thousandth ([benchmarks](../benchmarks.md)).

## Waiting: threads stop paying at some hundred

{waits}

![Processor time of 1,000 waits](thread_cost_waits.svg)

A thread that waits costs its stack, its start and two switches; a task costs a few hundred bytes. Ten blocking calls at
once are well served by threads, and a thousand work; beyond that take tasks, with `to_thread` for what can only block.

## Computing: threads stop paying at the number of processors

{compute}

![One work in so many threads](thread_cost_compute.svg)

More threads than processors share the same processors. A pool of `threads = processors` takes work in any number of
parts; `futures::parallel_for` chooses that number itself.
"""


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    program = sys.argv[1]
    create = measure(program, "create", 1_000)
    rows = waits(program)
    compute, bars = compute_table(program)
    page = PAGE.format(rounds=ROUNDS, machine=", ".join(value for _, value in machine.describe()[:3]), create=1e6 * create[0] / 1_000,
                       waits=wait_table(rows), compute=compute)  # fmt: skip
    if len(sys.argv) == 2:
        print(page)
        return
    folder = pathlib.Path(sys.argv[2])
    (folder / "thread_cost.md").write_text(page, encoding="utf-8")
    thousand = next(row for row in rows if row[0] == 1_000)
    pictures = {
        "thread_cost_waits.svg": charts.bar_chart(
            "Processor time of 1,000 waits at once", "ms",
            [("bar", "threads", 1e3 * thousand[1][1]), ("overlap", "tasks", 1e3 * thousand[2][1])]),
        "thread_cost_compute.svg": charts.bar_chart("One work in so many threads", "ms", bars),
    }  # fmt: skip
    for name, picture in pictures.items():
        (folder / name).write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
