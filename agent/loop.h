// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"

namespace assay {

/// One thread's epoll loop: callbacks by file descriptor, and one alarm.
class Loop {
 public:
  using Callback = std::function<void(uint32_t events)>;

  static Expected<Loop> Make();

  /// Calls back when `fd` has one of `events` (EPOLLIN, ...). The fd stays the caller's and must be
  /// removed before it is closed.
  Expected<void> Add(int fd, uint32_t events, Callback callback);
  void Change(int fd, uint32_t events);
  void Remove(int fd);

  /// Waits for the next event or for `deadline` (CLOCK_BOOTTIME), whichever is first, and calls
  /// back.
  Expected<void> Step(std::optional<BootNanos> deadline);

 private:
  explicit Loop(Fd epoll, Fd timer) : epoll_(std::move(epoll)), timer_(std::move(timer)) {}

  Fd epoll_, timer_;
  std::map<int, std::shared_ptr<Callback>> callbacks_;
};

}  // namespace assay
