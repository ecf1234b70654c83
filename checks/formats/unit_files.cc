// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/unit_files.h"

#include <algorithm>

#include "checks/formats/init_scripts.h"
#include "checks/formats/unit_presets.h"

namespace assay {

namespace {

// The first entry that leads to something; systemd.unit(5): "an empty file ... or symlinked to
// /dev/null" masks.
Expected<void> LookAt(Host& host, const std::vector<UnitEntry>& entries, UnitFile& unit) {
  for (const UnitEntry& entry : entries) {
    if (unit.state != UnitFile::State::kAbsent) return {};
    Expected<Metadata> found = entry.masks() ? Metadata() : host.StatTarget(entry.path);
    if (!found && found.error().code == ErrorCode::kNotFound) continue;
    if (!found) return std::unexpected(found.error());
    if (found->type != Metadata::Type::kRegular) continue;
    unit.path = entry.path;
    bool masked = entry.masks() || found->size == 0;
    unit.state = masked ? UnitFile::State::kMasked : UnitFile::State::kPresent;
  }
  return {};
}

void AddStarts(const UnitTree& tree, UnitFile& unit) {
  std::vector<std::string> names = tree.NamesOf(unit.name);
  auto is_it = [&](const std::string& name) {
    std::string from_template = TemplateOf(name);
    return std::ranges::find(names, name) != names.end() ||
           (!from_template.empty() && std::ranges::find(names, from_template) != names.end());
  };
  for (const UnitDependency& dependency : tree.dependencies())
    if (is_it(dependency.name)) unit.starts.push_back(dependency.path);
  for (const std::string& name : names)
    for (const UnitEntry& entry : tree.Entries(name))
      if (name != unit.name && entry.configured && !entry.target.empty())
        unit.aliases.push_back(entry.path);
}

}  // namespace

Expected<UnitFile> FindUnit(Host& host, std::string_view name) {
  const auto& tree = host.Once<Expected<UnitTree>>("unit tree", UnitTree::Read);
  if (!tree) return std::unexpected(tree.error());
  UnitFile unit;
  unit.name = tree->OwnName(name);
  TRY(LookAt(host, tree->Entries(unit.name), unit));
  TRY(LookAt(host, tree->Entries(TemplateOf(unit.name)), unit));
  if (unit.state == UnitFile::State::kAbsent) TRY(LookAtScripts(host, unit));
  if (unit.state != UnitFile::State::kPresent) return unit;
  AddStarts(*tree, unit);
  if (unit.starts.empty()) TRY(LookAtPresets(host, unit));
  return unit;
}

}  // namespace assay
