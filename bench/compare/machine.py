"""What was measured on, without saying whose it is; and whether others were using it."""

import os
import platform
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")


def first_line(path, prefix):
    try:
        with open(path, encoding="utf-8") as file:
            return next((line.split(":" if ":" in line else "=", 1)[1].strip().strip('"')
                         for line in file if line.startswith(prefix)), "")  # fmt: skip
    except OSError:
        return ""


def describe():
    """Pairs of what and which."""
    cores = f"{os.cpu_count()} cores"
    if " hypervisor" in first_line("/proc/cpuinfo", "flags"):
        cores += " of a virtual machine"
    memory = int(first_line("/proc/meminfo", "MemTotal").split()[0]) / 2**20
    compiler = subprocess.run(["g++", "--version"], capture_output=True, text=True).stdout.splitlines()
    return [
        ("processor", f"{first_line('/proc/cpuinfo', 'model name') or platform.machine()}, {cores}"),
        ("memory", f"{memory:.0f} GiB"),
        ("system", f"{first_line('/etc/os-release', 'PRETTY_NAME')}, Linux {platform.release().split('-')[0]}"),
        ("compiler", f"{compiler[0] if compiler else 'g++'}, `-O3 -DNDEBUG`"),
    ]


def busy_seconds():
    """Time that the processors have spent on anything, since the machine was started."""
    with open("/proc/stat", encoding="utf-8") as file:
        user, nice, system, _idle, _iowait, irq, softirq = map(int, file.readline().split()[1:8])
    return (user + nice + system + irq + softirq) / TICKS


class ForeignLoad:
    """How many cores others kept busy while a child of ours ran."""

    def __enter__(self):
        self.wall, self.busy, self.ours = time.monotonic(), busy_seconds(), self.children()
        return self

    def __exit__(self, *_error):
        wall = max(time.monotonic() - self.wall, 1e-3)
        self.cores = max(0.0, busy_seconds() - self.busy - (self.children() - self.ours)) / wall

    @staticmethod
    def children():
        times = os.times()
        return times.children_user + times.children_system + times.user + times.system
