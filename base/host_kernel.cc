// SPDX-License-Identifier: Apache-2.0
// What the kernel says of itself in /proc and /sys: read as files, recorded as kLive.
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <cerrno>

#include "base/host.h"

namespace assay {

namespace {

std::unexpected<Error> NotRunning(std::string_view path) {
  return Fail(ErrorCode::kUnsupported,
              "reading '" + std::string(path) + "': the root is an image that is not running");
}

// A link that only the kernel can follow (security/apparmor/apparmorfs.c, policy_get_link), and
// that openat2 was therefore told not to.
constexpr std::string_view kPolicy = "/sys/kernel/security/apparmor/policy";

bool IsBehindPolicy(std::string_view path, const Error& error) {
  return error.code == ErrorCode::kInvalid && path.starts_with(kPolicy);
}

}  // namespace

Expected<Host> Host::PolicyOfAppArmor() {
  Fd policy(openat(root_.get(), kPolicy.data() + 1, O_PATH | O_DIRECTORY | O_CLOEXEC));
  struct statfs where{};
  if (!policy || fstatfs(policy.get(), &where))
    return FailErrno(errno, "opening '" + std::string(kPolicy) + "'");
  if (where.f_type != AAFS_MAGIC)
    return Fail(ErrorCode::kInvalid, "'" + std::string(kPolicy) + "' is not AppArmor's");
  return Host(std::move(policy), live_);
}

Expected<std::string> Host::ReadKernel(std::string_view path, std::string_view what, size_t limit) {
  std::set<Input> before = TakeInputs();
  Expected<std::string> bytes = live_ ? Read(path, limit) : NotRunning(path);
  if (!bytes && IsBehindPolicy(path, bytes.error())) {
    Expected<Host> policy = PolicyOfAppArmor();
    if (policy) bytes = policy->Read(path.substr(kPolicy.size()), limit);
  }
  inputs_ = std::move(before);
  Record(Input::Kind::kLive, what);
  return bytes;
}

Expected<std::vector<std::string>> Host::ListKernel(std::string_view path, std::string_view what) {
  constexpr size_t kMostPids = 1 << 22;  // proc_sys_kernel(5), pid_max
  std::set<Input> before = TakeInputs();
  Expected<std::vector<std::string>> names = live_ ? List(path, kMostPids) : NotRunning(path);
  if (!names && IsBehindPolicy(path, names.error())) {
    Expected<Host> policy = PolicyOfAppArmor();
    if (policy) names = policy->List(path.substr(kPolicy.size()), kMostPids);
  }
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
