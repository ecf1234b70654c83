// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace assay {

/// One attribute of a netlink message: linux/netlink.h, struct nlattr; flags of the type removed.
struct NetlinkAttribute {
  uint16_t type = 0;
  std::string_view value;
};

/// The attributes that `bytes` holds, one after another and padded to four bytes. A length that
/// reaches beyond the bytes is kInvalid. Views point into `bytes`.
class NetlinkAttributes {
 public:
  static Expected<NetlinkAttributes> Parse(std::string_view bytes);

  const std::vector<NetlinkAttribute>& all() const { return all_; }
  bool Has(uint16_t type) const;
  std::string_view Bytes(uint16_t type) const;        ///< empty if it is not there
  std::string Text(uint16_t type) const;              ///< up to the NUL byte
  std::optional<uint32_t> Be32(uint16_t type) const;  ///< nullopt if not there or not four bytes
  Expected<NetlinkAttributes> Nested(uint16_t type) const { return Parse(Bytes(type)); }

 private:
  std::vector<NetlinkAttribute> all_;
};

}  // namespace assay
