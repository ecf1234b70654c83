// SPDX-License-Identifier: Apache-2.0
// auditctl's and augenrules' language: merging, splitting, reading.
#include <cstdint>

#include "checks/formats/audit_rules.h"
#include "checks/formats/syscall_names.h"
#include "tests/fuzz/hold.h"

namespace {

using assay::Hold;

const assay::AuditWorld kWorld = {
    assay::kArchX86_64,
    [](std::string_view name) { return name == "root" ? std::optional(0u) : std::nullopt; },
    [](std::string_view) { return std::nullopt; },
    [](std::string_view path) { return path.ends_with(".d"); }};

void Read(const std::vector<assay::AuditLine>& lines) {
  auto set = assay::ReadAuditRules(lines, kWorld);
  if (!set) return;
  Hold(set->rules.size() + set->skipped.size() <= lines.size());
  for (const assay::AuditRule& rule : set->rules) {
    assay::AuditRule again = rule;
    assay::Normalize(again);
    Hold(again.Means(rule) && rule.line > 0 && !assay::Describe(rule).empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  Read(assay::LinesOfAuditRules("f", text));
  size_t half = size / 2;
  auto merged = assay::MergeAuditRules({{"a", text.substr(0, half)}, {"b", text.substr(half)}});
  for (const assay::AuditLine& line : merged) Hold(line.line > 0 && !line.text.empty());
  Read(merged);
  std::string a = text.substr(0, half), b = text.substr(half);
  Hold(!(assay::VersionLess(a, b) && assay::VersionLess(b, a)) && !assay::VersionLess(a, a));
  return 0;
}
