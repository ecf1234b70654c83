// SPDX-License-Identifier: Apache-2.0
#include "base/host_file.h"

#include <unistd.h>

#include <cerrno>

#include "base/printable.h"

namespace assay {

Expected<std::string> HostFile::ReadAt(uint64_t offset, size_t size) const {
  std::string bytes(size, '\0');
  size_t filled = 0;
  while (filled < size) {
    ssize_t n = pread(fd_.get(), bytes.data() + filled, size - filled, off_t(offset + filled));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FailErrno(errno, "reading '" + Printable(path_) + "'");
    if (n == 0) break;
    filled += size_t(n);
  }
  bytes.resize(filled);
  return bytes;
}

Expected<HostFile> Host::OpenFile(std::string_view path) {
  Fd fd = TRY(OpenRegular(path));
  return HostFile(std::move(fd), std::string(path));
}

}  // namespace assay
