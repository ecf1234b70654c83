// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <optional>

#include "checks/formats/iptables_save.h"

namespace assay {

namespace {

template <typename T>
std::optional<T> Decimal(std::string_view text) {
  T number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Of "8" or "255.0.0.0"; -1 for what is neither.
int PrefixLength(const std::string& text, int most) {
  if (std::optional<uint8_t> bits = Decimal<uint8_t>(text)) return *bits <= most ? *bits : -1;
  in_addr mask{};
  if (most != 32 || inet_pton(AF_INET, text.c_str(), &mask) != 1) return -1;
  uint32_t host = ntohl(mask.s_addr);
  int ones = std::countl_one(host);
  return std::popcount(host) == ones ? ones : -1;
}

}  // namespace

std::string NetworkOf(std::string_view text) {
  std::string address(text.substr(0, text.find('/')));
  int family = address.contains(':') ? AF_INET6 : AF_INET;
  int most = family == AF_INET ? 32 : 128, bits = most;
  if (text.contains('/')) bits = PrefixLength(std::string(text.substr(address.size() + 1)), most);
  unsigned char bytes[16] = {};
  if (bits < 0 || inet_pton(family, address.c_str(), bytes) != 1) return std::string(text);
  if (bits == 0) return {};
  for (int bit = bits; bit < most; bit++) bytes[bit / 8] &= uint8_t(~(0x80u >> (bit % 8)));
  std::string_view network(reinterpret_cast<const char*>(bytes), size_t(most) / 8);
  return AddressText(network, bits, family == AF_INET6);
}

std::string AddressText(std::string_view bytes, int bits, bool ip6) {
  unsigned char address[16] = {};
  memcpy(address, bytes.data(), std::min(bytes.size(), sizeof address));
  char text[INET6_ADDRSTRLEN] = {};
  if (!inet_ntop(ip6 ? AF_INET6 : AF_INET, address, text, sizeof text)) return "?";
  // A host of IPv4 is written without its length, as everywhere.
  if (!ip6 && bits == 32) return text;
  return std::string(text) + "/" + std::to_string(bits);
}

int PrefixOfMask(std::string_view mask) {
  int bits = 0;
  bool ended = false;
  for (char c : mask) {
    auto byte = static_cast<uint8_t>(c);
    int ones = std::countl_one(byte);
    if (uint8_t(byte << ones) != 0 || (ended && byte)) return -1;
    bits += ones;
    ended |= ones < 8;
  }
  return bits;
}

std::string ProtocolName(std::string_view text) {
  std::string name;
  for (char c : text) name += char(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  if (name == "all" || name == "0") return {};
  if (name == "6") return "tcp";
  if (name == "17") return "udp";
  if (name == "1") return "icmp";
  if (name == "58" || name == "icmpv6") return "ipv6-icmp";
  return name;
}

bool AddPorts(std::string_view text, char separator, FilterRule& rule) {
  size_t middle = text.find(separator);
  std::string_view low = text.substr(0, middle);
  std::string_view high = middle == std::string_view::npos ? low : text.substr(middle + 1);
  bool range = middle != std::string_view::npos;
  std::optional<uint16_t> from = Decimal<uint16_t>(range && low.empty() ? "0" : low);
  std::optional<uint16_t> to = Decimal<uint16_t>(range && high.empty() ? "65535" : high);
  if (!from || !to || *to < *from) return false;
  rule.ports.push_back({*from, *to});
  return true;
}

}  // namespace assay
