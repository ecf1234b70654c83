// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/error.h"
#include "base/fd.h"
#include "checks/baseline/baseline.pb.h"
#include "checks/baseline/scope.h"

namespace assay {

/// Writes a manifest record by record (the format is in checks/baseline.proto); the caller keeps
/// the order. Memory does not grow with the number of records.
class ManifestWriter {
 public:
  /// Makes or truncates `path`, mode 0644.
  static Expected<ManifestWriter> Create(const std::string& path);
  Expected<void> Add(const ManifestRecord& record);

  struct Written {
    Digest digest;
    uint64_t size;
  };
  /// Flushes and syncs. The writer is done after that.
  Expected<Written> Finish();

 private:
  ManifestWriter(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  Expected<void> Flush();

  Fd fd_;
  std::string path_, pending_;
  Sha256 hash_;
  uint64_t size_ = 0;
};

/// A manifest over bytes that somebody else keeps (a map of the file): four bytes of memory for
/// each record. Views and records come from those bytes.
class Manifest {
 public:
  /// Checks the whole form: lengths, order, types, digests, trailing bytes. kInvalid with the
  /// offset.
  static Expected<Manifest> Parse(std::string_view bytes);

  const ManifestHeader& header() const { return header_; }
  const Scope& scope() const { return scope_; }
  uint32_t file_count() const { return uint32_t(files_.size()); }
  uint32_t package_count() const { return uint32_t(packages_.size()); }
  uint32_t sysctl_count() const { return uint32_t(sysctls_.size()); }

  std::string_view FilePath(uint32_t index) const;
  /// Decodes a record into `record`, which may be used again and again.
  const FileObject& File(uint32_t index, ManifestRecord& record) const;
  const PackageObject& Package(uint32_t index, ManifestRecord& record) const;
  const SysctlObject& Sysctl(uint32_t index, ManifestRecord& record) const;

  std::optional<uint32_t> FindFile(std::string_view path) const;
  /// Index of the first file whose path does not sort before `path`.
  uint32_t LowerBound(std::string_view path) const;
  /// Index behind the last file that is `path` or below it, not before `from`.
  uint32_t SubtreeEnd(std::string_view path, uint32_t from) const;

 private:
  explicit Manifest(std::string_view bytes) : bytes_(bytes) {}
  std::string_view RecordAt(uint32_t offset) const;
  void Decode(uint32_t offset, ManifestRecord& record) const;
  Expected<void> Accept(const ManifestRecord& record, std::string_view encoded, uint32_t offset);

  std::string_view bytes_;
  ManifestHeader header_;
  Scope scope_;
  std::vector<uint32_t> files_, packages_, sysctls_;  // offsets of records' length prefixes
};

/// "name:architecture", the key of a package.
std::string PackageKey(const PackageObject& package);

}  // namespace assay
