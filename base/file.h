// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/fd.h"

namespace assay {

/// Files of our own (state, baselines, evidence, keys). The files of the machine that is judged
/// are reached through Host and through nothing else.

/// The whole of a regular file; kInvalid if it is not one or holds more than `limit` bytes.
Expected<std::string> ReadFile(const std::string& path, size_t limit);

/// Replaces `path` so that after a crash it holds the old or the new bytes, never a mixture:
/// a temporary file beside it, fsync, rename, fsync of the directory. `mode` as in open(2).
Expected<void> WriteFileAtomically(const std::string& path, std::string_view bytes, int mode);

/// Writes where a user said. A regular file, or none, is replaced as above (0644); a device, FIFO or
/// link is written through and stays what it is: whoever says /dev/null as root wants no file there.
Expected<void> WriteOutput(const std::string& path, std::string_view bytes);

/// All of `bytes`, retrying short writes and EINTR.
Expected<void> WriteAll(int fd, std::string_view bytes, std::string_view what);

/// A read-only map of a regular file of at most `limit` bytes. Move-only; empty files map to an
/// empty view. The bytes are untrusted: another process may change them at any time, so what must
/// be authentic is digested and read through the same map only if the file is root's alone.
class MappedFile {
 public:
  static Expected<MappedFile> Open(const std::string& path, size_t limit);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::string_view bytes() const { return {static_cast<const char*>(address_), size_}; }
  /// Tells the kernel that the pages are not needed for now (resident memory falls; they come
  /// back from the page cache when touched).
  void DropPages() const;

 private:
  MappedFile() = default;
  void* address_ = nullptr;
  size_t size_ = 0;
};

}  // namespace assay
