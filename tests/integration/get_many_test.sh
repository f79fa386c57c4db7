#!/usr/bin/env bash
# get_many_test.sh OVERLAP: 1,000 files, 200 at a time, by the reactor that OVERLAP_REACTOR names.
source "$(dirname "$0")/common.sh"
serve
# Of 1 to 100 KB, each a while in coming, so that 200 are under way.
for number in $(seq 1000); do echo "$url/bytes/$((number * 100))/file-$number"; done >"$folder/list"
get 0 -j 200 --per-host 200 -d "$folder/out" -i "$folder/list"
counts "$folder/out" 1000
no_parts "$folder/out"
ask /bytes/100000 >"$folder/reference"
for number in $(seq 1000); do
  cmp <(head -c $((number * 100)) "$folder/reference") "$folder/out/file-$number" || fail "file-$number is not whole"
done

step "200 are under way at once"
ask '/stats?reset=1' >/dev/null
# None is answered before 200 of them are there.
seq -f "$url/barrier/200/wait-%g" 400 >"$folder/list"
get 0 -j 200 --per-host 200 -d "$folder/waits" -i "$folder/list"
counts "$folder/waits" 400
[ "$(stat_of in_flight_max)" = 200 ] || fail "only $(stat_of in_flight_max) were"
