// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/drop_ins.h"

#include <algorithm>
#include <map>

namespace assay {

Expected<std::vector<std::string>> DropIns(Host& host, const std::vector<std::string>& directories,
                                           const std::vector<std::string_view>& suffixes) {
  auto counts = [&](const std::string& name) {
    return std::ranges::any_of(suffixes, [&](std::string_view one) { return name.ends_with(one); });
  };
  std::map<std::string, std::string> path_by_name;
  for (const std::string& directory : directories) {
    Expected<std::vector<std::string>> names = host.List(directory);
    if (!names && names.error().code == ErrorCode::kNotFound) continue;
    if (!names) return std::unexpected(names.error());
    for (const std::string& name : *names)
      if (counts(name)) path_by_name.try_emplace(name, directory + "/" + name);
  }
  std::vector<std::string> paths;
  for (const auto& [name, path] : path_by_name) {
    Expected<std::string> target = host.ReadLink(path);
    if (!target || *target != "/dev/null") paths.push_back(path);
  }
  return paths;
}

Expected<std::vector<std::string>> DropIns(Host& host, const std::vector<std::string>& directories,
                                           std::string_view suffix) {
  return DropIns(host, directories, std::vector<std::string_view>{suffix});
}

std::vector<std::string> WithoutHidden(std::vector<std::string> paths) {
  std::erase_if(paths, [](const std::string& path) { return path[path.rfind('/') + 1] == '.'; });
  return paths;
}

}  // namespace assay
