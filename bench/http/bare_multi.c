/* bench/http/bare_multi.c
 *
 * curl_multi_perform and curl_multi_poll: the simple loop of libcurl's own examples.
 */
#include <curl/curl.h>

#include "bare.h"

static size_t count_bytes(char* data, size_t size, size_t count, void* received) {
  (void)data;
  *(long*)received += (long)(size * count);
  return size * count;
}

enum { parallel_max = 1024 };

long bare_multi(const char* url, long total, long parallel, long body_bytes) {
  long received[parallel_max] = {0};
  long started = 0, good = 0, ended = 0;
  CURLM* multi = curl_multi_init();
  for (; started < parallel && started < total; ++started) {
    CURL* easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 300000L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, count_bytes);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &received[started]);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &received[started]);
    curl_multi_add_handle(multi, easy);
  }
  while (ended < total) {
    int running, left;
    curl_multi_perform(multi, &running);
    CURLMsg* message;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
      CURL* easy = message->easy_handle;
      const CURLcode code = message->data.result;
      long status = 0;
      long* bytes = NULL;
      curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
      curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char**)&bytes);
      good += code == CURLE_OK && status == 200 && *bytes == body_bytes;
      ++ended;
      *bytes = 0;
      curl_multi_remove_handle(multi, easy);
      if (started < total) {
        ++started;
        curl_easy_setopt(easy, CURLOPT_URL, url);
        curl_multi_add_handle(multi, easy);
      } else {
        curl_easy_cleanup(easy);
      }
    }
    if (ended < total) curl_multi_poll(multi, NULL, 0, 1000, NULL);
  }
  curl_multi_cleanup(multi);
  return good;
}
