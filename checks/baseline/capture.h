// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/digest.h"
#include "base/error.h"
#include "checks/baseline/baseline.pb.h"
#include "checks/baseline/finding.h"
#include "checks/baseline/tree_walk.h"

namespace assay {

/// Largest file that is hashed. A sparse file may seem larger than it is by 1 GiB at most: hashing
/// holes is how a small disk would keep the agent busy for an hour.
inline constexpr uint64_t kLargestFile = uint64_t(64) << 30;
bool IsTooLarge(const Metadata& metadata);

/// Takes down the state of one object after another, for the seal and for the comparison alike.
/// By class: golden everything; shape all but content and size; latched type, mode and owner only.
/// Extended attributes: of regular files and directories, in the namespaces system (POSIX ACLs),
/// security without evm (keyed per machine), and user; not trusted, which only some readers see.
class Capturer {
 public:
  Capturer();
  /// Fills `out`. Only regular files are opened for reading, and through the O_PATH fd, so that it
  /// is the inode that was looked at. kUnavailable if a file changed during each of three readings,
  /// kInvalid if it is too large, or the system's error.
  Expected<void> Capture(const TreeObject& object, FileObject& out);

 private:
  Expected<void> Content(const TreeObject& object, int fd, FileObject& out);
  Expected<void> Xattrs(const TreeObject& object, int fd, FileObject& out);
  Expected<bool> HashOnce(int fd, const Metadata& before, Digest& digest);

  Sha256 hash_;
  std::vector<uint8_t> buffer_;
  std::vector<char> names_, value_;
};

/// Every difference between what was sealed and what was found, in that order of importance: type
/// (then nothing else), content, link target, mode, owner, group, xattrs, file system.
void DiffObjects(const FileObject& sealed, const FileObject& found, std::vector<Finding>& findings);

/// "sha256:..." for what has a digest, "-> TARGET" for a link, else the name of the type.
std::string DescribeContent(const FileObject& object);

}  // namespace assay
