// SPDX-License-Identifier: Apache-2.0
// What the predicates parse: sysctl.d, modprobe.d, mountinfo, fstab, mount units, key and value.
#include <algorithm>

#include "checks/formats/key_value.h"
#include "checks/formats/lines.h"
#include "checks/formats/modprobe_config.h"
#include "checks/formats/mount_table.h"
#include "checks/formats/sysctl_config.h"
#include "tests/fuzz/hold.h"

namespace {

using assay::Hold;

void Lines(std::string_view text, int lines) {
  for (const assay::SysctlAssignment& one : assay::ParseSysctlFile(text, "f"))
    Hold(one.line >= 1 && one.line <= lines && !(one.excluded && !one.value.empty()));
  for (std::string_view word : assay::WordsOf(text))
    Hold(!word.empty() && assay::Trim(word) == word);
  assay::ModuleRefusal refusal;
  for (const assay::ModprobeLine& line : assay::ParseModprobeFile(text)) {
    Hold(line.line >= 1 && line.line <= lines && !line.words.empty());
    if (line.text.size() < 256) (void)assay::AddRefusal(line, "a_b", refusal);
  }
  Hold(refusal.command || !refusal.install);
}

void Mounts(std::string_view text) {
  for (const char* point : {"/", "/tmp", "/var/tmp"}) {
    auto mount = assay::MountAt(text, point);
    Hold(!mount || !*mount || (*mount)->line > 0);
    if (auto entry = assay::FstabEntry(text, point)) Hold(!entry->options.contains("noauto"));
  }
  for (const std::string& option : assay::EffectiveOptions(text)) Hold(!option.empty());
  if (auto unit = assay::UnitOptions(text, "f")) Hold(unit->line > 0);
  (void)assay::NamesAMount(text);
  if (text.starts_with('/')) Hold(!assay::MountUnitName(text).contains('/'));
}

void Keys(std::string_view text, int lines) {
  assay::Text wanted;
  wanted.set_key("k");
  for (const char* style : {" ", "=", "=s"}) {
    wanted.set_separator(std::string(style, 1));
    wanted.set_section(style + 1);
    wanted.set_first_wins(false);
    auto last = assay::FindKey(wanted, text, "f");
    wanted.set_first_wins(true);
    auto first = assay::FindKey(wanted, text, "f");
    Hold(first.has_value() == last.has_value());
    if (first) Hold(1 <= first->line && first->line <= last->line && last->line <= lines);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  int lines = int(std::ranges::count(text, '\n')) + 1;
  Lines(text, lines);
  Mounts(text);
  Keys(text, lines);
  return 0;
}
