// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/nft_ruleset.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <tuple>

#include "checks/formats/netlink_attributes.h"

namespace assay {

namespace {

constexpr size_t kMaxObjects = 1'000'000;

std::string FamilyName(uint8_t family) {
  switch (family) {
    case NFPROTO_INET:
      return "inet";
    case NFPROTO_IPV4:
      return "ip";
    case NFPROTO_IPV6:
      return "ip6";
    case NFPROTO_ARP:
      return "arp";
    case NFPROTO_BRIDGE:
      return "bridge";
    case NFPROTO_NETDEV:
      return "netdev";
    default:
      return "family " + std::to_string(family);
  }
}

// Numbers mean other hooks in arp and netdev, which nobody asks of.
std::string HookName(uint32_t number) {
  constexpr const char* kNames[] = {"prerouting", "input", "forward", "output", "postrouting"};
  return number < std::size(kNames) ? kNames[number] : "hook " + std::to_string(number);
}

class Reader {
 public:
  Expected<void> Message(uint8_t kind, const std::string& family,
                         const NetlinkAttributes& attributes) {
    if (++objects_ > kMaxObjects) return Fail(ErrorCode::kInvalid, "nf_tables: too many objects");
    if (kind == NFT_MSG_NEWTABLE) return Table(family, attributes);
    if (kind == NFT_MSG_NEWCHAIN) return Chain(family, attributes);
    if (kind == NFT_MSG_NEWRULE) return Rule(family, attributes);
    return {};
  }

  Ruleset ruleset_;

 private:
  Expected<void> Table(const std::string& family, const NetlinkAttributes& attributes) {
    uint32_t flags = attributes.Be32(NFTA_TABLE_FLAGS).value_or(0);
    ruleset_.tables.push_back(
        {family, attributes.Text(NFTA_TABLE_NAME), (flags & NFT_TABLE_F_DORMANT) != 0});
    return {};
  }

  Expected<void> Chain(const std::string& family, const NetlinkAttributes& attributes) {
    FilterChain chain;
    chain.family = family;
    chain.table = attributes.Text(NFTA_CHAIN_TABLE);
    chain.name = attributes.Text(NFTA_CHAIN_NAME);
    chain.file = "nf_tables";
    if (attributes.Has(NFTA_CHAIN_HOOK)) {
      NetlinkAttributes hook = TRY(attributes.Nested(NFTA_CHAIN_HOOK));
      std::optional<uint32_t> number = hook.Be32(NFTA_HOOK_HOOKNUM);
      if (!number) return Fail(ErrorCode::kInvalid, "nf_tables: a hook without its number");
      chain.hook = HookName(*number);
      chain.type = attributes.Text(NFTA_CHAIN_TYPE);
      uint32_t policy = attributes.Be32(NFTA_CHAIN_POLICY).value_or(NF_ACCEPT);
      chain.policy = policy == NF_DROP ? "drop" : "accept";
    }
    places_[{chain.family, chain.table, chain.name}] = ruleset_.chains.size();
    ruleset_.chains.push_back(std::move(chain));
    return {};
  }

  Expected<void> Rule(const std::string& family, const NetlinkAttributes& attributes) {
    auto place =
        places_.find({family, attributes.Text(NFTA_RULE_TABLE), attributes.Text(NFTA_RULE_CHAIN)});
    if (place == places_.end())
      return Fail(ErrorCode::kInvalid, "nf_tables: a rule of a chain that is not there");
    FilterRule rule = TRY(ParseNftRule(attributes.Bytes(NFTA_RULE_EXPRESSIONS), family));
    rule.file = "nf_tables";
    ruleset_.chains[place->second].rules.push_back(std::move(rule));
    return {};
  }

  std::map<std::tuple<std::string, std::string, std::string>, size_t> places_;
  size_t objects_ = 0;
};

}  // namespace

Expected<Ruleset> ParseNftMessages(std::string_view bytes) {
  Reader reader;
  while (!bytes.empty()) {
    nlmsghdr header{};
    nfgenmsg family{};
    if (bytes.size() < sizeof header + sizeof family)
      return Fail(ErrorCode::kInvalid, "nf_tables: a message is cut");
    memcpy(&header, bytes.data(), sizeof header);
    memcpy(&family, bytes.data() + sizeof header, sizeof family);
    if (header.nlmsg_len < sizeof header + sizeof family || header.nlmsg_len > bytes.size() ||
        header.nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES)
      return Fail(ErrorCode::kInvalid, "nf_tables: a message that is none");
    std::string_view body = bytes.substr(0, header.nlmsg_len);
    body.remove_prefix(sizeof header + sizeof family);
    NetlinkAttributes attributes = TRY(NetlinkAttributes::Parse(body));
    Expected<void> read = reader.Message(uint8_t(header.nlmsg_type & 0xff),
                                         FamilyName(family.nfgen_family), attributes);
    if (!read) return std::unexpected(read.error());
    bytes.remove_prefix(std::min<size_t>(bytes.size(), NLMSG_ALIGN(header.nlmsg_len)));
  }
  return std::move(reader.ruleset_);
}

}  // namespace assay
