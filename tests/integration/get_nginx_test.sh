#!/usr/bin/env bash
# get_nginx_test.sh OVERLAP: overlap get against a real web server over http, https and HTTP/2, with a private
# certificate authority that is made here.
source "$(dirname "$0")/common.sh"
nginx=$(command -v nginx || command -v /usr/sbin/nginx) || skip "there is no nginx (Debian: nginx-light)"
command -v openssl >/dev/null || skip "there is no openssl"
out=$folder/out

make_certificates() {
  cd "$folder"
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=overlap test authority" \
    -keyout ca.key -out ca.pem 2>openssl.log
  openssl req -newkey rsa:2048 -nodes -subj "/CN=127.0.0.1" -keyout server.key -out server.csr 2>>openssl.log
  printf 'subjectAltName=IP:127.0.0.1,DNS:localhost\n' >extensions
  openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile extensions \
    -out server.pem 2>>openssl.log
  cd - >/dev/null
}

make_files() {
  mkdir -p "$folder/www/deep"
  for number in $(seq 200); do head -c $((number * 997)) /dev/urandom >"$folder/www/file-$number"; done
  head -c 20000000 /dev/urandom >"$folder/www/large"
  : >"$folder/www/empty"
  echo deep >"$folder/www/deep/with space"
}

# Everything nginx writes is below $folder, so it needs no rights and touches nothing of the system's.
make_configuration() {
  cat >"$folder/nginx.conf" <<END
daemon off;
worker_processes 1;
pid $folder/nginx.pid;
error_log $folder/nginx.log warn;
events { worker_connections 2048; }
http {
  access_log off;
  default_type application/octet-stream;
  client_body_temp_path $folder/body;
  proxy_temp_path $folder/proxy;
  fastcgi_temp_path $folder/fastcgi;
  uwsgi_temp_path $folder/uwsgi;
  scgi_temp_path $folder/scgi;
  gzip on;
  gzip_types *;
  gzip_min_length 0;
  root $folder/www;
  server {
    listen 127.0.0.1:$1;
    location /moved { return 301 /file-7; }
    location /away { return 302 ftp://127.0.0.1/file-7; }
    location /loop { return 302 /loop; }
    location /broken { return 500; }
    location /secure { return 302 https://127.0.0.1:$2/file-8; }
  }
  server {
    listen 127.0.0.1:$2 ssl http2;
    ssl_certificate $folder/server.pem;
    ssl_certificate_key $folder/server.key;
  }
}
END
}

answers() { curl --silent --output /dev/null "http://127.0.0.1:$1/empty"; }

# Another process may take a port between looking and listening; then nginx ends, and we try again.
start_nginx() {
  local attempt http_port https_port
  # As root its worker would become nobody, who must be able to read the files.
  chmod 755 "$folder"
  for attempt in 1 2 3 4 5; do
    http_port=$(free_port) https_port=$(free_port)
    make_configuration "$http_port" "$https_port"
    "$nginx" -p "$folder" -c "$folder/nginx.conf" 2>"$folder/nginx.err" &
    server=$!
    servers+=("$server")
    until answers "$http_port" || ! kill -0 "$server" 2>/dev/null; do sleep 0.02; done
    if kill -0 "$server" 2>/dev/null; then
      url=http://127.0.0.1:$http_port
      tls=https://127.0.0.1:$https_port
      return
    fi
  done
  cat "$folder/nginx.err" "$folder/nginx.log" >&2
  fail "nginx did not start"
}

same() {
  local name
  for name in "$@"; do cmp "$folder/www/$name" "$out/$name" || fail "$name is not what the server has"; done
}
names=$(seq -f file-%g 200)

make_certificates
make_files
start_nginx

step "200 files over http"
printf "$url/%s\n" $names large empty >"$folder/list"
get 0 -j 50 --per-host 50 -d "$out" -i "$folder/list"
same $names large empty
counts "$out" 202
no_parts "$out"

step "200 files over https"
rm -r "$out"
printf "$tls/%s\n" $names large empty >"$folder/list"
get 0 -j 50 --per-host 50 --cacert "$folder/ca.pem" -d "$out" -i "$folder/list"
same $names large empty
counts "$out" 202

step "a certificate that nobody vouches for: exit code 1, no file"
rm -r "$out"
get 1 --retries 0 -d "$out" "$tls/file-1"
says 'certificate'
absent "$out/file-1"

step "404 in the middle"
get 1 -d "$out" "$url/file-1" "$url/no-such-file" "$url/file-2"
says 'no-such-file'
absent "$out/no-such-file"
same file-1 file-2
counts "$out" 2

step "redirects: followed, but not away from http, not for ever"
get 0 --cacert "$folder/ca.pem" -d "$out" "$url/moved" "$url/secure"
cmp "$folder/www/file-7" "$out/moved" || cmp "$folder/www/file-7" "$out/file-7" || fail "/moved is not file-7"
get 1 --retries 0 -d "$out" "$url/away"
get 1 --retries 0 -d "$out" "$url/loop"
absent "$out/away" "$out/loop"

step "500, every time"
get 1 --retries 1 -d "$out" "$url/broken"
absent "$out/broken"

step "the server ends in the middle of a large file: exit code 1, no file"
rm -r "$out"
truncate -s 4G "$folder/www/huge"
"$overlap" get --retries 0 -d "$out" "$url/huge" >"$folder/said" 2>"$folder/errors" </dev/null &
client=$!
wait_until eval '[ -n "$(find "$out" -size +1M)" ]'
kill -TERM "$server" # nginx ends its worker, too, at once
code=0
wait "$client" || code=$?
[ "$code" = 1 ] || fail "exit code $code instead of 1"
absent "$out/huge"
