// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace assay {

/// What a walk knows of one object without asking more (statx(2), links not followed).
struct WalkedInode {
  uint32_t mode = 0;  ///< type (S_IFMT) and the low 12 bits
  uint32_t uid = 0, gid = 0;
  uint64_t inode = 0, mount_id = 0;
};

/// Follows a walk. Both calls run inside of it, for each object: no system call, and memory only
/// for what is found.
class InodeVisitor {
 public:
  virtual ~InodeVisitor() = default;
  /// Whether See() is to be called; paths are made only then.
  virtual bool Wants(const WalkedInode& inode) = 0;
  /// `path` is absolute inside the root and valid during the call only.
  virtual void See(const WalkedInode& inode, std::string_view path) = 0;
};

/// The root of another mount that a walk came to.
struct MountRoot {
  std::string_view path;
  uint64_t mount_id = 0;
  int parent_fd = -1;
  const char* name = nullptr;
  /// statfs(2) f_type; asks the file system, which on a network may take long. 0 if it refuses.
  uint64_t Filesystem() const;
};

/// Says which mounts a walk enters.
class WalkBorder {
 public:
  virtual ~WalkBorder() = default;
  virtual bool Enters(const MountRoot& root) = 0;
  /// Whether a place that cannot even be looked at is a mount that would not be entered: FUSE
  /// refuses root.
  virtual bool IsForeign(std::string_view path) = 0;
};

struct InodeWalk {
  std::vector<InodeVisitor*> visitors;
  WalkBorder* border = nullptr;
  std::vector<std::string> closed;  ///< directories that are seen but not entered, where they exist
};

struct WalkTotal {
  uint64_t objects = 0, directories = 0;
  std::vector<std::string> not_entered;  ///< mounts, the first 100
};

/// Host::Walk() on an open root: one pass over all objects below it, itself included, in no order,
/// each once per name. Stays on the mounts that the border enters. Iterative, by directory fds
/// (never by path), at most 64 open; memory for the names of directories still to be entered.
/// What vanishes meanwhile is passed over; a directory that cannot be read, 10,000 levels or
/// 256 MiB of names end the walk with an Error that names it. kUnsupported before Linux 5.8.
Expected<WalkTotal> WalkInodes(int root_fd, const InodeWalk& walk);

}  // namespace assay
