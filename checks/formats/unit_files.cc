// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/unit_files.h"

#include "checks/formats/init_scripts.h"
#include "checks/formats/unit_presets.h"

namespace assay {

namespace {

// The first entry that leads to something; systemd.unit(5): "an empty file ... or symlinked to
// /dev/null" masks.
Expected<void> LookAt(Host& host, const std::vector<UnitEntry>& entries, UnitFile& unit) {
  for (const UnitEntry& entry : entries) {
    if (unit.state != UnitFile::State::kAbsent) return {};
    // An empty file masks, so that its size counts.
    if (!entry.masks()) host.RecordLook(Input::Kind::kFile, entry.path);
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
  for (const UnitDependency& dependency : tree.dependencies())
    if (tree.OwnName(dependency.name) == unit.name) unit.starts.push_back(dependency.path);
  for (const std::string& name : tree.NamesOf(unit.name))
    for (const UnitEntry& entry : tree.Entries(name))
      if (name != unit.name && entry.configured && !entry.target.empty())
        unit.aliases.push_back(entry.path);
}

// The instances of a template that the boot starts; one may have a file of its own, or be masked.
Expected<void> AddInstances(Host& host, const UnitTree& tree, UnitFile& unit) {
  for (const UnitDependency& dependency : tree.dependencies()) {
    std::string own = tree.OwnName(dependency.name);
    if (own == unit.name || TemplateOf(own) != unit.name) continue;
    UnitFile instance = TRY(FindUnit(host, own));
    if (instance.state != UnitFile::State::kPresent) continue;
    if (unit.state == UnitFile::State::kAbsent) unit.path = instance.path;
    unit.state = UnitFile::State::kPresent;
    unit.starts.push_back(dependency.path);
  }
  return {};
}

}  // namespace

Expected<UnitFile> FindUnit(Host& host, std::string_view name) {
  const auto& tree = host.Once<Expected<UnitTree>>("unit tree", UnitTree::Read);
  if (!tree) return std::unexpected(tree.error());
  UnitFile unit;
  unit.name = tree->OwnName(name);
  TRY(LookAt(host, tree->Entries(unit.name), unit));
  TRY(LookAt(host, tree->Entries(TemplateOf(unit.name)), unit));
  if (unit.name.contains("@.")) TRY(AddInstances(host, *tree, unit));
  if (unit.state == UnitFile::State::kAbsent) TRY(LookAtScripts(host, unit));
  if (unit.state != UnitFile::State::kPresent) return unit;
  AddStarts(*tree, unit);
  if (unit.starts.empty()) TRY(LookAtPresets(host, unit));
  return unit;
}

}  // namespace assay
