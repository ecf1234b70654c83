// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/host.h"
#include "checks/baseline/scope.h"

namespace assay {

/// One object that the walk met. Views are valid during the visit only.
struct TreeObject {
  std::string_view path;  ///< absolute inside the root
  ObjectClass object_class = CLASS_GOLDEN;
  Metadata metadata;
  int fd = -1;              ///< a directory: open for reading; anything else: O_PATH
  bool boundary = false;    ///< a directory on a file system that is not entered
  uint64_t filesystem = 0;  ///< its statfs(2) f_type
};

/// Follows a walk. An error ends the walk and is returned by it.
class TreeVisitor {
 public:
  virtual ~TreeVisitor() = default;
  enum class Next { kDescend, kPass };
  /// In the order of ComparePaths(). Ignored objects are not shown. A directory that is no boundary
  /// is entered on kDescend.
  virtual Expected<Next> Visit(const TreeObject& object) = 0;
  /// What is at `path`, or the rest of the directory at `path`, could not be read.
  virtual Expected<void> Unreadable(std::string_view path, const Error& error) = 0;
};

/// Walks `scope.trees` below `root_fd` without following symbolic links and without leaving it
/// (openat2 RESOLVE_BENEATH|NO_SYMLINKS|NO_MAGICLINKS). Iterative; needs memory for the names of
/// the directories on the way down only, and at most 64 open directories at any depth. File systems
/// that are not local disks (network, FUSE, /proc and its like) are shown as a boundary and not
/// entered; other local file systems mounted inside a tree are. Trees that do not exist are passed
/// over.
///
/// Bounds: 2,000,000 names in a directory, paths of 64 KiB; what exceeds them is Unreadable().
Expected<void> WalkTrees(int root_fd, const Scope& scope, TreeVisitor& visitor);

/// Opens the object at the absolute `path` below `root_fd` under the same rules: a directory for
/// reading, anything else with O_PATH. Paths longer than PATH_MAX are opened piece by piece.
Expected<Fd> OpenObject(int root_fd, std::string_view path);

/// The object behind an fd of OpenObject(), as the walk would show it.
Expected<TreeObject> DescribeObject(int fd, std::string_view path, ObjectClass object_class);

/// What stops a walk at a mount: true for file systems on local disks and in memory.
bool IsLocalFilesystem(uint64_t f_type);

}  // namespace assay
