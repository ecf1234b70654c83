// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace assay {

/// A node of a YAML document, as plain values. No type is guessed: a scalar is its text.
struct YamlNode {
  enum class Kind : uint8_t { kNull, kScalar, kList, kMap };
  Kind kind = Kind::kNull;  ///< kNull: nothing, ~ or null, not quoted
  int line = 1;             ///< of its beginning, from 1
  std::string scalar;
  std::vector<YamlNode> items;  ///< of a list; of a map each key and then its value

  /// Items of a list, entries of a map.
  size_t size() const { return kind == Kind::kMap ? items.size() / 2 : items.size(); }
};

/// Reads the one document of `text` (YAML 1.1, with libyaml), or nothing of an empty one; aliases
/// are copies of what they stand for. kInvalid with "FILE:LINE: expected ..." for what is no YAML,
/// for a second document, and for more than 64 levels, 200,000 nodes or 16 MiB. `file` is only
/// named.
Expected<YamlNode> ParseYaml(const std::string& file, std::string_view text);

}  // namespace assay
