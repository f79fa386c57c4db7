#!/bin/sh
# compare_output.sh PROGRAM EXPECTED [any_order]: fails unless PROGRAM prints exactly what the file EXPECTED has, or,
# with any_order, the same lines.
set -eu
expected=$(cat "$2")
printed=$("$1")
if [ "${3:-}" = any_order ]; then
  expected=$(printf '%s\n' "$expected" | sort)
  printed=$(printf '%s\n' "$printed" | sort)
fi
[ "$printed" = "$expected" ] || {
  printf '%s\n' "the output is not what it should be:" "$printed" >&2
  exit 1
}
