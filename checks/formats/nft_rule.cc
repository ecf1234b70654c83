// SPDX-License-Identifier: Apache-2.0
// The expressions of one nf_tables rule: a small program that loads fields into registers and
// compares them. Read as far as interface, addresses, protocol, ports and verdict.
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "base/printable.h"
#include "base/wire.h"
#include "checks/formats/iptables_save.h"
#include "checks/formats/netlink_attributes.h"
#include "checks/formats/nft_ruleset.h"

namespace assay {

namespace {

enum class Field {
  kOther,
  kIn,
  kOut,
  kNfproto,
  kL4proto,
  kSource,
  kDestination,
  kPort,
  kBothPorts
};

struct Loaded {
  Field field = Field::kOther;
  bool index = false;   // an interface by number
  unsigned length = 0;  // of an address, in bytes
  int prefix = -1;      // bits that a mask left; -1: all of `length`
};

// Statements and loads that refuse no packet.
constexpr std::string_view kHarmless[] = {
    "counter", "log", "last", "notrack", "dup",    "objref",    "numgen", "hash", "socket",
    "rt",      "fib", "osf",  "ct",      "exthdr", "byteorder", "tunnel", "xfrm"};

class RuleReader {
 public:
  explicit RuleReader(std::string_view family) {
    if (family == "ip" || family == "ip6") layer_ = family;
  }

  Expected<void> Expression(const std::string& name, const NetlinkAttributes& a) {
    if (name == "meta") return Meta(a);
    if (name == "payload") return Payload(a);
    if (name == "bitwise") return Bitwise(a);
    if (name == "cmp") return Compare(a);
    if (name == "range") return Range(a);
    if (name == "lookup") return Lookup(a);
    if (name == "immediate") return Immediate(a);
    if (name == "match") return Match(a);
    if (name == "target") return Target(a.Text(NFTA_TARGET_NAME));
    if (name == "reject")
      rule_.verdict = "reject";
    else if (std::ranges::find(kHarmless, name) == std::end(kHarmless))
      rule_.narrower = true;
    else
      loaded_.clear();  // some of them load registers, which hold no field of ours then
    return {};
  }

  FilterRule rule_;

 private:
  // Registers of 16 bytes overlap those of 4 (nf_tables.h, enum nft_registers).
  static uint32_t Place(uint32_t reg) {
    bool wide = reg >= NFT_REG_1 && reg <= NFT_REG_4;
    return wide ? NFT_REG32_00 + (reg - NFT_REG_1) * 4 : reg;
  }

  Expected<void> Meta(const NetlinkAttributes& a) {
    std::optional<uint32_t> reg = a.Be32(NFTA_META_DREG), key = a.Be32(NFTA_META_KEY);
    if (!reg || !key) return {};
    Loaded loaded;
    loaded.index = *key == NFT_META_IIF || *key == NFT_META_OIF;
    if (*key == NFT_META_IIF || *key == NFT_META_IIFNAME) loaded.field = Field::kIn;
    if (*key == NFT_META_OIF || *key == NFT_META_OIFNAME) loaded.field = Field::kOut;
    if (*key == NFT_META_NFPROTO) loaded.field = Field::kNfproto;
    if (*key == NFT_META_L4PROTO) loaded.field = Field::kL4proto;
    loaded_[Place(*reg)] = loaded;
    return {};
  }

  Expected<void> Payload(const NetlinkAttributes& a) {
    std::optional<uint32_t> reg = a.Be32(NFTA_PAYLOAD_DREG), base = a.Be32(NFTA_PAYLOAD_BASE),
                            offset = a.Be32(NFTA_PAYLOAD_OFFSET), length = a.Be32(NFTA_PAYLOAD_LEN);
    if (!reg) return {};  // it writes into the packet
    Loaded& loaded = loaded_[Place(*reg)] = {};
    if (!base || !offset || !length) return {};
    bool ip6 = layer_ == "ip6";
    unsigned source = ip6 ? 8 : 12, size = ip6 ? 16 : 4;
    if (*base == NFT_PAYLOAD_NETWORK_HEADER && !layer_.empty() && *length <= size) {
      if (*offset == source) loaded = {Field::kSource, false, *length, -1};
      if (*offset == source + size) loaded = {Field::kDestination, false, *length, -1};
      if (*offset == 9 && *length == 1 && !ip6) loaded.field = Field::kL4proto;
      if (*offset == 6 && *length == 1 && ip6) loaded.field = Field::kL4proto;
    }
    if (*base == NFT_PAYLOAD_TRANSPORT_HEADER && *offset == 2 && *length == 2)
      loaded.field = Field::kPort;
    // Source and destination port, compared at once.
    if (*base == NFT_PAYLOAD_TRANSPORT_HEADER && *offset == 0 && *length == 4)
      loaded.field = Field::kBothPorts;
    return {};
  }

  Expected<void> Bitwise(const NetlinkAttributes& a) {
    std::optional<uint32_t> from = a.Be32(NFTA_BITWISE_SREG), to = a.Be32(NFTA_BITWISE_DREG);
    if (!from || !to) return {};
    NetlinkAttributes mask = TRY(a.Nested(NFTA_BITWISE_MASK));
    NetlinkAttributes flip = TRY(a.Nested(NFTA_BITWISE_XOR));
    Loaded loaded = loaded_[Place(*from)];
    bool address = loaded.field == Field::kSource || loaded.field == Field::kDestination;
    loaded.prefix = PrefixOfMask(mask.Bytes(NFTA_DATA_VALUE));
    bool plain = std::ranges::all_of(flip.Bytes(NFTA_DATA_VALUE), [](char c) { return c == 0; });
    if (!address || loaded.prefix < 0 || !plain) loaded = {};
    loaded_[Place(*to)] = loaded;
    return {};
  }

  Expected<void> Compare(const NetlinkAttributes& a) {
    std::optional<uint32_t> reg = a.Be32(NFTA_CMP_SREG), op = a.Be32(NFTA_CMP_OP);
    NetlinkAttributes data = TRY(a.Nested(NFTA_CMP_DATA));
    std::string_view value = data.Bytes(NFTA_DATA_VALUE);
    if (!reg || !op || value.empty())
      return Fail(ErrorCode::kInvalid, "nf_tables: a comparison without its parts");
    Loaded loaded = loaded_[Place(*reg)];
    if (loaded.field == Field::kPort && Ports(*op, value)) return {};
    if ((*op != NFT_CMP_EQ && *op != NFT_CMP_NEQ) || !Equal(loaded, value, *op == NFT_CMP_NEQ))
      rule_.narrower = true;
    return {};
  }

  Expected<void> Range(const NetlinkAttributes& a) {
    std::optional<uint32_t> reg = a.Be32(NFTA_RANGE_SREG), op = a.Be32(NFTA_RANGE_OP);
    NetlinkAttributes from = TRY(a.Nested(NFTA_RANGE_FROM_DATA));
    NetlinkAttributes to = TRY(a.Nested(NFTA_RANGE_TO_DATA));
    if (!reg || !op) return Fail(ErrorCode::kInvalid, "nf_tables: a range without its parts");
    bool read = *op == NFT_RANGE_EQ && loaded_[Place(*reg)].field == Field::kPort &&
                Ports(NFT_CMP_GTE, from.Bytes(NFTA_DATA_VALUE)) &&
                Ports(NFT_CMP_LTE, to.Bytes(NFTA_DATA_VALUE));
    rule_.narrower |= !read;
    return {};
  }

  bool Ports(uint32_t op, std::string_view value) {
    Expected<uint16_t> port = WireReader(value).Be16();
    if (!port) return false;
    if (op == NFT_CMP_EQ && rule_.ports.empty())
      rule_.ports = {{*port, *port}};
    else if (op == NFT_CMP_GTE && rule_.ports.empty())
      rule_.ports = {{*port, 65535}};
    else if (op == NFT_CMP_LTE && rule_.ports.size() == 1)
      rule_.ports[0].second = *port;
    else
      return false;
    return true;
  }

  // False: the comparison narrows the rule in a way that no field says.
  bool Equal(const Loaded& loaded, std::string_view value, bool other) {
    std::string said;
    switch (loaded.field) {
      case Field::kIn:
      case Field::kOut:
        said = Interface(loaded, value);
        return Set(loaded.field == Field::kIn ? rule_.in : rule_.out, said, other);
      case Field::kNfproto:
        if (other || value.size() != 1 || (value[0] != NFPROTO_IPV4 && value[0] != NFPROTO_IPV6))
          return false;
        layer_ = value[0] == NFPROTO_IPV4 ? "ip" : "ip6";
        return Set(rule_.family, std::string(layer_), false);
      case Field::kL4proto:
        return !other && value.size() == 1 &&
               Set(rule_.protocol, ProtocolName(std::to_string(static_cast<uint8_t>(value[0]))),
                   false);
      case Field::kSource:
      case Field::kDestination:
        if (value.size() != loaded.length) return false;
        said = AddressText(value, loaded.prefix >= 0 ? loaded.prefix : int(loaded.length) * 8,
                           layer_ == "ip6");
        return Set(loaded.field == Field::kSource ? rule_.source : rule_.destination, said, other);
      case Field::kBothPorts:
        if (!other && value.size() == 4) Ports(NFT_CMP_EQ, value.substr(2));
        return false;
      case Field::kPort:
      case Field::kOther:
        return false;
    }
    return false;
  }

  static bool Set(std::string& into, const std::string& value, bool other) {
    std::string wanted = (other ? "!" : "") + value;
    if (into.empty()) into = wanted;
    return into == wanted;
  }

  // A name that is compared without its NUL byte is the beginning of many names.
  static std::string Interface(const Loaded& loaded, std::string_view value) {
    if (!loaded.index) {
      std::string name = Printable(value.substr(0, value.find('\0')));
      return value.contains('\0') || value.size() == 16 ? name : name + "*";
    }
    uint32_t index = 0;
    if (value.size() == sizeof index) memcpy(&index, value.data(), sizeof index);
    return index == 1 ? "lo" : "#" + std::to_string(index);  // LOOPBACK_IFINDEX
  }

  Expected<void> Lookup(const NetlinkAttributes& a) {
    std::optional<uint32_t> reg = a.Be32(NFTA_LOOKUP_SREG);
    rule_.narrower = true;
    if (!reg) return Fail(ErrorCode::kInvalid, "nf_tables: a lookup without its register");
    // The key may go on in the registers behind the first.
    for (const auto& [place, loaded] : loaded_)
      rule_.opaque |=
          place >= Place(*reg) && loaded.field != Field::kOther && loaded.field != Field::kL4proto;
    loaded_.clear();
    return {};
  }

  Expected<void> Immediate(const NetlinkAttributes& a) {
    std::optional<uint32_t> reg = a.Be32(NFTA_IMMEDIATE_DREG);
    if (!reg) return Fail(ErrorCode::kInvalid, "nf_tables: an immediate without its register");
    loaded_[Place(*reg)] = {};
    if (*reg != NFT_REG_VERDICT) return {};
    NetlinkAttributes data = TRY(a.Nested(NFTA_IMMEDIATE_DATA));
    NetlinkAttributes verdict = TRY(data.Nested(NFTA_DATA_VERDICT));
    std::optional<uint32_t> code = verdict.Be32(NFTA_VERDICT_CODE);
    if (!code) return Fail(ErrorCode::kInvalid, "nf_tables: a verdict without its code");
    rule_.verdict = VerdictName(int32_t(*code));
    rule_.target = Printable(verdict.Text(NFTA_VERDICT_CHAIN));
    return {};
  }

  static std::string VerdictName(int32_t code) {
    switch (code) {
      case NF_ACCEPT:
        return "accept";
      case NF_DROP:
        return "drop";
      case NFT_JUMP:
        return "jump";
      case NFT_GOTO:
        return "goto";
      case NFT_RETURN:
        return "return";
      case NFT_CONTINUE:
        return "";
      default:
        return "queue";  // to user space, or what is not known
    }
  }

  // What iptables-nft cannot say in expressions; linux/netfilter/x_tables.h.
  Expected<void> Match(const NetlinkAttributes& a) {
    rule_.narrower |= !AddXtablesMatch(a, rule_);
    return {};
  }

  Expected<void> Target(const std::string& name) {
    if (name == "REJECT") rule_.verdict = "reject";
    return {};  // others change or note the packet; none that filters would be a target here
  }

  std::string layer_;  // ip or ip6, once it is known
  std::map<uint32_t, Loaded> loaded_;
};

}  // namespace

Expected<FilterRule> ParseNftRule(std::string_view expressions, std::string_view family) {
  RuleReader reader(family);
  NetlinkAttributes list = TRY(NetlinkAttributes::Parse(expressions));
  for (const NetlinkAttribute& element : list.all()) {
    NetlinkAttributes parts = TRY(NetlinkAttributes::Parse(element.value));
    NetlinkAttributes fields = TRY(parts.Nested(NFTA_EXPR_DATA));
    Expected<void> read = reader.Expression(parts.Text(NFTA_EXPR_NAME), fields);
    if (!read) return std::unexpected(read.error());
  }
  return std::move(reader.rule_);
}

}  // namespace assay
