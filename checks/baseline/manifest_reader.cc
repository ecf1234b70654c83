// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "base/host.h"
#include "checks/baseline/manifest.h"

namespace assay {

namespace {

constexpr size_t kRecordLimit = 16 << 20;  // paths of 64 KiB and xattrs of 64 KiB each
constexpr uint8_t kFileTag = 2 << 3 | 2, kPathTag = 1 << 3 | 2;

// The varint at the front of `bytes`, which it removes; false if it is cut short or too long.
bool TakeVarint(std::string_view& bytes, uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 63 && !bytes.empty(); shift += 7) {
    uint8_t byte = uint8_t(bytes.front());
    bytes.remove_prefix(1);
    value |= uint64_t(byte & 0x7F) << shift;
    // A last byte of zero would be a second way to write the same number.
    if (byte < 0x80) return byte != 0 || shift == 0;
  }
  return false;
}

// The path of an encoded file record, without decoding it: the path is its first field, because
// fields are written in the order of their numbers. Empty if the record is not of that form.
std::string_view PathOf(std::string_view record) {
  uint64_t length;
  if (record.empty() || uint8_t(record.front()) != kFileTag) return {};
  record.remove_prefix(1);
  if (!TakeVarint(record, length) || length != record.size()) return {};
  if (record.empty() || uint8_t(record.front()) != kPathTag) return {};
  record.remove_prefix(1);
  if (!TakeVarint(record, length) || length > record.size()) return {};
  return record.substr(0, length);
}

Expected<void> Malformed(size_t offset, std::string what) {
  return Fail(ErrorCode::kInvalid,
              "the manifest is malformed at byte " + std::to_string(offset) + ": " + what,
              "seal the image again");
}

bool IsWellFormed(const FileObject& file) {
  bool regular = file.type() == uint32_t(Metadata::Type::kRegular);
  bool hashed = regular && file.class_() == CLASS_GOLDEN;
  if (!file.path().starts_with('/') || file.path().find('\0') != std::string::npos) return false;
  if (file.type() < 1 || file.type() > uint32_t(Metadata::Type::kBlock)) return false;
  if (file.class_() < CLASS_GOLDEN || file.class_() > CLASS_SHAPE) return false;
  return file.mode() <= 07777 && file.sha256().size() == (hashed ? 32 : 0);
}

bool PackageBefore(const PackageObject& a, const PackageObject& b) {
  return std::pair(a.name(), a.architecture()) < std::pair(b.name(), b.architecture());
}

}  // namespace

std::string PackageKey(const PackageObject& package) {
  return package.name() + ":" + package.architecture();
}

Expected<Manifest> Manifest::Parse(std::string_view bytes) {
  Manifest manifest(bytes);
  if (bytes.size() > std::numeric_limits<uint32_t>::max())
    return Fail(ErrorCode::kInvalid, "the manifest is larger than 4 GiB");
  ManifestRecord record;
  for (std::string_view rest = bytes; !rest.empty();) {
    uint32_t offset = uint32_t(bytes.size() - rest.size());
    uint64_t length;
    if (!TakeVarint(rest, length) || length > kRecordLimit || length > rest.size())
      return std::unexpected(Malformed(offset, "a record's length is wrong").error());
    std::string_view encoded = rest.substr(0, length);
    rest.remove_prefix(length);
    if (!record.ParseFromArray(encoded.data(), int(encoded.size())))
      return std::unexpected(Malformed(offset, "a record cannot be decoded").error());
    TRY(manifest.Accept(record, encoded, offset));
  }
  if (manifest.header_.format() != 1) return std::unexpected(Malformed(0, "no header").error());
  return manifest;
}

Expected<void> Manifest::Accept(const ManifestRecord& record, std::string_view encoded,
                                uint32_t offset) {
  int kinds = record.has_header() + record.has_file() + record.has_package() + record.has_sysctl();
  if (kinds != 1) return Malformed(offset, "a record must hold one thing");
  if (record.has_header() != (offset == 0)) return Malformed(offset, "the header must come first");
  ManifestRecord before;
  if (record.has_header()) {
    header_ = record.header();
    if (header_.format() != 1) return Malformed(offset, "a format this version does not know");
    Scope scope{{header_.trees().begin(), header_.trees().end()},
                {header_.exclude().begin(), header_.exclude().end()},
                {header_.rules().begin(), header_.rules().end()}};
    scope_ = TRY(NormalScope(std::move(scope)));
  } else if (record.has_file()) {
    bool sorted =
        packages_.empty() && sysctls_.empty() &&
        (files_.empty() || ComparePaths(FilePath(file_count() - 1), record.file().path()) < 0);
    if (!sorted) return Malformed(offset, "files are out of order");
    if (!IsWellFormed(record.file()) || PathOf(encoded) != record.file().path())
      return Malformed(offset, "a file's record is not well formed");
    files_.push_back(offset);
  } else if (record.has_package()) {
    bool sorted =
        sysctls_.empty() && (packages_.empty() ||
                             PackageBefore(Package(package_count() - 1, before), record.package()));
    if (!sorted) return Malformed(offset, "packages are out of order");
    packages_.push_back(offset);
  } else {
    bool sorted =
        sysctls_.empty() || Sysctl(sysctl_count() - 1, before).name() < record.sysctl().name();
    if (!sorted) return Malformed(offset, "sysctls are out of order");
    sysctls_.push_back(offset);
  }
  return {};
}

std::string_view Manifest::RecordAt(uint32_t offset) const {
  std::string_view rest = bytes_.substr(offset);
  uint64_t length = 0;
  bool whole = TakeVarint(rest, length);
  return whole ? rest.substr(0, length) : std::string_view();
}

void Manifest::Decode(uint32_t offset, ManifestRecord& record) const {
  std::string_view encoded = RecordAt(offset);
  // It was decoded once at Parse(); should the file change under us nevertheless, an empty record
  // matches nothing.
  if (!record.ParseFromArray(encoded.data(), int(encoded.size()))) record.Clear();
}

std::string_view Manifest::FilePath(uint32_t index) const {
  return PathOf(RecordAt(files_[index]));
}

const FileObject& Manifest::File(uint32_t index, ManifestRecord& record) const {
  Decode(files_[index], record);
  return record.file();
}

const PackageObject& Manifest::Package(uint32_t index, ManifestRecord& record) const {
  Decode(packages_[index], record);
  return record.package();
}

const SysctlObject& Manifest::Sysctl(uint32_t index, ManifestRecord& record) const {
  Decode(sysctls_[index], record);
  return record.sysctl();
}

uint32_t Manifest::LowerBound(std::string_view path) const {
  uint32_t low = 0, high = file_count();
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (ComparePaths(FilePath(middle), path) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

std::optional<uint32_t> Manifest::FindFile(std::string_view path) const {
  uint32_t index = LowerBound(path);
  if (index == file_count() || FilePath(index) != path) return std::nullopt;
  return index;
}

uint32_t Manifest::SubtreeEnd(std::string_view path, uint32_t from) const {
  // From its own place on, a subtree is one run of records.
  uint32_t low = from, high = file_count();
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (IsWithin(FilePath(middle), path))
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

}  // namespace assay
