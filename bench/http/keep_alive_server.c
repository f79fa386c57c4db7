/* bench/http/keep_alive_server.c
 *
 * The other side of the HTTP benchmark: answers every request on kept connections with the same small body,
 * at once, or after the milliseconds in its path (/delay/50). One thread, epoll, no parsing beyond the blank
 * line. Prints its port, serves until its standard input ends.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { descriptors_max = 4096, request_bytes_max = 4096 };

static const char answer[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, world!";

struct connection {
  char text[request_bytes_max];
  size_t bytes;
};

/* Delays are all alike, so those that wait form a queue: the first is the next. */
struct waiting {
  int fd;
  long long due;
};

static struct connection* connections[descriptors_max];
static struct waiting queue[descriptors_max];
static unsigned queue_first, queue_end;

static long long now_milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void send_answer(int fd) {
  if (send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL) < 0 && errno != EPIPE && errno != ECONNRESET)
    perror("send");
}

static void take_request(int fd, const char* text) {
  if (strncmp(text, "GET /delay/", 11) != 0) {
    send_answer(fd);
    return;
  }
  queue[queue_end % descriptors_max] =
      (struct waiting){.fd = fd, .due = now_milliseconds() + strtol(text + 11, NULL, 10)};
  ++queue_end;
}

static void read_from(int fd) {
  struct connection* each = connections[fd];
  const ssize_t count = recv(fd, each->text + each->bytes, request_bytes_max - 1 - each->bytes, 0);
  if (count <= 0) {
    close(fd);
    free(each);
    connections[fd] = NULL;
    return;
  }
  each->bytes += (size_t)count;
  each->text[each->bytes] = '\0';
  if (strstr(each->text, "\r\n\r\n") == NULL) return;
  each->bytes = 0;
  take_request(fd, each->text);
}

static void accept_from(int listener, int poller) {
  const int fd = accept(listener, NULL, NULL);
  if (fd < 0) return;
  if (fd >= descriptors_max) {
    close(fd);
    return;
  }
  const int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  connections[fd] = calloc(1, sizeof *connections[fd]);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

static int send_due(void) {
  while (queue_first != queue_end) {
    const struct waiting* next = &queue[queue_first % descriptors_max];
    const long long left = next->due - now_milliseconds();
    if (left > 0) return (int)left;
    send_answer(next->fd);
    ++queue_first;
  }
  return -1;
}

int main(void) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (bind(listener, (struct sockaddr*)&address, size) != 0 || listen(listener, 1024) != 0 ||
      getsockname(listener, (struct sockaddr*)&address, &size) != 0) {
    perror("listen");
    return 1;
  }
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);

  const int poller = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  event.data.fd = STDIN_FILENO;
  epoll_ctl(poller, EPOLL_CTL_ADD, STDIN_FILENO, &event);
  struct epoll_event events[256];
  for (;;) {
    const int count = epoll_wait(poller, events, 256, send_due());
    for (int index = 0; index < count; ++index) {
      const int fd = events[index].data.fd;
      if (fd == STDIN_FILENO) return 0;
      if (fd == listener)
        accept_from(listener, poller);
      else
        read_from(fd);
    }
  }
}
