// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/fd.h"
#include "probes/bpf_rung.h"
#include "probes/canary.h"
#include "probes/fanotify_rung.h"
#include "probes/watcher.h"

namespace assay {

/// The watcher on whichever rung proved itself. All file channels stand on one rung; a channel
/// whose canary stays silent there is on kComparison, with the reason.
class Ladder : public Watcher {
 public:
  Ladder(WatchPlan plan, Options options, Canary canary, Fd epoll, Fd again);

  /// Tries the rungs from the best allowed one down.
  Expected<void> Climb();

  int poll_fd() const override { return epoll_.get(); }
  std::vector<Doorbell> Drain() override;
  std::vector<ObjectId> Sweep() override;
  uint64_t Sequence(ObjectId object) const override;
  bool Acknowledge(ObjectId object, uint64_t sequence) override;
  Expected<void> Rebind(ObjectId object) override;
  std::vector<Channel> RunCanary() override;
  const std::vector<ChannelStatus>& status() const override { return status_; }
  const WatcherCounters& counters() const override { return counters_; }

 private:
  bool TryBpf(Rung family);
  bool TryFanotify();
  void Leave();
  void RegisterAll();
  void WatchMounts();
  std::string PathOf(ObjectId object) const;
  std::string PathOfInode(uint64_t ino, uint32_t dev) const;
  SlotWire& SlotAt(ObjectId object) const;
  void Touch(ObjectId object, Channel channel, pid_t pid);
  void TouchAll();
  bool TouchMounts();
  void ReadQueue();
  void ReadBpf();
  void ReadFanotify();
  void Ring(ObjectId object, Channel channel, Cause cause);
  bool RunTouch(const Canary::Touch& touch, std::string& silent);
  bool WaitFor(const Canary::Touch& touch, uint64_t before, BootNanos until);
  void Reset(std::string reason);

  WatchPlan plan_;
  Options options_;
  Canary canary_;
  ObjectId total_;  ///< the plan's objects and the canary's
  Fd root_, epoll_, again_, mounts_;
  std::unique_ptr<BpfRung> bpf_;
  std::unique_ptr<FanotifyRung> fanotify_;
  std::vector<KeyWire> keys_;        ///< BPF: what each object is registered as; ino 0 = absent
  std::vector<SlotWire> own_slots_;  ///< where the kernel has none of ours
  SlotWire* slots_ = nullptr;
  Rung rung_ = Rung::kComparison;
  std::string descent_;  ///< why each better rung was left
  std::vector<ChannelStatus> status_;
  WatcherCounters counters_;
  std::vector<Doorbell> pending_;
  struct Seen {
    ObjectId object;
    Channel channel;
    pid_t pid;
  };
  std::vector<Seen> canary_seen_;
};

}  // namespace assay
