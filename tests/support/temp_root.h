// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/host.h"

namespace assay {

/// A directory tree in a temporary place, removed at the end. A test shows its world in six lines:
///   TempRoot root{{"etc/hostname", "node\n"}, {"etc/sysctl.d/10.conf", "a.b = 1\n"}};
///   Host host = root.OpenHost();
class TempRoot {
 public:
  TempRoot() : TempRoot(std::initializer_list<std::pair<std::string_view, std::string_view>>{}) {}
  TempRoot(std::initializer_list<std::pair<std::string_view, std::string_view>> files);
  ~TempRoot();
  TempRoot(const TempRoot&) = delete;
  TempRoot& operator=(const TempRoot&) = delete;

  const std::string& path() const { return path_; }
  /// Absolute path outside of `inside` ("etc/hostname" or "/etc/hostname").
  std::string Path(std::string_view inside) const;

  /// Makes or replaces a file, with its parents; mode 0644.
  void Write(std::string_view inside, std::string_view bytes) const;
  void Append(std::string_view inside, std::string_view bytes) const;
  void MakeDirectory(std::string_view inside) const;
  void Symlink(std::string_view inside, std::string_view target) const;
  void Fifo(std::string_view inside) const;
  void Chmod(std::string_view inside, unsigned mode) const;
  void Remove(std::string_view inside) const;
  std::string ReadBack(std::string_view inside) const;

  /// A static Host (not live) on this tree.
  Host OpenHost() const;

 private:
  std::string path_;
};

}  // namespace assay
