#!/bin/sh
# demo.sh OVERLAP: downloads 100 files that take 2 s each, all at once, then compares the three models. Takes about
# 25 s; fails if anything did.
set -eu
[ $# = 1 ] || {
  echo "usage: demo.sh OVERLAP" >&2
  exit 2
}
overlap=$1
files=100 seconds=2 bytes=100000

folder=$(mktemp -d)
server=
cleanup() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
fail() {
  printf 'demo: %s\n' "$*" >&2
  exit 1
}

# No proxy stands between this machine and itself.
export no_proxy='127.0.0.1'
# Reading the pipe waits until the server says where it listens, or has failed.
mkfifo "$folder/said"
"$overlap" serve >"$folder/said" &
server=$!
read -r _ _ url <"$folder/said" || fail "overlap serve did not start"

printf '\n%s files, each of which takes %s s. One after the other: %s s. All at once:\n\n' \
  "$files" "$seconds" $((files * seconds))
seq -f "$url/drip/file-%03g?duration=$seconds&numbytes=$bytes&delay=0" "$files" >"$folder/list"
began=$(date +%s.%N)
"$overlap" get -j "$files" --per-host "$files" -d "$folder/files" -i "$folder/list" ||
  fail "overlap get ended with exit code $?"
taken=$(date +%s.%N | awk -v began="$began" '{ printf "%.2f", $1 - began }')

whole=$(find "$folder/files" -type f -name 'file-[0-9][0-9][0-9]' -size "${bytes}c" | wc -l)
[ "$whole" = "$files" ] || fail "only $whole of $files files are whole"
[ "$(find "$folder/files" -type f | wc -l)" = "$files" ] || fail "there are files that nobody asked for"
printf '\n%s whole files: %s s one after the other, %s s here.\n' "$files" $((files * seconds)) "$taken"

printf '\nThe same 20 requests of 1 s, by each of the three models:\n\n'
"$overlap" bench --url "$url/delay/1" -n 20 --models sequential,threads,async ||
  fail "overlap bench ended with exit code $?"

kill "$server"
wait "$server" || fail "overlap serve ended with exit code $?"
server=
