// SPDX-License-Identifier: Apache-2.0
// What the kernel says of itself in /proc and /sys: read as files, recorded as kLive.
#include <unistd.h>

#include <cerrno>

#include "base/host.h"

namespace assay {

namespace {

std::unexpected<Error> NotRunning(std::string_view path) {
  return Fail(ErrorCode::kUnsupported,
              "reading '" + std::string(path) + "': the root is an image that is not running");
}

}  // namespace

Expected<std::string> Host::ReadKernel(std::string_view path, std::string_view what, size_t limit) {
  std::set<Input> before = TakeInputs();
  Expected<std::string> bytes = live_ ? Read(path, limit) : NotRunning(path);
  inputs_ = std::move(before);
  Record(Input::Kind::kLive, what);
  return bytes;
}

Expected<std::vector<std::string>> Host::ListKernel(std::string_view path, std::string_view what) {
  constexpr size_t kMostPids = 1 << 22;  // proc_sys_kernel(5), pid_max
  std::set<Input> before = TakeInputs();
  Expected<std::vector<std::string>> names = live_ ? List(path, kMostPids) : NotRunning(path);
  inputs_ = std::move(before);
  Record(Input::Kind::kLive, what);
  return names;
}

Expected<std::string> Host::KernelLink(std::string_view path, std::string_view what) {
  std::set<Input> before = TakeInputs();
  Expected<std::string> target = live_ ? ReadLink(path) : NotRunning(path);
  inputs_ = std::move(before);
  Record(Input::Kind::kLive, what);
  return target;
}

Expected<std::string> Host::ReadStart(std::string_view path, size_t size) {
  Fd fd = TRY(OpenRegular(path));
  std::string bytes(size, '\0');
  size_t filled = 0;
  while (filled < size) {
    ssize_t n = read(fd.get(), bytes.data() + filled, size - filled);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FailErrno(errno, "reading '" + std::string(path) + "'");
    if (n == 0) break;
    filled += size_t(n);
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace assay
