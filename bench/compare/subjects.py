"""Who is compared: how each is built, started, and asked for its version. All paths are relative to the project."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import packages

ROOT = packages.ROOT
HERE = pathlib.Path("bench/compare")
BUILT = pathlib.Path("build/bench/peers")
CPP = ["g++", "-std=c++20", "-O3", "-DNDEBUG", "-Ibench"]


class CannotBuild(Exception):
    pass


def output_of(*command, cwd=ROOT, env=None, timeout=600):
    try:
        done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=timeout,
                              stdin=subprocess.DEVNULL)  # fmt: skip
    except FileNotFoundError:
        raise CannotBuild(f"{command[0]} is not there") from None
    except subprocess.TimeoutExpired:
        raise CannotBuild(f"{command[0]} took more than {timeout} s") from None
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        raise CannotBuild(next((line for line in lines if "error" in line), lines[-1]))
    return done.stdout.strip()


class Subject:
    """One who is compared. `command` is set by build()."""

    name = title = ""

    def __init__(self):
        self.command = []

    def build(self, programs):
        raise NotImplementedError

    def version(self):
        return ""

    def scenarios(self):
        return output_of(*self.command, "--list").split()


class BuiltByCmake(Subject):
    def build(self, programs):
        program = programs / f"{self.name}_bench"
        if not (ROOT / program).exists():
            raise CannotBuild(f"{program} has not been built")
        self.command = [str(ROOT / program)]


class Floor(BuiltByCmake):
    name, title = "floor", "floor"


class Overlap(BuiltByCmake):
    name, title = "overlap", "overlap"

    def version(self):
        try:
            return "commit " + output_of("git", "describe", "--always", "--dirty")
        except CannotBuild:
            return ""


class BuiltByGcc(Subject):
    flags = []

    def build(self, programs):
        source = HERE / self.name / f"{self.name}_bench.cpp"
        program = BUILT / f"{self.name}_bench"
        output_of(*CPP, *self.include_flags(), str(source), *self.flags, "-pthread", "-o", str(program))
        self.command = [str(ROOT / program)]

    def include_flags(self):
        return []


class Asio(BuiltByGcc):
    name, title = "asio", "Asio"

    def include_flags(self):
        unpacked = packages.unpacked_folder("libboost1.81-dev")
        return ["-isystem", str(unpacked / "usr/include")] if unpacked else []

    def version(self):
        code = "#include <boost/version.hpp>\nBOOST_LIB_VERSION\n"
        done = subprocess.run([*CPP, *self.include_flags(), "-E", "-P", "-x", "c++", "-"], input=code, cwd=ROOT,
                              capture_output=True, text=True)  # fmt: skip
        return "Boost " + done.stdout.strip().strip('"').replace("_", ".")


class Libuv(BuiltByGcc):
    name, title, flags = "libuv", "libuv", ["-luv"]

    def version(self):
        return output_of("pkg-config", "--modversion", "libuv")


class OneTbb(BuiltByGcc):
    name, title, flags = "onetbb", "oneTBB", ["-ltbb"]

    def version(self):
        return output_of("pkg-config", "--modversion", "tbb")


class Go(Subject):
    name, title = "go", "Go"

    def build(self, programs):
        environment = {**os.environ, "GOCACHE": str(ROOT / BUILT / "go_cache"), "GOPROXY": "off", "GOFLAGS": ""}
        program = ROOT / BUILT / "go_bench"
        output_of("go", "build", "-o", str(program), ".", cwd=ROOT / HERE / "go", env=environment)
        self.command = [str(program)]

    def version(self):
        return output_of("go", "version").split()[2].removeprefix("go")


class Tokio(Subject):
    name, title = "tokio", "Tokio"

    def build(self, programs):
        # In a copy: cargo writes Cargo.lock beside Cargo.toml.
        copy = ROOT / BUILT / "tokio"
        shutil.copytree(ROOT / HERE / "tokio", copy, dirs_exist_ok=True)
        output_of("cargo", "build", "--release", "--offline", "--target-dir", "target", cwd=copy)
        self.command = [str(copy / "target/release/tokio_bench")]

    def version(self):
        lock = (ROOT / BUILT / "tokio/Cargo.lock").read_text(encoding="utf-8")
        tokio = re.search(r'name = "tokio"\nversion = "([^"]+)"', lock)[1]
        return f"{tokio}, rustc {output_of('rustc', '--version').split()[1]}"


class Asyncio(Subject):
    name, title = "asyncio", "asyncio"

    def build(self, programs):
        self.command = [sys.executable, str(ROOT / HERE / self.name / f"{self.name}_bench.py")]
        output_of(*self.command, "--list")

    def version(self):
        return "CPython " + sys.version.split()[0]


class Uvloop(Asyncio):
    name, title = "uvloop", "uvloop"

    def version(self):
        return output_of(sys.executable, "-c", "import uvloop; print(uvloop.__version__)")


ALL = [Floor, Overlap, Asio, Libuv, OneTbb, Go, Tokio, Asyncio, Uvloop]
