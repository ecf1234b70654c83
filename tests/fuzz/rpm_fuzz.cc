// SPDX-License-Identifier: Apache-2.0
// rpm's database and its write-ahead log (four bytes say where the log begins), a header, versions.
#include <algorithm>

#include "checks/formats/big_endian.h"
#include "checks/formats/rpm_database.h"
#include "checks/formats/rpm_header.h"
#include "checks/formats/rpm_version.h"
#include "tests/fuzz/hold.h"

namespace {

using assay::Hold;

void Database(std::string_view text) {
  size_t begins = std::min<size_t>(assay::BigEndian32(text, 0), text.size());
  auto part = [](std::string_view all) {
    return [all](uint64_t offset, size_t size) -> assay::Expected<std::string> {
      if (offset >= all.size()) return std::string();
      return std::string(all.substr(offset, size));
    };
  };
  std::string_view file = text.substr(0, begins);
  file.remove_prefix(std::min<size_t>(4, begins));
  auto packages = assay::ParseRpmDatabase(part(file), part(text.substr(begins)));
  if (!packages) return;
  for (const assay::PackageObject& one : *packages)
    Hold(!one.name().empty() && one.version().contains('-'));
}

void Versions(std::string_view text) {
  std::string_view left = text.substr(0, text.find('\n'));
  std::string_view right = text.substr(std::min(text.size(), left.size() + 1));
  auto a = assay::ParseRpmVersion(left), b = assay::ParseRpmVersion(right);
  if (a) Hold(Compare(*a, *a) == 0);
  if (a && b) Hold((Compare(*a, *b) < 0) == (Compare(*b, *a) > 0));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Database(text);
  Versions(text);
  for (size_t part : {size, size / 2})
    if (auto package = assay::ParseRpmHeader(text.substr(0, part), size); package && *package)
      Hold(!(*package)->name().empty());
  return 0;
}
