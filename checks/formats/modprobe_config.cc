// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/modprobe_config.h"

#include <fnmatch.h>

#include <algorithm>

namespace assay {

namespace {

void Finish(ModprobeLine& line, std::vector<ModprobeLine>& lines) {
  std::string_view rest = line.text;
  bool comment = rest.starts_with('#');
  while (!comment && !rest.empty()) {
    size_t first = std::min(rest.find_first_not_of(" \t"), rest.size());
    rest.remove_prefix(first);
    std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
    if (!word.empty()) line.words.emplace_back(word);
    rest.remove_prefix(word.size());
  }
  if (!line.words.empty()) lines.push_back(line);
  line = {};
}

// Nothing may follow: `install m /bin/false || modprobe -i m` loads it.
bool RefusesInstall(const std::vector<std::string>& words) {
  if (words.size() < 3 || (words.size() > 3 && !words[3].starts_with('#'))) return false;
  const std::string& command = words[2];
  return command == "/bin/false" || command == "/bin/true" || command == "/usr/bin/false" ||
         command == "/usr/bin/true";
}

}  // namespace

std::string ModuleName(std::string_view name) {
  std::string normal(name);
  std::ranges::replace(normal, '-', '_');
  return normal;
}

std::vector<ModprobeLine> ParseModprobeFile(std::string_view text) {
  std::vector<ModprobeLine> lines;
  ModprobeLine line;
  int number = 1;
  for (size_t i = 0; i < text.size(); i++) {
    if (line.line == 0) line.line = number;
    bool escape = text[i] == '\\' && i + 1 < text.size();
    if (escape) i++;
    if (text[i] == '\n') number++;
    if (text[i] == '\n' && !escape)
      Finish(line, lines);
    else if (text[i] != '\n')
      line.text += text[i];
  }
  Finish(line, lines);
  return lines;
}

bool AddRefusal(const ModprobeLine& line, const std::string& module, ModuleRefusal& refusal) {
  if (line.words.size() < 2) return false;
  std::string name = ModuleName(line.words[1]);
  if (line.words[0] == "blacklist" && name == module) return refusal.blacklist = true;
  // modprobe passes over an `install` without a command.
  if (line.words[0] != "install" || line.words.size() < 3 || refusal.command) return false;
  // The '-' of a range such as [a-c] must stay; nobody's refusal depends on it, so both are tried.
  if (fnmatch(name.c_str(), module.c_str(), 0) && fnmatch(line.words[1].c_str(), module.c_str(), 0))
    return false;
  refusal.command = true;
  return refusal.install = RefusesInstall(line.words);
}

}  // namespace assay
