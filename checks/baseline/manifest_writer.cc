// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/file.h"
#include "base/printable.h"
#include "checks/baseline/manifest.h"

namespace assay {

namespace {

constexpr size_t kFlushAt = 256 << 10;

void AppendVarint(uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out += char(value | 0x80);
  out += char(value);
}

}  // namespace

Expected<ManifestWriter> ManifestWriter::Create(const std::string& path) {
  Fd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!fd) return FailErrno(errno, "making '" + Printable(path) + "'");
  return ManifestWriter(std::move(fd), path);
}

Expected<void> ManifestWriter::Add(const ManifestRecord& record) {
  AppendVarint(record.ByteSizeLong(), pending_);
  if (!record.AppendToString(&pending_))
    return Fail(ErrorCode::kInternal, "encoding a manifest record");
  return pending_.size() >= kFlushAt ? Flush() : Expected<void>();
}

Expected<void> ManifestWriter::Flush() {
  hash_.Update(pending_);
  size_ += pending_.size();
  TRY(WriteAll(fd_.get(), pending_, "'" + Printable(path_) + "'"));
  pending_.clear();
  return {};
}

Expected<ManifestWriter::Written> ManifestWriter::Finish() {
  TRY(Flush());
  if (fsync(fd_.get())) return FailErrno(errno, "syncing '" + Printable(path_) + "'");
  fd_.Reset();
  return Written{hash_.Final(), size_};
}

}  // namespace assay
