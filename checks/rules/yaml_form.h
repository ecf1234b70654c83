// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checks/rules/yaml_tree.h"

namespace assay {

/// A mistake in a rule file: what() is "FILE:LINE: what was expected". Thrown while one file is
/// read and turned into an Error at the loader's edge.
class FormMistake : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Values that a rule names as "${name}"; a profile and its tailoring set them.
using Parameters = std::map<std::string, std::string, std::less<>>;

/// Strict access to one YAML node of `file`, which must outlive it. Every method throws FormMistake
/// with file and line. Scalars that are wholly "${name}" are replaced by that parameter; an unknown
/// one is a mistake.
class Form {
 public:
  Form(std::string file, const YamlNode& node, const Parameters* parameters = nullptr)
      : file_(std::make_shared<const std::string>(std::move(file))),
        node_(&node),
        parameters_(parameters) {}

  [[noreturn]] void Expected(std::string_view what) const;
  /// A map whose keys are all among `keys`, none twice.
  void MapOf(const std::vector<std::string_view>& keys) const;
  /// Keys and values of a map that is not empty, at most 10,000, none twice.
  std::vector<std::pair<std::string, Form>> Entries() const;
  std::vector<std::string> Keys() const;  ///< of a map, in its order; of anything else none
  bool Has(const char* key) const;
  Form At(const char* key) const;  ///< a key that must be there
  std::string Text() const;  ///< a scalar, not empty, at most 1024 bytes of UTF-8, no controls
  std::string Path() const;  ///< Text() that is an absolute path without ".."
  std::vector<std::string> Paths() const;  ///< one Path(), or a list of them, not empty
  std::vector<std::string> Texts() const;  ///< one scalar, or a list of scalars, not empty
  std::vector<Form> Items() const;         ///< of a list, not empty, at most 10,000
  std::string OneOf(std::initializer_list<std::string_view> words) const;
  bool Flag() const;                   ///< true or false
  int Whole(int low, int high) const;  ///< a decimal integer in [low, high]
  uint32_t Mode() const;               ///< an octal mode, at most 07777
  bool IsScalar() const { return node_->kind == YamlNode::Kind::kScalar; }
  bool IsMap() const { return node_->kind == YamlNode::Kind::kMap; }
  bool IsList() const { return node_->kind == YamlNode::Kind::kList; }
  size_t size() const { return node_->size(); }  ///< items of a list, entries of a map
  const std::string& file() const { return *file_; }

 private:
  Form Child(const YamlNode& node) const {
    Form child(*this);
    child.node_ = &node;
    return child;
  }
  const YamlNode* Find(std::string_view key) const;

  std::shared_ptr<const std::string> file_;
  const YamlNode* node_;
  const Parameters* parameters_;
};

}  // namespace assay
