// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/init_scripts.h"

namespace assay {

namespace {

constexpr std::string_view kService = ".service";
constexpr std::string_view kScripts = "/etc/init.d/";

// "S20rsync" starts rsync.
bool Starts(std::string_view link, std::string_view script) {
  return link.size() == script.size() + 3 && link.starts_with('S') && link.ends_with(script) &&
         link.substr(1, 2).find_first_not_of("0123456789") == std::string_view::npos;
}

Expected<void> AddLinks(Host& host, std::string_view script, UnitFile& unit) {
  for (char level : {'2', '3', '4', '5'}) {
    std::string directory = std::string("/etc/rc") + level + ".d";
    Expected<std::vector<std::string>> links = host.List(directory);
    if (!links && links.error().code == ErrorCode::kNotFound) continue;
    if (!links) return std::unexpected(links.error());
    for (const std::string& link : *links)
      if (Starts(link, script)) unit.starts.push_back(directory + "/" + link);
  }
  return {};
}

}  // namespace

Expected<void> LookAtScripts(Host& host, UnitFile& unit) {
  std::string_view name = unit.name;
  if (!name.ends_with(kService)) return {};
  name.remove_suffix(kService.size());
  for (const std::string& script : {std::string(name), std::string(name) + ".sh"}) {
    std::string path = std::string(kScripts) + script;
    Expected<Metadata> found = host.StatTarget(path);
    if (!found && found.error().code == ErrorCode::kNotFound) continue;
    if (!found) return std::unexpected(found.error());
    if (found->type != Metadata::Type::kRegular || !(found->mode & 0100)) continue;
    unit.state = UnitFile::State::kPresent;
    unit.path = path;
    return AddLinks(host, script, unit);
  }
  return {};
}

}  // namespace assay
