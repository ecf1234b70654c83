// SPDX-License-Identifier: Apache-2.0
#include "agent/loop.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>

namespace assay {

Expected<Loop> Loop::Make() {
  Fd epoll(epoll_create1(EPOLL_CLOEXEC));
  Fd timer(timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!epoll || !timer) return FailErrno(errno, "making the event loop");
  Loop loop(std::move(epoll), std::move(timer));
  int fd = loop.timer_.get();
  TRY(loop.Add(fd, EPOLLIN, [fd](uint32_t) {
    uint64_t expirations;
    (void)!read(fd, &expirations, sizeof expirations);
  }));
  return loop;
}

Expected<void> Loop::Add(int fd, uint32_t events, Callback callback) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event))
    return FailErrno(errno, "adding to the event loop");
  callbacks_[fd] = std::make_shared<Callback>(std::move(callback));
  return {};
}

void Loop::Change(int fd, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void Loop::Remove(int fd) {
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  callbacks_.erase(fd);
}

Expected<void> Loop::Step(std::optional<BootNanos> deadline) {
  itimerspec when{};
  if (deadline) {
    // 1 ns, not 0: zero would disarm the timer.
    BootNanos at = std::max<BootNanos>(*deadline, 1);
    when.it_value.tv_sec = time_t(at / 1'000'000'000);
    when.it_value.tv_nsec = long(at % 1'000'000'000);
  }
  timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr);
  epoll_event events[32];
  int n = epoll_wait(epoll_.get(), events, 32, -1);
  if (n < 0 && errno != EINTR) return FailErrno(errno, "waiting for events");
  for (int i = 0; i < n; i++) {
    auto found = callbacks_.find(events[i].data.fd);
    if (found == callbacks_.end()) continue;  // removed by a callback of this very round
    // Keeps the function alive while it runs, for it may remove itself.
    std::shared_ptr<Callback> callback = found->second;
    (*callback)(events[i].events);
  }
  return {};
}

}  // namespace assay
