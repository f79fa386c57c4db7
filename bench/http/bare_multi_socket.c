/* bench/http/bare_multi_socket.c
 *
 * curl_multi_socket_action over epoll: what libcurl recommends for many transfers.
 */
#include <curl/curl.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "bare.h"

enum { parallel_max = 1024, events_max = 256 };

struct state {
  CURLM* multi;
  int poller;
  long wait_milliseconds;
};

static size_t count_bytes(char* data, size_t size, size_t count, void* received) {
  (void)data;
  *(long*)received += (long)(size * count);
  return size * count;
}

static int socket_changed(CURL* easy, curl_socket_t fd, int wanted, void* argument, void* known) {
  (void)easy;
  struct state* each = argument;
  struct epoll_event event = {.data.fd = fd};
  if (wanted & CURL_POLL_IN) event.events |= EPOLLIN;
  if (wanted & CURL_POLL_OUT) event.events |= EPOLLOUT;
  if (wanted == CURL_POLL_REMOVE) {
    epoll_ctl(each->poller, EPOLL_CTL_DEL, fd, &event);
  } else if (known == NULL) {
    epoll_ctl(each->poller, EPOLL_CTL_ADD, fd, &event);
    curl_multi_assign(each->multi, fd, each);
  } else {
    epoll_ctl(each->poller, EPOLL_CTL_MOD, fd, &event);
  }
  return 0;
}

static int timer_changed(CURLM* multi, long milliseconds, void* argument) {
  (void)multi;
  ((struct state*)argument)->wait_milliseconds = milliseconds;
  return 0;
}

static void wait_and_act(struct state* each) {
  struct epoll_event events[events_max];
  int running;
  const int count = epoll_wait(each->poller, events, events_max, (int)each->wait_milliseconds);
  if (count == 0) curl_multi_socket_action(each->multi, CURL_SOCKET_TIMEOUT, 0, &running);
  for (int index = 0; index < count; ++index) {
    const uint32_t came = events[index].events;
    const int mask = ((came & (EPOLLIN | EPOLLHUP)) ? CURL_CSELECT_IN : 0) |
                     ((came & EPOLLOUT) ? CURL_CSELECT_OUT : 0) | ((came & EPOLLERR) ? CURL_CSELECT_ERR : 0);
    curl_multi_socket_action(each->multi, events[index].data.fd, mask, &running);
  }
}

long bare_multi_socket(const char* url, long total, long parallel, long body_bytes) {
  long received[parallel_max] = {0};
  long started = 0, good = 0, ended = 0;
  struct state each = {.multi = curl_multi_init(), .poller = epoll_create1(EPOLL_CLOEXEC)};
  curl_multi_setopt(each.multi, CURLMOPT_SOCKETFUNCTION, socket_changed);
  curl_multi_setopt(each.multi, CURLMOPT_SOCKETDATA, &each);
  curl_multi_setopt(each.multi, CURLMOPT_TIMERFUNCTION, timer_changed);
  curl_multi_setopt(each.multi, CURLMOPT_TIMERDATA, &each);
  for (; started < parallel && started < total; ++started) {
    CURL* easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 300000L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, count_bytes);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &received[started]);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &received[started]);
    curl_multi_add_handle(each.multi, easy);
  }
  while (ended < total) {
    int left;
    wait_and_act(&each);
    CURLMsg* message;
    while ((message = curl_multi_info_read(each.multi, &left)) != NULL) {
      CURL* easy = message->easy_handle;
      const CURLcode code = message->data.result;
      long status = 0;
      long* bytes = NULL;
      curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
      curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char**)&bytes);
      good += code == CURLE_OK && status == 200 && *bytes == body_bytes;
      ++ended;
      *bytes = 0;
      curl_multi_remove_handle(each.multi, easy);
      if (started < total) {
        ++started;
        curl_easy_setopt(easy, CURLOPT_URL, url);
        curl_multi_add_handle(each.multi, easy);
      } else {
        curl_easy_cleanup(easy);
      }
    }
  }
  curl_multi_cleanup(each.multi);
  close(each.poller);
  return good;
}
