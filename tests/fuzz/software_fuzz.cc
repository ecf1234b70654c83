// SPDX-License-Identifier: Apache-2.0
// Versions of packages, presets and [Install] sections, socket tables, process states.
#include <algorithm>

#include "checks/formats/debian_version.h"
#include "checks/formats/process_table.h"
#include "checks/formats/socket_table.h"
#include "checks/formats/unit_presets.h"
#include "tests/fuzz/hold.h"

namespace {

using assay::Hold;

void Versions(std::string_view text) {
  std::string_view left = text.substr(0, text.find('\n'));
  std::string_view right = text.substr(std::min(text.size(), left.size() + 1));
  auto a = assay::ParseDebianVersion(left), b = assay::ParseDebianVersion(right);
  if (a) Hold(Compare(*a, *a) == 0 && !a->upstream.empty());
  if (a && b) Hold((Compare(*a, *b) < 0) == (Compare(*b, *a) > 0));
}

void Units(std::string_view text, int lines) {
  for (const assay::PresetLine& preset : assay::ParsePresetFile(text))
    Hold(preset.line >= 1 && preset.line <= lines && !preset.pattern.empty());
  (void)assay::HasInstall(text);
  std::string from_template = assay::TemplateOf(text);
  Hold(from_template.empty() || from_template.contains("@."));
  if (assay::IsUnitName(text)) Hold(!text.contains('/'));
}

void Tables(std::string_view text) {
  for (const char* table : {"tcp", "udp6"})
    if (auto listeners = assay::ParseSocketTable(text, table))
      for (const assay::Listener& one : *listeners) Hold(!one.address.empty());
  (void)assay::ParseProcessStatus(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Versions(text);
  Units(text, int(std::ranges::count(text, '\n')) + 1);
  Tables(text);
  return 0;
}
