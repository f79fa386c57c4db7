#!/bin/sh
# overlap beside its peers: builds overlap's and the floor's programs, then leaves everything else to compare.py,
# whose options these are (see compare.py --help).
set -eu
cd "$(dirname "$0")/../.."
# Debian's own python, cargo and go: the peers' packages fit them, and no others.
PATH="/usr/bin:$PATH"
export PATH

cmake --preset release >/dev/null
cmake --build --preset release --target overlap_compare
exec python3 bench/compare/compare.py --programs build/release/bench/compare "$@"
