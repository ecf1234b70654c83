// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <google/protobuf/repeated_field.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace assay {

/// "100-999": both ends count; nullopt for anything else.
std::optional<std::pair<uint32_t, uint32_t>> IdRangeOf(std::string_view text);

/// Users or groups by number: what a rule's names, numbers and ranges are in the judged root.
class IdSet {
 public:
  /// `find` is Host::Uid or Host::Gid. Of several names some may not exist; if none does, nothing
  /// can be told: kNotFound. An empty list holds every id.
  static Expected<IdSet> Of(const google::protobuf::RepeatedPtrField<std::string>& wanted,
                            const std::function<Expected<uint32_t>(std::string_view)>& find);

  bool Holds(uint32_t id) const;
  const std::string& text() const { return text_; }  ///< "root or adm"; empty: every id

 private:
  std::vector<std::pair<uint32_t, uint32_t>> ranges_;
  std::string text_;
};

}  // namespace assay
