#!/usr/bin/env bash
# get_kill_test.sh OVERLAP: kill -9 in the middle of a download, at ever later moments: no file under a final name is
# short, and a second run completes what is missing.
source "$(dirname "$0")/common.sh"
serve
files=60 bytes=2000000
sizes_are_whole() {
  local short
  short=$(find "$1" -type f ! -name '*.part*' ! -size "${bytes}c")
  [ -z "$short" ] || fail "files that are not whole bear a final name: $short"
}
finished() { find "$1" -type f ! -name '*.part*' | wc -l; }

for killed_after in 1 7 20 45; do
  out=$folder/out-$killed_after
  seq -f "$url/bytes/$bytes/file-%g" "$files" >"$folder/list"
  # One that does not end: on a busy machine the client would else be ready before it is killed.
  { echo "$url/delay/600"; cat "$folder/list"; } >"$folder/endless"
  "$overlap" get -j 8 --per-host 8 -d "$out" -i "$folder/endless" >"$folder/said" 2>"$folder/errors" </dev/null &
  client=$!
  wait_until eval '[ -d "$out" ] && [ "$(finished "$out")" -ge "$killed_after" ]'
  kill -KILL "$client" 2>/dev/null || fail "it was over before it could be killed: make the files larger"
  { wait "$client" && fail "it was not killed"; } 2>/dev/null
  sizes_are_whole "$out"
  had=$(finished "$out")
  step "killed with $had of $files files whole, and $(find "$out" -name '*.part*' | wc -l) begun"

  get 0 --skip-existing -j 8 --per-host 8 -d "$out" -i "$folder/list"
  sizes_are_whole "$out"
  counts "$out" "$files"
  no_parts "$out"
  whole "$out/file-$files" "/bytes/$bytes"
done
