// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "probes/hash_index.h"
#include "probes/watcher.h"

namespace assay {

/// fanotify(7) with file system marks: names what was touched by the object's file handle and by
/// (directory's handle, name). Needs CAP_SYS_ADMIN; Linux 5.9 for names, 5.17 for handles of
/// children in name events. Blind to stores inside a window, sysctl, modules (probes/README.md).
class FanotifyRung {
 public:
  /// One event about a watched object.
  struct Touch {
    ObjectId object = 0;
    Channel channel = Channel::kContent;
    pid_t pid = 0;
  };

  /// kPermission, kUnsupported: the text names the refused call.
  static Expected<std::unique_ptr<FanotifyRung>> Open(ObjectId count);

  /// Watches the object at `path` (open at `fd`, O_PATH is enough) as `object`, and marks its file
  /// system. Returns whether it is another inode than the one registered before.
  Expected<bool> Register(ObjectId object, int fd, std::string_view path);
  /// The path is known although nothing is there yet: its creation touches `object`. Returns
  /// whether something was registered there before.
  bool RegisterAbsent(ObjectId object, std::string_view path);

  int fd() const { return fd_.get(); }
  /// Reads what is queued. `overflow` is called when events were dropped: everything is dirty.
  void Drain(const std::function<std::string(ObjectId)>& path_of,
             const std::function<void(const Touch&)>& touch, const std::function<void()>& overflow);

 private:
  FanotifyRung(Fd fd, ObjectId count);
  Expected<void> MarkFilesystem(int fd);
  void HandleEvent(const char* info, size_t size, uint64_t mask, pid_t pid,
                   const std::function<std::string(ObjectId)>& path_of,
                   const std::function<void(const Touch&)>& touch);

  Fd fd_;
  HashIndex by_handle_, by_path_;
  std::vector<uint64_t> handle_of_;  // by object; 0 = absent
  std::set<uint64_t> marked_;        // st_dev
};

}  // namespace assay
