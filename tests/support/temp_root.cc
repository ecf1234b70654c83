// SPDX-License-Identifier: Apache-2.0
#include "tests/support/temp_root.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace assay {

namespace fs = std::filesystem;

TempRoot::TempRoot(std::initializer_list<std::pair<std::string_view, std::string_view>> files) {
  std::string name = (fs::temp_directory_path() / "assay-test-XXXXXX").string();
  if (!mkdtemp(name.data())) throw std::runtime_error("mkdtemp failed");
  path_ = name;
  fs::permissions(path_, fs::perms(0755));
  for (const auto& [inside, bytes] : files) Write(inside, bytes);
}

TempRoot::~TempRoot() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string TempRoot::Path(std::string_view inside) const {
  while (inside.starts_with('/')) inside.remove_prefix(1);
  return path_ + "/" + std::string(inside);
}

void TempRoot::Write(std::string_view inside, std::string_view bytes) const {
  fs::create_directories(fs::path(Path(inside)).parent_path());
  std::ofstream out(Path(inside), std::ios::binary | std::ios::trunc);
  out << bytes;
  out.close();
  if (!out) throw std::runtime_error("cannot write " + Path(inside));
}

void TempRoot::Append(std::string_view inside, std::string_view bytes) const {
  std::ofstream out(Path(inside), std::ios::binary | std::ios::app);
  out << bytes;
  out.close();
  if (!out) throw std::runtime_error("cannot append to " + Path(inside));
}

void TempRoot::MakeDirectory(std::string_view inside) const {
  fs::create_directories(Path(inside));
}

void TempRoot::Symlink(std::string_view inside, std::string_view target) const {
  fs::create_directories(fs::path(Path(inside)).parent_path());
  fs::create_symlink(target, Path(inside));
}

void TempRoot::Fifo(std::string_view inside) const {
  fs::create_directories(fs::path(Path(inside)).parent_path());
  if (mkfifo(Path(inside).c_str(), 0644)) throw std::runtime_error("mkfifo " + Path(inside));
}

void TempRoot::Chmod(std::string_view inside, unsigned mode) const {
  if (chmod(Path(inside).c_str(), mode)) throw std::runtime_error("chmod " + Path(inside));
}

void TempRoot::Remove(std::string_view inside) const { fs::remove_all(Path(inside)); }

std::string TempRoot::ReadBack(std::string_view inside) const {
  std::ifstream in(Path(inside), std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + Path(inside));
  return std::string(std::istreambuf_iterator<char>(in), {});
}

Host TempRoot::OpenHost() const {
  Expected<Host> host = Host::Open(path_, false);
  if (!host) throw std::runtime_error(host.error().ToString());
  return std::move(*host);
}

}  // namespace assay
