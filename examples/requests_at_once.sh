#!/bin/sh
# requests_at_once.sh OVERLAP PROGRAM N: runs PROGRAM against `overlap serve` and fails unless it has had exactly N
# requests in flight at once, and it printed what stands in seeds/NAME.txt.
set -eu
overlap=$1 program=$2 wanted=$3
export no_proxy='*'
folder=$(mktemp -d)
server=
cleanup() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

# The server opens the pipe's other end when it prints where it listens: reading waits for just that.
mkfifo "$folder/said"
"$overlap" serve >"$folder/said" &
server=$!
read -r _ _ url <"$folder/said"

"$program" "$url" >"$folder/printed"
cat "$folder/printed"
sed -e "s|$url|URL|g" -e 's/^[0-9.]* s:/N s:/' "$folder/printed" | diff "${0%/*}/seeds/${program##*/example_}.txt" - || {
  echo "the output is not what it should be" >&2
  exit 1
}
counts=$(curl --silent --show-error --fail "$url/stats")
at_once=$(printf '%s\n' "$counts" | sed -n 's/.*"in_flight_max": \([0-9]*\).*/\1/p')
echo "requests in flight at once: $at_once"
[ "$at_once" = "$wanted" ] || {
  echo "expected $wanted" >&2
  exit 1
}
