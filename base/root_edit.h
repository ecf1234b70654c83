// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace assay {

/// Changes below a root that is being hardened: the counterpart of Host, for bake time only.
///
/// Every path is absolute inside the root and has no symbolic link in it (Host::RealPath); one that
/// has got a link meanwhile is refused (openat2 RESOLVE_IN_ROOT|NO_SYMLINKS), so that nobody who
/// owns a directory on the way can turn the change elsewhere. What is not given stays as it is.
struct Ownership {
  std::optional<uint32_t> mode, uid, gid;
  bool operator==(const Ownership&) const = default;
};

/// Replaces a regular file, or makes it: after a crash it holds the old or the new bytes. Owner,
/// mode and extended attributes of an old file are kept; a new one is root's, 0644. Directories on
/// the way are made (root, 0755).
Expected<void> ReplaceBelow(int root_fd, const std::string& path, std::string_view bytes,
                            const Ownership& ownership);

/// Owner, group, mode of what is there, in this order, since chown(2) clears set-id bits.
Expected<void> OwnBelow(int root_fd, const std::string& path, const Ownership& ownership);

/// A symbolic link to `target`; replaces another link, but nothing else (kInvalid).
Expected<void> LinkBelow(int root_fd, const std::string& path, const std::string& target);

/// Removes a symbolic link, and nothing else (kInvalid).
Expected<void> UnlinkBelow(int root_fd, const std::string& path);

}  // namespace assay
