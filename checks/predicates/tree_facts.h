// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/host.h"

namespace assay {

/// One object that a walk found.
struct TreeFinding {
  std::string path;
  uint32_t mode = 0;  ///< type and permissions, as stat(2)
  uint32_t uid = 0, gid = 0;
  bool runs_set_id = true;  ///< its mount is neither nosuid nor noexec
};

/// All that were found are counted, the first `most` are kept.
struct TreeFindings {
  uint64_t count = 0;
  std::vector<TreeFinding> first;
};

/// What one pass over the local file systems tells all rules that ask of every file. One more
/// question is one more visitor in tree_facts.cc and one more member here.
struct TreeFacts {
  /// Regular files that everybody may write, directories that everybody may write without the
  /// sticky bit. 1000 are kept.
  TreeFindings world_writable;
  /// Objects, links too, whose uid or gid the root's own passwd(5) or group(5) does not have; not
  /// those of systemd's dynamic users where those live (/var/lib/private and its like). 1000 kept;
  /// an Error where the two files cannot be read.
  Expected<TreeFindings> unowned;
  /// Regular files with the set-user-ID or set-group-ID bit. 10,000 are kept.
  TreeFindings set_id;

  uint64_t objects = 0, directories = 0;
  std::vector<std::string> not_entered;  ///< mounts that were not entered, the first 100
};

/// The facts of the host's tree, found once and remembered until Host::Forget(). Live: all local
/// file systems of the mount table (local_mounts.h). Static: the root's file system and disks that
/// are mounted inside of it, without /run, which is empty at boot. The stores of container runtimes
/// are not entered: what they hold is of other roots.
const Expected<TreeFacts>& TreeFactsOf(Host& host);

}  // namespace assay
