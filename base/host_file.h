// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/error.h"
#include "base/fd.h"
#include "base/host.h"

namespace assay {

/// Bytes of a file by their place: `size` of them, fewer only where the file ends. What reads a
/// large file in small parts takes one of these, so that a test or a fuzzer can give it bytes.
using BytesAt = std::function<Expected<std::string>(uint64_t offset, size_t size)>;

/// A regular file of a Host, open for reading by place (pread(2)): for databases that are too large
/// to be held in memory. Host::OpenFile() makes it.
class HostFile {
 public:
  explicit HostFile(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  /// At most `size` bytes from `offset` on; fewer only at the end of the file.
  Expected<std::string> ReadAt(uint64_t offset, size_t size) const;
  /// Of the very inode that is open.
  Expected<Metadata> Stat() const { return StatFd(fd_.get()); }
  /// ReadAt of this file, which must live as long.
  BytesAt Bytes() const {
    return [this](uint64_t offset, size_t size) { return ReadAt(offset, size); };
  }

 private:
  Fd fd_;
  std::string path_;
};

}  // namespace assay
