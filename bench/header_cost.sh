#!/bin/sh
# Question: what does including a header cost the compiler of everybody who does?
# Unit: one `g++ -fsyntax-only` of a file with nothing but the include, less that of an empty one; best of $1
# (default 5) interleaved runs, in ms of CPU. Not measured: what using the header's templates costs then.
set -eu
cd "$(dirname "$0")/.."
runs=${1:-5}
compiler=${CXX:-g++}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

headers="overlap/base.hpp overlap/futures.hpp overlap/asyncio.hpp overlap/http.hpp boost/asio.hpp"

# Compiles one file and keeps the least CPU time seen for it. The second line of `times` is the time of this
# shell's children, "0m1.23s 0m0.45s"; in a subshell it would be that of its own.
measure() {
  times >"$folder/before"
  "$compiler" -std=c++20 -fsyntax-only -I include -x c++ "$folder/$1.cpp"
  times >"$folder/after"
  took=$(sed -s -n '2s/[ms]/ /gp' "$folder/before" "$folder/after" |
    awk '{ total = -total + ($1 + $3) * 60 + $2 + $4 } END { printf "%d", total * 1000 }')
  best=$(cat "$folder/$1.best" 2>/dev/null || echo 1000000)
  [ "$took" -ge "$best" ] || echo "$took" >"$folder/$1.best"
}

: >"$folder/empty.cpp"
measured=
for header in $headers; do
  name=$(echo "$header" | tr / _)
  # <utility>: asio of Boost 1.74 forgets it.
  printf '#include <utility>\n#include <%s>\n' "$header" >"$folder/$name.cpp"
  if "$compiler" -std=c++20 -E -P -I include "$folder/$name.cpp" >"$folder/$name.lines" 2>/dev/null; then
    measured="$measured $name"
  else
    echo "$header: not there"
  fi
done

run=0
while [ "$run" -lt "$runs" ]; do
  for name in empty $measured; do measure "$name"; done
  run=$((run + 1))
done

empty=$(cat "$folder/empty.best")
for name in $measured; do
  printf '%-22s %6d ms  %7d lines\n' "$(echo "$name" | tr _ /)" $(($(cat "$folder/$name.best") - empty)) \
    "$(wc -l <"$folder/$name.lines")"
done
