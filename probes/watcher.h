// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "probes/cause.h"

namespace assay {

/// Index of a watched object in the WatchPlan, or one of the places that have no inode of their
/// own.
using ObjectId = uint32_t;
inline constexpr ObjectId kMountsObject = 0xffff'fff0;  ///< the mount table changed
inline constexpr ObjectId kSysctlObject =
    0xffff'fff1;  ///< something below /proc/sys was opened for writing
inline constexpr ObjectId kTcbObject = 0xffff'fff2;  ///< module, BPF program, lockdown, ptrace

/// How the kernel is asked, best first (probes/README.md says what each is blind to).
enum class Rung : uint8_t { kLsm = 1, kFentry = 2, kFanotify = 3, kComparison = 4 };
std::string_view RungName(Rung rung);  ///< "lsm", "fentry", "fanotify", "comparison"

/// One kind of change. A rung is in force for a channel only after the canary proved it there.
enum class Channel : uint8_t { kContent, kAttributes, kNames, kMounts, kSysctl, kTcb };
inline constexpr size_t kChannelCount = 6;
std::string_view ChannelName(Channel channel);

/// What is to be watched: paths inside `root`. Ids are 0 .. count-1. `path` is called at start and
/// from Rebind(), so that the paths can stay where they are (in the mapped manifest).
struct WatchPlan {
  std::string root = "/";
  ObjectId count = 0;
  std::function<std::string(ObjectId)> path;
};

/// A ring of the doorbell: look at `object` again. It decides nothing (DESIGN law 3).
struct Doorbell {
  ObjectId object = 0;
  Channel channel = Channel::kContent;
  std::optional<Cause> cause;  ///< who, where the rung can know
  BootNanos at = 0;            ///< when user space took it from the queue
};

/// The state of one channel, part of every status and every evidence.
struct ChannelStatus {
  Channel channel = Channel::kContent;
  Rung rung = Rung::kComparison;
  BootNanos proven_at = 0;  ///< last time the canary came through; 0 = never: unproven
  std::string reason;       ///< why it is not a better rung; empty at the best one
};

struct WatcherCounters {
  uint64_t doorbells = 0;     ///< taken from the queue, canary's own not counted
  uint64_t lost = 0;          ///< doorbells the kernel could not queue; the sweep made them good
  uint64_t overflows = 0;     ///< fanotify queue overflows: each dirtied every slot
  uint64_t swept = 0;         ///< dirty slots found by sweeps without a doorbell
  uint64_t unregistered = 0;  ///< objects that could not be registered (absent, or no key)
};

/// Watches the objects of a plan on the best rung that proves itself on this kernel. One thread.
///
/// Level, not edge: each object has a slot {seq, acked}. A touch moves seq; an object is clean only
/// while acked == seq. Protocol (notes of the design, law 4): take q = Sequence(id), *then* look at
/// the object, then Acknowledge(id, q); if that returns false it was touched meanwhile: look again.
/// Acknowledge also when the answer was "open for writing".
class Watcher {
 public:
  struct Options {
    /// A directory of ours, on the file system that is watched, for the canary's files.
    std::string canary_directory;
    /// Do not try rungs better than this one (tests; a kill switch for BPF).
    Rung best = Rung::kLsm;
    /// How long a canary may take to come through one channel.
    BootNanos canary_deadline = 2'000'000'000;
    /// Size of the BPF doorbell ring in bytes, a power of two and a multiple of the page size.
    uint32_t ring_bytes = 1 << 20;
  };

  /// Attaches, registers every object, then proves each channel with the canary; descends one rung
  /// for the channels that stay silent. Never fails because a rung is refused: the last rung,
  /// kComparison, has no events at all. Fails when the plan cannot be read or the canary directory
  /// cannot be written (kPermission, kUnavailable).
  static Expected<std::unique_ptr<Watcher>> Start(WatchPlan plan, Options options);
  virtual ~Watcher() = default;

  /// Readable (epoll) when Drain() has something; -1 on rung kComparison.
  virtual int poll_fd() const = 0;
  /// All doorbells that are queued. Never blocks. Touches of the canary are not among them.
  virtual std::vector<Doorbell> Drain() = 0;
  /// Every object whose slot is dirty (seq != acked). To be called at least once a second, whenever
  /// counters().lost moved, and before evidence is made.
  virtual std::vector<ObjectId> Sweep() = 0;
  virtual uint64_t Sequence(ObjectId object) const = 0;
  [[nodiscard]] virtual bool Acknowledge(ObjectId object, uint64_t sequence) = 0;
  /// The path of `object` may lead to another inode now (rename over it, new object at a missing
  /// path): watch that one. Call before looking at it.
  virtual Expected<void> Rebind(ObjectId object) = 0;
  /// One canary through every channel; updates status(). Returns the channels that stayed silent.
  virtual std::vector<Channel> RunCanary() = 0;

  virtual const std::vector<ChannelStatus>& status() const = 0;
  virtual const WatcherCounters& counters() const = 0;
};

}  // namespace assay
