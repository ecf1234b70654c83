// SPDX-License-Identifier: Apache-2.0
#include "tests/checks/planted_root.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace assay {

namespace {

using Words = std::vector<std::string>;

void Own(const TempRoot& root, const std::string& path, const std::string& word) {
  size_t colon = word.find(':');
  if (colon == std::string::npos) return root.Chmod(path, std::stoul(word, nullptr, 8));
  if (lchown(root.Path(path).c_str(), std::stoul(word), std::stoul(word.substr(colon + 1))))
    throw std::runtime_error("chown " + path);
}

void Install(const TempRoot& root, const Words& packages) {
  root.MakeDirectory("var/lib/dpkg");
  for (const std::string& package : packages)
    root.Append("var/lib/dpkg/status",
                "Package: " + package + "\nStatus: install ok installed\nVersion: 99\n\n");
}

void Enable(const TempRoot& root, const Words& units) {
  for (const std::string& unit : units) {
    root.Write("usr/lib/systemd/system/" + unit, "[Install]\nWantedBy=multi-user.target\n");
    root.Symlink("etc/systemd/system/multi-user.target.wants/" + unit,
                 "/usr/lib/systemd/system/" + unit);
  }
}

// What has a name of its own, and then perhaps a mode and an owner.
void MakeObject(const TempRoot& root, const Words& words, const std::string& content) {
  const std::string& path = words[0];
  const std::string how = words.size() > 1 ? words[1] : "";
  if (how == "->") return root.Symlink(path, words.at(2));
  if (how == "-") return root.Remove(path);
  if (how == "+") return root.Append(path, content);
  Words owning(words.begin() + 1, words.end());
  if (path.ends_with('/')) {
    root.MakeDirectory(path);
  } else if (owning.size() >= 2 && owning[owning.size() - 2] == "<") {
    root.Write(path, TestFile(owning.back()));
    owning.resize(owning.size() - 2);
  } else {
    root.Write(path, content);
  }
  // A change of the owner takes the set-id bits away.
  for (const std::string& word : Words(owning.rbegin(), owning.rend())) Own(root, path, word);
}

void Make(const TempRoot& root, const std::string& line, std::string content) {
  std::istringstream stream(line);
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  if (words.empty()) throw std::runtime_error("a line '===' names nothing");
  while (content.ends_with("\n\n") || content == "\n") content.pop_back();
  Words rest(words.begin() + 1, words.end());
  if (words[0] == "#") return;
  if (words[0] == "packages") return Install(root, rest);
  if (words[0] == "enabled") return Enable(root, rest);
  MakeObject(root, words, content);
}

}  // namespace

std::string TestFile(const std::string& name) {
  std::ifstream file(ASSAY_SOURCE_DIR "/tests/checks/data/" + name, std::ios::binary);
  if (!file) throw std::runtime_error("no file tests/checks/data/" + name);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

void Plant(const TempRoot& root, const std::string& name) {
  PlantText(root, TestFile("roots/" + name + ".tree"));
}

void PlantText(const TempRoot& root, const std::string& text) {
  const mode_t before = umask(022);
  std::istringstream tree(text);
  std::string entry, content;
  for (std::string line; std::getline(tree, line);) {
    if (!line.starts_with("=== ")) {
      content += line + "\n";
      continue;
    }
    if (!entry.empty()) Make(root, entry, content);
    entry = line.substr(4);
    content.clear();
  }
  if (!entry.empty()) Make(root, entry, content);
  umask(before);
}

}  // namespace assay
