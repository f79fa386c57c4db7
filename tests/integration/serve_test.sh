#!/usr/bin/env bash
# serve_test.sh OVERLAP: what overlap serve answers, on the wire and by curl, and how it ends.
source "$(dirname "$0")/common.sh"
serve --grace 20

# code PATH [CURL-OPTION…]: the status.
code() {
  local path=$1
  shift
  curl --silent --output /dev/null --write-out '%{http_code}' "$@" "$url$path" || true
}
is() { [ "$1" = "$2" ] || fail "'$1' instead of '$2'"; }

# raw BYTES: everything that comes for bytes written as they are, until the server closes.
raw() {
  local port=${url##*:}
  exec 3<>"/dev/tcp/127.0.0.1/${port%/}"
  printf '%b' "$1" >&3
  timeout 10 cat <&3
  exec 3<&-
}

step "each route"
is "$(code /)" 200
is "$(code /nothing)" 404
is "$(code /status/404)" 404
is "$(code /status/204)" 204
is "$(code /status/99)" 400
is "$(code /delay/nan)" 400
is "$(code /delay/-1)" 400
is "$(code /delay)" 400
is "$(code /delay/0.01/named.txt)" 200
is "$(ask /bytes/1000000 | wc -c)" 1000000
is "$(ask /bytes/0 | wc -c)" 0
is "$(ask '/drip?duration=0.05&numbytes=7&delay=0' | wc -c)" 7
is "$(code '/drip?numbytes=x')" 400
is "$(code /redirect/3 --location --write-out '%{num_redirects} redirects, %{http_code}')" "3 redirects, 200"
is "$(curl --silent --header 'X-Test: a' --header 'X-Test: b' "$url/headers" | grep -c '"a, b"')" 1
is "$(printf 'some body' | curl --silent --data-binary @- "$url/echo")" "some body"
is "$(printf 'in chunks' | curl --silent --header 'Transfer-Encoding: chunked' --data-binary @- "$url/echo")" "in chunks"
is "$(head -c 3000000 /dev/zero | code /echo --data-binary @-)" 413

step "answers that change"
is "$(code /flaky/2/503) $(code /flaky/2/503) $(code /flaky/2/503) $(code /flaky/2/503)" "503 503 200 503"
is "$(curl --silent --head "$url/retry-after/7" | tr -d '\r' | sed -n 's/^Retry-After: //p')" 7
is "$(code /retry-after/7)" 200

step "requests that wait for each other"
code /barrier/2 >"$folder/first" &
client=$!
wait_until eval '[ "$(stat_of in_flight)" = 1 ]'
is "$(code /barrier/2)" 200
wait "$client"
is "$(cat "$folder/first")" 200

step "a client that goes is noticed, and its place at a barrier is free"
is "$(code /barrier/2 --max-time 0.2) $(code /delay/1000 --max-time 0.2)" "000 000"
wait_until eval '[ "$(stat_of in_flight)" = 0 ]'
code /barrier/2 >"$folder/first" &
client=$!
wait_until eval '[ "$(stat_of in_flight)" = 1 ]'
is "$(code /barrier/2)" 200
wait "$client"
is "$(cat "$folder/first")" 200

step "a body that is cut"
curl --silent --output "$folder/cut" "$url/cut/1000" && fail "curl was content with a cut body"
is "$(wc -c <"$folder/cut")" 1000

step "HEAD has the length and no body"
is "$(raw 'HEAD /bytes/12345 HTTP/1.1\r\nConnection: close\r\n\r\n' | tr -d '\r' | tail -c 2 | wc -l)" 2
is "$(curl --silent --head "$url/bytes/12345" | tr -d '\r' | sed -n 's/^Content-Length: //p')" 12345

step "several requests at once on one connection are answered in order"
is "$(raw 'GET /delay/0.05 HTTP/1.1\r\n\r\nGET /status/201 HTTP/1.1\r\n\r\nGET /status/202 HTTP/1.1\r\nConnection: close\r\n\r\n' |
  grep -ao 'HTTP/1.1 [0-9]*' | tr '\n' ' ')" "HTTP/1.1 200 HTTP/1.1 201 HTTP/1.1 202 "

step "what is no request is refused, and the connection closed"
raw 'no request\r\n\r\n' | grep -aq 'HTTP/1.1 400' || fail "garbage got no 400"
raw "GET / HTTP/1.1\r\nX: $(head -c 20000 /dev/zero | tr '\0' a)\r\n\r\n" | grep -aq 'HTTP/1.1 431' || fail "no 431"
raw 'GET / HTTP/1.0\r\n\r\n' | grep -aq 'Connection: close' || fail "HTTP/1.0 was kept alive"

step "SIGTERM: a request that runs is answered, one that would begin is not, and the exit code is 0"
curl --silent --fail --output "$folder/late" "$url/delay/1" &
client=$!
wait_until eval '[ "$(stat_of in_flight)" = 1 ]'
kill -TERM "$server"
wait "$client" || fail "the running request was not answered"
wait "$server" || fail "overlap serve ended with exit code $?"
curl --silent "$url/" && fail "the server still answers"

step "SIGTERM: when the grace is over, the rest is cut, and the exit code is still 0"
serve --grace 0.1
curl --silent --output /dev/null "$url/delay/3000" &
client=$!
wait_until eval '[ "$(stat_of in_flight)" = 1 ]'
kill -TERM "$server"
wait "$server" || fail "overlap serve ended with exit code $?"
wait "$client" && fail "a request of 3000 s was answered"

step "a second signal ends it at once, grace or not"
for pair in TERM=143 INT=130; do
  set -m # else the shell has its background commands ignore SIGINT
  serve --grace 1000
  set +m
  curl --silent --output /dev/null "$url/delay/3000" &
  client=$!
  wait_until eval '[ "$(stat_of in_flight)" = 1 ]'
  kill "-${pair%=*}" "$server"
  wait_until eval '! ask /stats'
  kill "-${pair%=*}" "$server"
  code=0
  wait "$server" || code=$?
  is "$code" "${pair#*=}"
  wait "$client" && fail "a request of 3000 s was answered"
done

step "wrong usage"
for arguments in "--port 99999" "--port x" "--nonsense" "--grace -1"; do
  code=0
  "$overlap" serve $arguments >"$folder/said" 2>&1 || code=$?
  is "$code" 2
done
code=0
"$overlap" serve --host 192.0.2.1 >"$folder/said" 2>&1 || code=$?
is "$code" 1
