#!/bin/sh
# compare_output.sh PROGRAM EXPECTED: fails unless PROGRAM prints exactly what the file EXPECTED has.
set -eu
"$1" | diff "$2" - || {
  echo "the output is not what it should be" >&2
  exit 1
}
