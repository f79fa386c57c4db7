#!/usr/bin/env bash
# bench_test.sh OVERLAP: what overlap bench prints, and its errors.
source "$(dirname "$0")/common.sh"
serve
bench() {
  local wanted=$1 code=0
  shift
  "$overlap" bench "$@" >"$folder/said" 2>"$folder/errors" </dev/null || code=$?
  [ "$code" = "$wanted" ] || fail "exit code $code instead of $wanted of: overlap bench $*"
}

step "three lines, a table and a verdict; each model makes its requests in its own way"
bench 0 --url "$url/delay/0.1" -n 6 --models sequential,threads,async
sed -n 1p "$folder/said" | grep -Eq '^Sequential  : [0-9]+\.[0-9]{2}s$' || fail "the first line is not the article's"
sed -n 2p "$folder/said" | grep -Eq '^Threaded    : [0-9]+\.[0-9]{2}s$' || fail "the second line is not the article's"
sed -n 3p "$folder/said" | grep -Eq '^Async       : [0-9]+\.[0-9]{2}s$' || fail "the third line is not the article's"
says 'context switches'
says '^Take (async|threads): '
[ "$(stat_of requests)" = 18 ] || fail "$(stat_of requests) requests instead of 18"
for each in "sequential 1" "threads 6" "async 6" "async 2 -j 2" "threads 3 -j 3"; do
  set -- $each
  ask '/stats?reset=1' >/dev/null
  # None is answered before $2 of them are there.
  bench 0 --url "$url/barrier/$2" -n 6 --models "$1" ${3:-} ${4:-}
  [ "$(stat_of in_flight_max)" = "$2" ] || fail "$(stat_of in_flight_max) at once: $each"
done

step "--json"
bench 0 --json --url "$url/bytes/100" -n 3 --models async,sequential
for word in '"model": "async"' '"context_switches"' '"peak_memory_bytes"' '"verdict"'; do says "$word"; done

step "what cannot be measured: exit code 1, with the reason"
bench 1 --url "http://127.0.0.1:$(free_port)/" -n 2
says 'refused'
for model in sequential threads async; do
  bench 1 --url "$url/status/404" -n 2 --models "$model"
  says '404'
done

step "wrong usage: exit code 2"
bench 2
bench 2 --url "$url" --models goroutines
says "goroutines"
bench 2 --url "$url" -n 0
bench 2 --url "127.0.0.1" -n 1

step "10,000 requests at once, by one thread"
if [ "$(ulimit -Hn)" -lt 10200 ]; then
  echo "not tried: the system allows only $(ulimit -Hn) descriptors"
  exit 0
fi
ask '/stats?reset=1' >/dev/null
bench 0 --url "$url/barrier/10000" -n 10000 --models async
[ "$(stat_of in_flight_max)" = 10000 ] || fail "only $(stat_of in_flight_max) at once"
cat "$folder/said"
