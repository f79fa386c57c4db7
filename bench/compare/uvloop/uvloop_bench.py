"""What the scenarios of bench/compare cost with asyncio on uvloop: the programs of asyncio_bench.py, another loop."""

import asyncio
import pathlib
import sys

import uvloop

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "asyncio"))
import asyncio_bench  # noqa: E402: found by the line above


def run(main):
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)


if __name__ == "__main__":
    asyncio_bench.main(run)
