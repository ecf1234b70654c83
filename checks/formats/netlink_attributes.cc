// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/netlink_attributes.h"

#include <linux/netlink.h>

#include <algorithm>
#include <cstring>

#include "base/wire.h"

namespace assay {

Expected<NetlinkAttributes> NetlinkAttributes::Parse(std::string_view bytes) {
  NetlinkAttributes attributes;
  while (!bytes.empty()) {
    nlattr header{};
    if (bytes.size() < sizeof header)
      return Fail(ErrorCode::kInvalid, "a netlink attribute is cut");
    memcpy(&header, bytes.data(), sizeof header);
    if (header.nla_len < sizeof header || header.nla_len > bytes.size())
      return Fail(ErrorCode::kInvalid, "a netlink attribute has an impossible length");
    attributes.all_.push_back({uint16_t(header.nla_type & NLA_TYPE_MASK),
                               bytes.substr(sizeof header, header.nla_len - sizeof header)});
    bytes.remove_prefix(std::min<size_t>(bytes.size(), NLA_ALIGN(header.nla_len)));
  }
  return attributes;
}

bool NetlinkAttributes::Has(uint16_t type) const {
  return std::ranges::any_of(all_, [type](const auto& one) { return one.type == type; });
}

std::string_view NetlinkAttributes::Bytes(uint16_t type) const {
  for (const NetlinkAttribute& one : all_)
    if (one.type == type) return one.value;
  return {};
}

std::string NetlinkAttributes::Text(uint16_t type) const {
  std::string_view bytes = Bytes(type);
  return std::string(bytes.substr(0, bytes.find('\0')));
}

std::optional<uint32_t> NetlinkAttributes::Be32(uint16_t type) const {
  std::string_view bytes = Bytes(type);
  if (bytes.size() != 4) return std::nullopt;
  return WireReader(bytes).Be32().value();
}

}  // namespace assay
