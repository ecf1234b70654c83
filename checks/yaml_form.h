// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <yaml-cpp/yaml.h>

#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// A mistake in a rule file: what() is "FILE:LINE: what was expected". Thrown while one file is
/// read and turned into an Error at the loader's edge, as yaml-cpp's own exceptions are.
class FormMistake : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Strict access to one YAML node of `file`. Every method throws FormMistake with file and line.
class Form {
 public:
  Form(std::string file, YAML::Node node) : file_(std::move(file)), node_(std::move(node)) {}

  [[noreturn]] void Expected(std::string_view what) const;
  /// A map whose keys are all among `keys`, none twice.
  void MapOf(std::initializer_list<std::string_view> keys) const;
  bool Has(const char* key) const;
  Form At(const char* key) const;  ///< a key that must be there
  std::string Text() const;  ///< a scalar, not empty, at most 1024 bytes of UTF-8, no controls
  std::string Path() const;  ///< Text() that is an absolute path without ".."
  std::vector<std::string> Paths() const;  ///< one Path(), or a list of them, not empty
  std::vector<std::string> Texts() const;  ///< one scalar, or a list of scalars, not empty
  std::vector<Form> Items() const;         ///< of a list, not empty, at most 10,000
  std::string OneOf(std::initializer_list<std::string_view> words) const;
  int Whole(int low, int high) const;  ///< a decimal integer in [low, high]
  const YAML::Node& node() const { return node_; }
  const std::string& file() const { return file_; }

 private:
  std::string file_;
  YAML::Node node_;
};

}  // namespace assay
