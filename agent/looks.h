// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "probes/watcher.h"

namespace assay {

/// When to look again at what was touched. Pure: time comes in as an argument.
///
/// A probe at an LSM site fires *before* the change lands (notes T1): who looks too fast sees the
/// old state. So a doorbell asks for a look after the coalescing time and, if that found nothing,
/// for a second one later; only then the object counts as settled.
class Looks {
 public:
  static constexpr BootNanos kCoalesce = 2'000'000;     ///< doorbell to first look
  static constexpr BootNanos kSecondLook = 50'000'000;  ///< first to second look
  static constexpr BootNanos kWriterRetry =
      20'000'000;  ///< while somebody has it open for writing,
  static constexpr BootNanos kWriterRetryMax = 1'000'000'000;  ///< doubling up to this

  struct Pending {
    BootNanos touched = 0;       ///< first touch since it was settled
    BootNanos due = 0;           ///< when to look
    BootNanos retry = 0;         ///< last interval while open for writing
    bool second = false;         ///< the next look is the second
    bool again = false;          ///< touched since the first look, which stays valid so far
    bool names = false;          ///< a name in this directory changed
    std::optional<Cause> cause;  ///< of the first touch that could name somebody
  };

  /// A touch. A doorbell that is already waited for only adds what it knows.
  void Touch(ObjectId object, Channel channel, std::optional<Cause> cause, BootNanos now);
  /// The same for an object of which only the metadata counts: a busy one is looked at every
  /// kSecondLook, and no touch puts that off.
  void TouchQuietly(ObjectId object, std::optional<Cause> cause, BootNanos now);
  /// Objects whose look is due, oldest first; at most `limit`.
  std::vector<ObjectId> Due(BootNanos now, size_t limit = 256) const;
  /// When the next look is due; nullopt when nothing waits.
  std::optional<BootNanos> NextDue() const;
  const Pending* Find(ObjectId object) const;

  /// The look found the object as sealed: wait for the second look, or be settled after it.
  void FoundGolden(ObjectId object, BootNanos now);
  /// A quiet object's look found what was judged before: as FoundGolden(), and one look more, as
  /// long after, where it was touched between the two.
  void FoundSame(ObjectId object, BootNanos now);
  /// The look found drift, or something that will not change by waiting: settled.
  void Settled(ObjectId object) { pending_.erase(object); }
  /// Somebody has it open for writing, or what was found may pass by itself: look again later.
  void LookLater(ObjectId object, BootNanos now);

  bool empty() const { return pending_.empty(); }
  size_t size() const { return pending_.size(); }
  /// When the longest-waiting of the objects that `counts` was touched; 0 when none of them waits.
  BootNanos OldestTouch(const std::function<bool(ObjectId)>& counts) const;

 private:
  std::map<ObjectId, Pending> pending_;
};

}  // namespace assay
