// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/rpm_header.h"

#include <algorithm>
#include <string>

#include "checks/formats/big_endian.h"

namespace assay {

namespace {

constexpr size_t kEntry = 16;
constexpr uint32_t kMostEntries = 0xffff, kMostBytes = 256 << 20;  // rpm's own limits
constexpr uint32_t kInt32 = 4, kString = 6;
constexpr uint32_t kTags[] = {1000, 1001, 1002, 1003, 1022};
enum { kName, kVersion, kRelease, kEpoch, kArchitecture };

std::unexpected<Error> Broken(const std::string& what) {
  return Fail(ErrorCode::kInvalid, "a header of rpm's database is damaged: " + what);
}

struct Found {
  bool there = false;
  std::string value;
};

// False: the value lies behind `data`, of which there is more.
Expected<bool> Take(std::string_view entry, std::string_view data, uint64_t whole, Found& found) {
  bool number = BigEndian32(entry, 0) == kTags[kEpoch];
  std::string tag = "tag " + std::to_string(BigEndian32(entry, 0));
  if (found.there) return Broken(tag + " occurs twice");
  if (BigEndian32(entry, 4) != (number ? kInt32 : kString) || BigEndian32(entry, 12) != 1)
    return Broken(tag + " has the wrong type");
  uint64_t offset = BigEndian32(entry, 8);
  if (offset >= whole || (number && whole - offset < 4)) return Broken(tag + " is behind the end");
  if (number && offset + 4 > data.size()) return false;
  size_t end = number ? offset : data.find('\0', std::min<size_t>(offset, data.size()));
  if (end == std::string_view::npos && data.size() < whole) return false;
  if (end == std::string_view::npos) return Broken(tag + " has no end");
  found.value = number ? std::to_string(BigEndian32(data, offset))
                       : std::string(data.substr(offset, end - offset));
  found.there = true;
  return true;
}

Expected<PackageObject> PackageOf(const Found (&found)[std::size(kTags)]) {
  for (int needed : {kName, kVersion, kRelease})
    if (found[needed].value.empty()) return Broken("it lacks tag " + std::to_string(kTags[needed]));
  PackageObject package;
  package.set_name(found[kName].value);
  package.set_architecture(found[kArchitecture].value);
  package.set_version((found[kEpoch].there ? found[kEpoch].value + ":" : "") +
                      found[kVersion].value + "-" + found[kRelease].value);
  package.set_status(std::string(kRpmStatus));
  return package;
}

}  // namespace

Expected<std::optional<PackageObject>> ParseRpmHeader(std::string_view start, uint64_t whole) {
  if (start.size() > whole) return Broken("it is longer than it says");
  if (start.size() < 8 && start.size() < whole) return std::nullopt;
  uint64_t entries = BigEndian32(start, 0), bytes = BigEndian32(start, 4);
  if (entries == 0 || entries > kMostEntries || bytes > kMostBytes ||
      8 + entries * kEntry + bytes != whole)
    return Broken("its parts do not add up");
  size_t index = 8 + entries * kEntry;
  if (start.size() < index) return std::nullopt;
  Found found[std::size(kTags)];
  for (size_t at = 8; at < index; at += kEntry) {
    std::string_view entry = start.substr(at, kEntry);
    const uint32_t* tag = std::ranges::find(kTags, BigEndian32(entry, 0));
    if (tag == std::end(kTags)) continue;
    if (!TRY(Take(entry, start.substr(index), bytes, found[tag - kTags]))) return std::nullopt;
  }
  return TRY(PackageOf(found));
}

}  // namespace assay
