#!/usr/bin/env bash
# get_memory_test.sh OVERLAP: 1 GiB in all, in files small and large, with at most 64 MiB of memory at any moment.
source "$(dirname "$0")/common.sh"
[ "$(df --output=avail -k "$folder" | tail -1)" -gt 1300000 ] || skip "less than 1.3 GB are free in $folder"
serve
{
  echo "$url/bytes/536870912/half"
  seq -f "$url/bytes/33554432/large-%g" 8
  seq -f "$url/bytes/2097152/small-%g" 128
} >"$folder/list"

"$overlap" get -j 64 --per-host 64 -d "$folder/out" -i "$folder/list" >"$folder/said" 2>"$folder/errors" </dev/null &
client=$!
# The kernel keeps the peak while the process lives; it is read as often as possible, so the last value is the one
# from just before the end.
peak=0
while line=$(grep VmHWM "/proc/$client/status" 2>/dev/null); do
  peak=$(tr -dc 0-9 <<<"$line")
  sleep 0.01
done
wait "$client" || fail "exit code $?"
echo "peak memory: $((peak / 1024)) MiB"
[ "$(cat "$folder"/out/* | wc -c)" = 1073741824 ] || fail "it was not 1 GiB in all"
[ "$peak" -gt 0 ] || fail "the peak was not seen"
[ "$peak" -lt 65536 ] || fail "the peak is not below 64 MiB"
