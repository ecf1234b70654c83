// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "probes/watcher.h"

namespace assay {

/// Objects of the canary, counted from the first id after the plan's own.
inline constexpr ObjectId kCanaryDirectory = 0, kCanaryFile = 1, kCanaryQuiet = 2;
inline constexpr ObjectId kCanaryObjects = 3;

/// The self-test of DESIGN law 11: touches files of our own in every way that a channel must see.
class Canary {
 public:
  /// Makes the directory and the files. kPermission, kUnavailable where that cannot be done.
  static Expected<Canary> Make(const std::string& directory);

  std::string Path(ObjectId canary_object) const;

  /// Removes what an earlier, interrupted run may have left in the directory: a name that is there
  /// already cannot be made again, and the canary would seem silent.
  void Clean() const;

  /// One way to touch: what it is called, the channel it must come through, and the object.
  struct Touch {
    const char* name;
    Channel channel;
    ObjectId object;
    std::function<bool()> run;  ///< false: this file system cannot do it (said in errno)
  };
  /// Every way, in an order that leaves the canary as it was.
  std::vector<Touch> Touches() const;

 private:
  explicit Canary(std::string directory) : directory_(std::move(directory)) {}
  std::string directory_;
};

}  // namespace assay
