"""Installs what packages-bench.txt names, one peer at a time, so that one that cannot be had stops no other."""

import os
import pathlib
import re
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIST = ROOT / "packages-bench.txt"
UNPACKED = pathlib.Path("build/bench/peers/packages")


class CannotInstall(Exception):
    pass


def read_list(path=LIST):
    """Peer -> {package: may be unpacked}. A part begins with "# peer: …"."""
    parts, packages = {}, {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"# (\w+): ", line):
            packages = parts.setdefault(heading[1], {})
        elif name := re.match(r"([a-z0-9][a-z0-9.+-]*)", line):
            packages[name[1]] = "# unpacked" in line
    return parts


def is_installed(package):
    query = ["dpkg-query", "-W", "-f", "${db:Status-Status}", package]
    return subprocess.run(query, capture_output=True, text=True).stdout == "installed"


def unpacked_folder(package):
    """Where a package lies that could not be installed, or None."""
    folder = UNPACKED / package
    return folder if (ROOT / folder).is_dir() else None


def run(command, **options):
    print("+", *command, flush=True)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900, **options)
    if done.returncode != 0:
        errors = [line for line in done.stderr.splitlines() if line.startswith("E: ")]
        raise CannotInstall((errors or done.stderr.splitlines() or ["no reason given"])[-1])


class Installer:
    def __init__(self):
        self.parts = read_list()
        self.is_updated = False

    def provide(self, peer):
        """Raises CannotInstall, with the reason, if a package of the peer is missing and cannot be had."""
        wanted = self.parts.get(peer, {})
        if not wanted or shutil.which("dpkg-query") is None:
            return  # elsewhere than on Debian: whoever builds the peer sees what is missing
        missing = [name for name in wanted if not is_installed(name) and unpacked_folder(name) is None]
        if not missing:
            return
        try:
            self.install(missing)
        except CannotInstall:
            if not all(wanted[name] for name in missing):
                raise
            for name in missing:
                self.unpack(name)

    def install(self, packages):
        as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
        if as_root and shutil.which("sudo") is None:
            raise CannotInstall("as root, run: apt-get install " + " ".join(packages))
        if not self.is_updated:
            run([*as_root, "apt-get", "update"])
            self.is_updated = True
        # --no-remove: a package that is in the way of somebody else's is his decision, not ours.
        run([*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "--no-remove",
             "--no-install-recommends", *packages])  # fmt: skip

    def unpack(self, package):
        folder = ROOT / UNPACKED
        folder.mkdir(parents=True, exist_ok=True)
        run(["apt-get", "download", package], cwd=folder)
        archive = next(folder.glob(f"{package}_*.deb"))
        run(["dpkg-deb", "--extract", archive.name, package + ".part"], cwd=folder)
        (folder / (package + ".part")).rename(folder / package)
