"""What the scenarios of bench/compare cost with Python's asyncio: see scenarios.tsv, and measure.hpp for the rules.

`asyncio_bench.py SCENARIO [quick]` runs one, `--list` names them. uvloop_bench.py runs the same on another loop.
1,000,000 sleepers would take half a minute and 1.4 GiB: here are 100,000, and their figures are multiplied.
"""

import asyncio
import concurrent.futures
import resource
import sys
import time

PER_BATCH = 10_000
GATHERED = 1_000

is_quick = False


def report(scenario, value, unit):
    print(f"{scenario}\t{value:.6g}\t{unit}")


def expect(holds, what):
    if not holds:
        sys.exit(f"the work was not done: {what}")


class Measurement:
    """Batches until 0.2 s have been measured; the first warms up; the figure is the median of the others."""

    def __init__(self, scenario):
        self.scenario = scenario
        self.each = []
        self.total = 0
        self.warm = False

    def batches(self):
        while len(self.each) < (1 if is_quick else 5) or (not is_quick and self.total < 0.2e9):
            yield
        self.each.sort()
        report(self.scenario, self.each[len(self.each) // 2], "ns")

    def start(self):
        self.started = time.perf_counter_ns()

    def stop(self, operations):
        took = time.perf_counter_ns() - self.started
        if not self.warm:
            self.warm = True
            return
        self.total += took
        self.each.append(took / operations)


async def one():
    return 1


async def yield_():
    measurement = Measurement("yield")
    for _ in measurement.batches():
        measurement.start()
        for _ in range(PER_BATCH):
            await asyncio.sleep(0)
        measurement.stop(PER_BATCH)


async def yield_some(times):
    for _ in range(times):
        await asyncio.sleep(0)


async def yield_100():
    measurement = Measurement("yield_100")
    for _ in measurement.batches():
        measurement.start()
        await asyncio.gather(*[yield_some(GATHERED // 10) for _ in range(100)])
        measurement.stop(10 * GATHERED)


async def spawn():
    measurement = Measurement("spawn")
    for _ in measurement.batches():
        total = 0
        measurement.start()
        for _ in range(PER_BATCH):
            total += await asyncio.create_task(one())
        measurement.stop(PER_BATCH)
        expect(total == PER_BATCH, "spawn")


async def group_of_one():
    measurement = Measurement("group_of_one")
    for _ in measurement.batches():
        total = 0
        measurement.start()
        for _ in range(PER_BATCH // 10):
            async with asyncio.TaskGroup() as group:
                task = group.create_task(one())
            total += task.result()
        measurement.stop(PER_BATCH // 10)
        expect(total == PER_BATCH // 10, "group_of_one")


async def gather():
    measurement = Measurement("gather")
    for _ in measurement.batches():
        measurement.start()
        values = await asyncio.gather(*[one() for _ in range(GATHERED)])
        measurement.stop(GATHERED)
        expect(sum(values) == GATHERED, "gather")


async def queue_hop():
    there, back = asyncio.Queue(), asyncio.Queue()

    async def answer():
        while item := await there.get():
            back.put_nowait(item)

    async with asyncio.TaskGroup() as group:
        group.create_task(answer())
        measurement = Measurement("queue_hop")
        for _ in measurement.batches():
            total = 0
            measurement.start()
            for _ in range(PER_BATCH // 2):
                there.put_nowait(2)
                total += await back.get()
            measurement.stop(PER_BATCH)
            expect(total == PER_BATCH, "queue_hop")
        there.put_nowait(0)


async def await_ready():
    measurement = Measurement("await_ready")
    for _ in measurement.batches():
        total = 0
        measurement.start()
        for _ in range(PER_BATCH):
            total += await one()
        measurement.stop(PER_BATCH)
        expect(total == PER_BATCH, "await_ready")


async def mutex():
    lock = asyncio.Lock()
    measurement = Measurement("mutex")
    for _ in measurement.batches():
        measurement.start()
        for _ in range(PER_BATCH):
            async with lock:
                pass
        measurement.stop(PER_BATCH)


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_mebibytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def sleepers():
    scale = 10
    count = 1_000 if is_quick else 1_000_000 // scale
    woken = 0

    async def sleeper(delay):
        nonlocal woken
        await asyncio.sleep(delay)
        woken += 1

    cpu_before, memory_before = cpu_seconds(), peak_mebibytes()
    longest = 0.001 if is_quick else 1.0
    async with asyncio.TaskGroup() as group:
        for i in range(count):
            group.create_task(sleeper(2 * longest + i * 7919 % 1_000_000 / 1e6 * longest))
    expect(woken == count, "sleepers")
    report("sleepers_cpu", cpu_before + (cpu_seconds() - cpu_before) * scale, "s")
    report("sleepers_memory", memory_before + (peak_mebibytes() - memory_before) * scale, "MiB")


async def wait_in_one(never):
    await never.wait()


async def wait_in_two(never):
    await wait_in_one(never)


async def wait_in_three(never):
    await wait_in_two(never)


async def cancel():
    never = asyncio.Event()
    measurement = Measurement("cancel")
    for _ in measurement.batches():
        tasks = [asyncio.create_task(wait_in_three(never)) for _ in range(GATHERED)]
        await asyncio.sleep(0)
        measurement.start()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        measurement.stop(GATHERED)
        expect(all(task.cancelled() for task in tasks), "cancel")


async def fail_below(frames):
    if frames == 1:
        raise ValueError
    return await fail_below(frames - 1)


async def exception():
    measurement = Measurement("exception")
    for _ in measurement.batches():
        caught = 0
        measurement.start()
        for _ in range(GATHERED):
            try:
                await fail_below(5)
            except ValueError:
                caught += 1
        measurement.stop(GATHERED)
        expect(caught == GATHERED, "exception")


async def timer():
    loop = asyncio.get_running_loop()
    others = [loop.call_later(3600 + i, print) for i in range(GATHERED)]
    measurement = Measurement("timer")
    for _ in measurement.batches():
        measurement.start()
        for _ in range(PER_BATCH):
            loop.call_later(1800, print).cancel()
        measurement.stop(PER_BATCH)
        await asyncio.sleep(0)  # the loop sweeps its heap of cancelled timers between its turns
    for each in others:
        each.cancel()


def resident_bytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


async def idle_task():
    count = 1_000 if is_quick else 100_000
    never = asyncio.Event()
    before = resident_bytes()
    tasks = {asyncio.create_task(wait_in_one(never)) for _ in range(count)}
    await asyncio.sleep(0)
    report("idle_task", (resident_bytes() - before) / count, "bytes")
    never.set()
    await asyncio.wait(tasks)


async def offload():
    measurement = Measurement("offload")
    for _ in measurement.batches():
        total = 0
        measurement.start()
        for _ in range(100):
            total += await asyncio.to_thread(int, 1)
        measurement.stop(100)
        expect(total == 100, "offload")


async def jobs_in(scenario, size, rounds):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        measurement = Measurement(scenario)
        for _ in measurement.batches():
            total = 0
            measurement.start()
            for _ in range(rounds):
                futures = [pool.submit(int, 1) for _ in range(size)]
                total += sum(future.result() for future in futures)
            measurement.stop(size * rounds)
            expect(total == size * rounds, scenario)


async def pool_trip():
    await jobs_in("pool_trip", 1, 1_000)


async def pool_batch():
    await jobs_in("pool_batch", 1_000, 1)


async def pool_queued():
    await jobs_in("pool_queued", 1_000 if is_quick else 100_000, 1)


SCENARIOS = [yield_, yield_100, spawn, group_of_one, gather, queue_hop, await_ready, mutex, sleepers, cancel, exception, timer,
             idle_task, offload, pool_trip, pool_batch, pool_queued]  # fmt: skip


def main(run=asyncio.run):
    global is_quick
    by_name = {each.__name__.rstrip("_"): each for each in SCENARIOS}
    if sys.argv[1:] == ["--list"]:
        print(*by_name, sep="\n")
    elif len(sys.argv) > 1 and sys.argv[1] in by_name:
        is_quick = sys.argv[2:] == ["quick"]
        run(by_name[sys.argv[1]]())
    else:
        sys.exit(f"usage: {sys.argv[0]} SCENARIO [quick] | --list")


if __name__ == "__main__":
    main()
