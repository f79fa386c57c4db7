#!/usr/bin/env bash
# get_serve_test.sh OVERLAP: overlap get against overlap serve: whole files only, and the right exit code.
source "$(dirname "$0")/common.sh"
serve
out=$folder/out

step "several files, by arguments, by a list and by standard input"
get 0 -d "$out" "$url/bytes/1000/a" "$url/bytes/100000/b" "$url/redirect/3/c" "$url/bytes/0/empty"
counts "$out" 4
no_parts "$out"
whole "$out/a" /bytes/1000
whole "$out/b" /bytes/100000
[ ! -s "$out/empty" ] || fail "an empty file is not empty"
printf '%s\n' "$url/bytes/1234/d" "" "$url/bytes/77777/e" >"$folder/list"
get 0 -d "$out" -i "$folder/list"
whole "$out/d" /bytes/1234
printf '%s\n' "$url/bytes/4321/f" | "$overlap" get -q -d "$out" - || fail "exit code $? with - for a list"
whole "$out/f" /bytes/4321

step "404 in the middle: the others are whole, it is named, exit code 1"
rm -r "$out"
get 1 -d "$out" "$url/bytes/5000/one" "$url/status/404/two" "$url/bytes/6000/three"
says '/status/404/two.*404|404.*/status/404/two'
counts "$out" 2
no_parts "$out"
whole "$out/one" /bytes/5000
whole "$out/three" /bytes/6000
[ "$(stat_of in_flight)" = 0 ] || fail "requests are still in flight"

step "a body that is cut, every time: no file, exit code 1"
rm -r "$out"
get 1 --retries 1 -d "$out" "$url/cut/100000/short" "$url/bytes/100000/full"
says 'cut/100000/short'
absent "$out/short"
whole "$out/full" /bytes/100000

step "503, then 200: tried again, exit code 0"
get 0 -d "$out" "$url/flaky/2/503/patience" "$url/flaky/1/429/calm" "$url/flaky/1/408/late"
[ "$(cat "$out/patience")" = "at last" ] || fail "the wrong answer was kept"
get 0 -d "$out" "$url/retry-after/1/later"
[ "$(cat "$out/later")" = "welcome back" ] || fail "the wrong answer was kept"

step "more failures than tries, and errors that trying again does not heal"
get 1 --retries 1 -d "$out" "$url/flaky/5/500/never"
absent "$out/never"
ask '/stats?reset=1' >/dev/null
get 1 --retries 5 -d "$out" "$url/status/403/forbidden"
[ "$(stat_of requests)" = 1 ] || fail "a 403 was tried again"

step "an existing file is not overwritten, unless asked"
echo mine >"$out/kept"
code=0
"$overlap" get -d "$out" "$url/bytes/10/kept" "$url/bytes/20/new" >"$folder/said" 2>"$folder/errors" || code=$?
[ "$code" = 1 ] || [ "$code" = 2 ] || fail "exit code $code for an existing file"
says 'kept'
[ "$(cat "$out/kept")" = mine ] || fail "an existing file was overwritten"
get 0 --overwrite -d "$out" "$url/bytes/10/kept"
whole "$out/kept" /bytes/10

step "a name clash: exit code 2, and nothing was sent"
ask '/stats?reset=1' >/dev/null
get 2 -d "$out" "$url/bytes/10/same" "$url/bytes/20/same"
says 'same'
absent "$out/same"
[ "$(stat_of requests)" = 0 ] || fail "something was sent"

step "wrong usage and bad input: exit code 2, and nothing was sent"
get 2
get 2 --no-such-option "$url/bytes/1/x"
get 2 -j 0 "$url/bytes/1/x"
get 2 -d "$out" "$url/bytes/1/x" "gopher://127.0.0.1/x"
get 2 -d "$out" "$url/bytes/1/x" "no url at all"
get 2 -d "$out" -i "$folder/no-such-list"
echo file >"$folder/file"
get 2 -d "$folder/file/below" "$url/bytes/1/x"
absent "$out/x"
[ "$(stat_of requests)" = 0 ] || fail "something was sent"

step "time limits: of one file 1, of all 124"
get 1 --retries 0 --timeout 0.2 -d "$out" "$url/delay/1000/slow"
says 'slow'
get 1 --retries 0 --timeout 0.2 -d "$out" "$url/drip?duration=1000&numbytes=1000&delay=0"
get 124 --total-timeout 0.3 -d "$out" "$url/delay/1000/slow" "$url/bytes/10/quick"
absent "$out/slow"
whole "$out/quick" /bytes/10

step "nobody listens: exit code 1, named"
get 1 --retries 0 -d "$out" "http://127.0.0.1:$(free_port)/nobody"
says 'refused'

step "-q is silent, --json is one event a line"
get 0 -q -d "$out" "$url/bytes/10/quiet"
[ ! -s "$folder/said" ] && [ ! -s "$folder/errors" ] || fail "-q is not silent"
get 1 --json -d "$out" "$url/bytes/10/json1" "$url/status/404/json2"
while read -r line; do
  [[ "$line" == \{*\} ]] || fail "this is no JSON object: $line"
done <"$folder/said"
grep -q json2 "$folder/said" || fail "the events do not name the URL that failed"

step "limits: in all, and per host"
for limits in "-j 3 --per-host 100" "-j 100 --per-host 3"; do
  rm -r "$out"
  ask '/stats?reset=1' >/dev/null
  seq -f "$url/barrier/3/%g" 12 >"$folder/list"
  get 0 $limits -d "$out" -i "$folder/list"
  [ "$(stat_of in_flight_max)" = 3 ] || fail "$(stat_of in_flight_max) at once with $limits"
  counts "$out" 12
done

# interrupted CODE SIGNAL…: the signals, one after the other, end a download that would take for ever.
interrupted() {
  local wanted=$1 code=0 client signal
  shift
  rm -rf "$out"
  ask '/stats?reset=1' >/dev/null
  set -m # else the shell has its background commands ignore SIGINT
  "$overlap" get -j 2 -d "$out" "$url/bytes/10/done" "$url/delay/1000/a" "$url/delay/1000/b" "$url/delay/1000/c" \
    >"$folder/said" 2>"$folder/errors" </dev/null &
  client=$!
  set +m
  wait_until eval '[ -e "$out/done" ] && [ "$(stat_of requests)" = 3 ]'
  for signal in "$@"; do kill "-$signal" "$client" 2>/dev/null || true; done
  wait "$client" || code=$?
  [ "$code" = "$wanted" ] || fail "exit code $code instead of $wanted after $*"
  [ "$(stat_of requests)" = 3 ] || fail "something was started after $*"
  whole "$out/done" /bytes/10
  counts "$out" 1
}

step "Ctrl-C: a summary, no unfinished file, exit code 130"
interrupted 130 INT
says '1 of 4 files'
no_parts "$out"
step "Ctrl-C twice ends at once"
interrupted 130 INT INT
