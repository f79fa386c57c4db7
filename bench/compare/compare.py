"""overlap beside its peers: builds the programs of bench/compare, lets them run in turns, and sums up.

Writes build/bench/compare.tsv, and docs/benchmarks.md with its charts after a whole run. A peer that cannot be
installed, built or run is named, with the reason, and left out.
"""

import argparse
import pathlib
import subprocess
import sys

import machine
import page
from packages import CannotInstall, Installer
from results import Results, misses, short, table
from scenarios import read_scenarios
from subjects import ALL, BUILT, ROOT, CannotBuild

QUIET_CORES = 0.15  # less than that of others' work does not count as a disturbance
TRIES = 3  # a disturbed run is repeated so often at most


def parse_arguments():
    names = [subject.name for subject in ALL]
    parser = argparse.ArgumentParser(prog="./dev bench-compare", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="how often each program runs (default 5)")
    parser.add_argument("--quick", action="store_true", help="smallest sizes: tries the programs, measures nothing")
    parser.add_argument("--subjects", type=lambda text: text.split(","), default=names, help=", ".join(names))
    parser.add_argument("--scenarios", type=lambda text: text.split(","), help="names of scenarios.tsv, with commas")
    parser.add_argument("--no-install", action="store_true", help="do not install packages")
    parser.add_argument("--no-page", action="store_true", help="leave docs/benchmarks.md as it is")
    parser.add_argument("--programs", type=pathlib.Path, default=pathlib.Path("build/release/bench/compare"),
                        help="where overlap_bench and floor_bench are")  # fmt: skip
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "build/bench/compare.tsv")
    arguments = parser.parse_args()
    if unknown := set(arguments.subjects) - set(names):
        parser.error(f"no such subject: {', '.join(sorted(unknown))}; there are: {', '.join(names)}")
    known = [scenario.name for scenario in read_scenarios()]
    if unknown := set(arguments.scenarios or []) - set(known):
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    if arguments.rounds < 1:
        parser.error("--rounds: at least 1")
    return arguments


def prepare(arguments, results):
    """The subjects that could be installed and built; the others are noted."""
    (ROOT / BUILT).mkdir(parents=True, exist_ok=True)
    installer = Installer()
    prepared = []
    for kind in ALL:
        if kind.name not in arguments.subjects:
            continue
        subject = kind()
        try:
            if not arguments.no_install:
                installer.provide(subject.name)
            subject.build(arguments.programs)
            subject.offered = subject.scenarios()
        except (CannotInstall, CannotBuild, subprocess.TimeoutExpired) as why:
            results.failures[subject.title] = str(why)
            print(f"{subject.title}: not measured: {why}", flush=True)
        else:
            print(f"{subject.title}: ready", flush=True)
            prepared.append(subject)
    return prepared


def run_once(subject, program, arguments):
    """What one process printed, and how many cores others used meanwhile."""
    command = [*subject.command, program, *(["quick"] if arguments.quick else [])]
    with machine.ForeignLoad() as load:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise CannotBuild(f"exit status {done.returncode}: {last}")
    return done.stdout, load.cores


def run_quietly(subject, program, arguments):
    """The run that was disturbed least, and its disturbance."""
    best = None
    for _ in range(1 if arguments.quick else TRIES):
        printed, cores = run_once(subject, program, arguments)
        if best is None or cores < best[1]:
            best = printed, cores
        if cores <= QUIET_CORES:
            break
    return best


def measure(arguments, results, subjects, programs):
    """Runs everything in turns; gives how many cores others used, run by run."""
    disturbances = []
    for round_number in range(arguments.rounds):
        for program in programs:
            progress(f"round {round_number + 1} of {arguments.rounds}: {program}")
            # Another one begins in each round.
            begin = round_number % len(subjects)
            for subject in subjects[begin:] + subjects[:begin]:
                if program not in subject.offered or (program, subject.title) in results.failures:
                    continue
                try:
                    printed, cores = run_quietly(subject, program, arguments)
                    results.add(subject.name, printed)
                    disturbances.append(cores)
                except (CannotBuild, subprocess.TimeoutExpired, ValueError) as why:
                    results.failures[program, subject.title] = str(why)
                    print(f"\n{subject.title}: {program} not measured: {why}", flush=True)
    progress("")
    return disturbances


def progress(text):
    if sys.stdout.isatty():
        print(f"\r{text:40}", end="\r" if not text else "", flush=True)


def quietness(disturbances):
    disturbed = sum(cores > QUIET_CORES for cores in disturbances)
    if not disturbed:
        return f"yes: nobody else used more than {QUIET_CORES} of a core in any run"
    return (f"no: in {disturbed} of {len(disturbances)} runs others used more than {QUIET_CORES} of a core, "
            f"{max(disturbances):.1f} at most")  # fmt: skip


def versions_of(subjects):
    for subject in subjects:
        try:
            yield subject.title, subject.version()
        except CannotBuild:
            yield subject.title, ""


def main():
    arguments = parse_arguments()
    all_scenarios = read_scenarios()
    scenarios = [each for each in all_scenarios if not arguments.scenarios or each.name in arguments.scenarios]
    results = Results()
    subjects = prepare(arguments, results)
    if not subjects:
        sys.exit("nobody is there to be compared")
    disturbances = measure(arguments, results, subjects, list(dict.fromkeys(each.program for each in scenarios)))
    if not disturbances:
        sys.exit("no program has given a figure")

    results.write(arguments.output, scenarios, subjects)
    print(*table(results, scenarios, subjects), sep="\n")
    print(f"\n(x: times overlap's; least first in the charts)  quiet: {quietness(disturbances)}")
    for scenario, ours, times in misses(results, scenarios):
        print(f"goal missed: {scenario.name} {short(ours.median)} {scenario.unit}, {times:.1f} times the goal")
    for what, why in results.failures.items():
        print("not measured:", what if isinstance(what, str) else " with ".join(what) + ":", why)
    is_whole = scenarios == all_scenarios and set(arguments.subjects) == {subject.name for subject in ALL}
    if is_whole and not arguments.quick and not arguments.no_page:
        page.write(ROOT / "docs", results, scenarios, subjects, list(versions_of(subjects)), quietness(disturbances))
        print("written: docs/benchmarks.md")
    # Peers may be missing; our own two may not.
    own = {"floor", "overlap"} & set(arguments.subjects)
    if own - {subject.name for subject in subjects} or any(
        title in own for key in results.failures if not isinstance(key, str) for title in key[1:]
    ):
        sys.exit(1)


if __name__ == "__main__":
    main()
