// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/unit_presets.h"

#include <algorithm>

#include "checks/formats/drop_ins.h"
#include "checks/formats/glob.h"
#include "checks/formats/lines.h"

namespace assay {

namespace {

constexpr const char* kInstallKeys[] = {"WantedBy", "RequiredBy", "UpheldBy", "Alias", "Also"};

struct Preset {
  std::string file;
  PresetLine line;
};

Expected<std::vector<Preset>> ReadPresets(Host& host) {
  std::vector<Preset> presets;
  const std::vector<std::string> directories = {
      "/etc/systemd/system-preset", "/usr/local/lib/systemd/system-preset",
      "/usr/lib/systemd/system-preset", "/lib/systemd/system-preset"};
  for (const std::string& file : TRY(DropIns(host, directories, ".preset"))) {
    std::string text = TRY(ReadText(host, file));
    for (PresetLine& line : ParsePresetFile(text)) presets.push_back({file, std::move(line)});
  }
  return presets;
}

Expected<bool> NextBootIsTheFirst(Host& host) {
  if (host.live()) return false;
  Expected<std::string> id = host.Read("/etc/machine-id", 4096);
  if (!id && id.error().code == ErrorCode::kNotFound) return true;
  if (!id) return std::unexpected(id.error());
  std::vector<std::string_view> lines = LinesOf(*id);
  return !lines.empty() && Trim(lines[0]) == "uninitialized";
}

}  // namespace

std::vector<PresetLine> ParsePresetFile(std::string_view text) {
  std::vector<PresetLine> presets;
  int number = 0;
  for (std::string_view line : LinesOf(text)) {
    number++;
    std::vector<std::string_view> words = WordsOf(line);
    if (words.size() < 2 || (words[0] != "enable" && words[0] != "disable")) continue;
    presets.push_back({words[0] == "enable", std::string(words[1]), number});
  }
  return presets;
}

bool HasInstall(std::string_view text) {
  bool inside = false;
  for (std::string_view line : LinesOf(text)) {
    line = Trim(line);
    if (line.starts_with('[')) inside = line == "[Install]";
    size_t equals = line.find('=');
    if (!inside || equals == std::string_view::npos || Trim(line.substr(equals + 1)).empty())
      continue;
    if (std::ranges::find(kInstallKeys, Trim(line.substr(0, equals))) != std::end(kInstallKeys))
      return true;
  }
  return false;
}

Expected<void> LookAtPresets(Host& host, UnitFile& unit) {
  // A template without an instance is nothing that could be started.
  if (unit.name.contains("@.") || !TRY(NextBootIsTheFirst(host))) return {};
  if (!HasInstall(TRY(host.Read(unit.path)))) return {};
  const auto& presets = host.Once<Expected<std::vector<Preset>>>("unit presets", ReadPresets);
  if (!presets) return std::unexpected(presets.error());
  for (const Preset& preset : *presets) {
    if (!GlobMatches(preset.line.pattern, unit.name)) continue;
    if (preset.line.enable)
      unit.starts.push_back(preset.file + ":" + std::to_string(preset.line.line) +
                            " at the first boot");
    return {};
  }
  unit.starts.push_back("no preset disables it at the first boot");
  return {};
}

}  // namespace assay
