# tests/integration/common.sh
#
# What the integration tests share. Each is a bash script that gets the command overlap as its first argument, and
# passes if it ends with 0, is skipped with 77. Servers are ended by their own process ids, nothing by name.
set -euo pipefail

overlap=$1
folder=$(mktemp -d)
servers=()
export no_proxy='*' NO_PROXY='*'

at_end() {
  local code=$? server
  trap - EXIT
  for server in "${servers[@]}"; do kill "$server" 2>/dev/null || true; done
  for server in "${servers[@]}"; do wait "$server" 2>/dev/null || true; done
  cleanup_more
  if [ "$code" != 0 ] && [ "$code" != 77 ]; then
    echo "--- what overlap said last:"
    tail -n 40 "$folder/said" "$folder/errors" 2>/dev/null || true
  fi
  rm -rf "$folder"
  exit "$code"
}
trap at_end EXIT
trap 'exit 1' INT TERM HUP
# A test with more to undo defines this again.
cleanup_more() { :; }

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

skip() {
  echo "skipped: $*"
  exit 77
}

step() { echo "-- $*"; }

# wait_until COMMAND…: until it succeeds, at most 20 s.
wait_until() {
  local end=$((SECONDS + 20))
  until "$@" 2>/dev/null; do
    [ "$SECONDS" -lt "$end" ] || fail "this did not happen within 20 s: $*"
    sleep 0.02
  done
}

# serve [ARGUMENT…]: starts `overlap serve` and sets $url and $server.
serve() {
  local pipe=$folder/serve-${#servers[@]}
  mkfifo "$pipe"
  "$overlap" serve "$@" >"$pipe" &
  server=$!
  servers+=("$server")
  read -r _ _ url <"$pipe" || fail "overlap serve did not start"
}

# ask PATH: the body of an answer of $url, by curl.
ask() { curl --silent --show-error --fail "$url$1"; }

# stat NAME: a number of /stats.
stat_of() { ask /stats | sed -n "s/.*\"$1\": \([0-9]*\).*/\1/p"; }

# get CODE ARGUMENT…: runs `overlap get` and fails unless it ends with CODE. What it prints is in $folder/said (standard
# output) and $folder/errors.
get() {
  local wanted=$1 code=0
  shift
  "$overlap" get "$@" >"$folder/said" 2>"$folder/errors" </dev/null || code=$?
  [ "$code" = "$wanted" ] || fail "exit code $code instead of $wanted of: overlap get $*"
}

# says PATTERN: the last `overlap get` printed it somewhere.
says() { grep -Eqi -- "$1" "$folder/said" "$folder/errors" || fail "nothing was said that matches '$1'"; }

# whole FILE PATH: the file is what curl gets from PATH.
whole() { ask "$2" | cmp - "$1" || fail "$1 is not what $2 is"; }

absent() {
  local file
  for file in "$@"; do [ ! -e "$file" ] || fail "$file must not be there"; done
}

# counts FOLDER N: there are N files in it, and none that ends in .part.
counts() {
  local found
  found=$(find "$1" -type f ! -name '*.part' | wc -l)
  [ "$found" = "$2" ] || fail "$found files in $1 instead of $2"
}

no_parts() { [ -z "$(find "$1" -name '*.part*')" ] || fail "unfinished files are left in $1: $(ls "$1")"; }

# free_port: a port that nobody listens at, below those that the system gives away by itself.
free_port() {
  local port
  for _ in $(seq 100); do
    port=$((20000 + RANDOM % 10000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || {
      echo "$port"
      return
    }
  done
  fail "no free port found"
}
