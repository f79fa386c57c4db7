#!/usr/bin/env bash
# get_disk_full_test.sh OVERLAP: no room for a file: exit code 1, no short file, and the files that fit are whole.
source "$(dirname "$0")/common.sh"
disk=$folder/disk
mounted=
cleanup_more() { [ -z "$mounted" ] || umount "$disk"; }
serve

step "a limit on the size of files (RLIMIT_FSIZE)"
mkdir "$disk"
(
  # The signal that comes with it must not end the program before it can clean up; a shell passes the ignoring on.
  trap '' XFSZ
  ulimit -f 100 # blocks of 1 KiB
  get 1 --retries 0 -d "$disk" "$url/bytes/50000/fits" "$url/bytes/500000/too-large" "$url/bytes/60000/fits-too"
)
says 'too-large'
absent "$disk/too-large"
whole "$disk/fits" /bytes/50000
whole "$disk/fits-too" /bytes/60000
no_parts "$disk"

step "the same, with a signal that nobody ignores"
rm -r "$disk"
mkdir "$disk"
(
  ulimit -f 100
  "$overlap" get --retries 0 -d "$disk" "$url/bytes/500000/too-large" >"$folder/said" 2>"$folder/errors" </dev/null
) && fail "exit code 0 with a missing file"
absent "$disk/too-large"

step "a full disk (a tmpfs of 1 MiB)"
rm -r "$disk"
mkdir "$disk"
if ! mount -t tmpfs -o size=1m tmpfs "$disk" 2>"$folder/mount.log"; then
  echo "only the limit on file sizes was tested, a full disk was not: $(cat "$folder/mount.log")"
  exit 0
fi
mounted=yes
get 1 -j 1 --retries 0 -d "$disk" "$url/bytes/300000/fits" "$url/bytes/2000000/too-large" "$url/bytes/400000/fits-too"
says 'too-large'
says 'space'
absent "$disk/too-large"
whole "$disk/fits" /bytes/300000
whole "$disk/fits-too" /bytes/400000
no_parts "$disk"

step "no room to begin with"
rm "$disk"/*
head -c 1048576 /dev/zero >"$disk/filler" || true
get 1 --retries 0 -d "$disk" "$url/bytes/100/nothing-fits"
absent "$disk/nothing-fits"
