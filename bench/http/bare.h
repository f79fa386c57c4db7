/* bench/http/bare.h
 *
 * The same requests by libcurl alone, as a C programmer would write them: the line that the session is
 * measured against. Each function makes `total` GETs of `url`, `parallel` at a time, with handles that are
 * used again, and returns how many ended with status 200 and `body_bytes` of body.
 */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

long bare_multi(const char* url, long total, long parallel, long body_bytes);
long bare_multi_socket(const char* url, long total, long parallel, long body_bytes);

#ifdef __cplusplus
}
#endif
