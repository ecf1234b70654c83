// SPDX-License-Identifier: Apache-2.0
#include "tests/checks/hostile_root.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

namespace assay {

namespace {

namespace fs = std::filesystem;

std::string AllBytes() {
  std::string bytes;
  for (int i = 0; i < 4096; i++) bytes.push_back(char(i * 7));
  return bytes;
}

// Words that programs know, with bytes around them that they do not.
std::string Noise() {
  std::string noise;
  for (int i = 0; i < 200; i++)
    noise += std::string("\xff\xfe\x1b[2J = ") + char(1 + i % 8) + "\x80:\xc0\xaf{\"'`$(<&>;\n";
  return noise;
}

void Place(const TempRoot& root, const std::string& path, Garbage garbage) {
  switch (garbage) {
    case Garbage::kBinary:
      return root.Write(path, AllBytes());
    case Garbage::kNoise:
    case Garbage::kFlatTree:
      return root.Write(path, Noise());
    case Garbage::kLongLine:
      return root.Write(path, std::string(1 << 20, 'x'));
    case Garbage::kDirectory:
      return root.MakeDirectory(path);
    case Garbage::kFifo:
      return root.Fifo(path);
    case Garbage::kDangling:
      return root.Symlink(path, "/nowhere/at/all");
    case Garbage::kLoop:
    case Garbage::kLoopedTree:
      return root.Symlink(path, fs::path(path).filename().string());
    case Garbage::kSparse:
      root.Write(path, "");
      if (truncate(root.Path(path).c_str(), off_t(1) << 40))
        throw std::runtime_error("truncate " + path);
  }
}

void Widen(const TempRoot& root, const std::string& path) {
  if (!fs::is_symlink(root.Path(path))) root.Chmod(path, 0777);
}

// Names that must not reach a terminal or a report as they are.
void PlaceNames(const TempRoot& root, const std::string& directory, Garbage garbage) {
  for (const char* name : {"/\x1b[31m\x01.conf", "/\xff\xfe\xc0\xaf.rules", "/a\nb.service",
                           "/<b>&\"'.sh", "/\xe2\x80\xae\xef\xbf\xbf.conf"}) {
    std::error_code ignored;
    if (fs::exists(fs::symlink_status(root.Path(directory + name), ignored))) continue;
    Place(root, directory + name, garbage);
    Widen(root, directory + name);
  }
}

bool IsAbove(const std::string& one, const std::set<std::string>& paths) {
  auto next = paths.lower_bound(one + "/");
  return next != paths.end() && next->starts_with(one + "/");
}

}  // namespace

std::string GarbageName(Garbage garbage) {
  constexpr const char* kNames[] = {"binary",   "noise", "long line", "directory", "fifo",
                                    "dangling", "loop",  "sparse",    "flat tree", "looped tree"};
  return kNames[size_t(garbage)];
}

void PlantGarbage(const TempRoot& root, const std::set<Input>& inputs, Garbage garbage) {
  const bool trees = garbage == Garbage::kFlatTree || garbage == Garbage::kLoopedTree;
  std::set<std::string> files, directories;
  for (const Input& input : inputs) {
    if (input.name == "/" || !input.name.starts_with('/')) continue;
    if (input.kind == Input::Kind::kFile || input.kind == Input::Kind::kMetadata)
      files.insert(input.name.substr(1));
    if (input.kind == Input::Kind::kDirectory) directories.insert(input.name.substr(1));
  }
  if (trees) {
    for (const std::string& path : directories)
      if (!IsAbove(path, directories)) Place(root, path, garbage), Widen(root, path);
    return;
  }
  for (const std::string& path : files) {
    if (directories.contains(path) || IsAbove(path, files) || IsAbove(path, directories)) continue;
    Place(root, path, garbage);
    Widen(root, path);
  }
  for (const std::string& path : directories) {
    root.MakeDirectory(path);
    PlaceNames(root, path, garbage);
    root.Chmod(path, 0777);
  }
}

}  // namespace assay
