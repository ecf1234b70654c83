// SPDX-License-Identifier: Apache-2.0
#include "probes/watcher.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <cerrno>

#include "probes/ladder.h"

namespace assay {

std::string_view RungName(Rung rung) {
  switch (rung) {
    case Rung::kLsm:
      return "lsm";
    case Rung::kFentry:
      return "fentry";
    case Rung::kFanotify:
      return "fanotify";
    case Rung::kComparison:
      return "comparison";
  }
  return "comparison";
}

std::string_view ChannelName(Channel channel) {
  switch (channel) {
    case Channel::kContent:
      return "content";
    case Channel::kAttributes:
      return "attributes";
    case Channel::kNames:
      return "names";
    case Channel::kMounts:
      return "mounts";
    case Channel::kSysctl:
      return "sysctl";
    case Channel::kTcb:
      return "tcb";
  }
  return "unknown";
}

Expected<std::unique_ptr<Watcher>> Watcher::Start(WatchPlan plan, Options options) {
  Canary canary = TRY(Canary::Make(options.canary_directory));
  Fd epoll(epoll_create1(EPOLL_CLOEXEC));
  Fd again(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!epoll || !again) return FailErrno(errno, "making the watcher");
  auto ladder = std::make_unique<Ladder>(std::move(plan), std::move(options), std::move(canary),
                                         std::move(epoll), std::move(again));
  TRY(ladder->Climb());
  return ladder;
}

}  // namespace assay
