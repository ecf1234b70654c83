// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/drop_ins.h"

#include <map>

namespace assay {

Expected<std::vector<std::string>> DropIns(Host& host, const std::vector<std::string>& directories,
                                           std::string_view suffix) {
  std::map<std::string, std::string> path_by_name;
  for (const std::string& directory : directories) {
    Expected<std::vector<std::string>> names = host.List(directory);
    if (!names && names.error().code == ErrorCode::kNotFound) continue;
    if (!names) return std::unexpected(names.error());
    for (const std::string& name : *names)
      if (name.ends_with(suffix)) path_by_name.try_emplace(name, directory + "/" + name);
  }
  std::vector<std::string> paths;
  for (const auto& [name, path] : path_by_name) {
    Expected<std::string> target = host.ReadLink(path);
    if (!target || *target != "/dev/null") paths.push_back(path);
  }
  return paths;
}

}  // namespace assay
