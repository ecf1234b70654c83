// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/socket_table.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <iterator>
#include <optional>

#include "checks/formats/lines.h"

namespace assay {

namespace {

constexpr std::string_view kListen = "0A", kUnconnected = "07";  // linux/net/tcp_states.h
constexpr size_t kTableLimit = 64 << 20;

template <typename T>
std::optional<T> Number(std::string_view text, int base) {
  T number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "0100007F:0019": words of 32 bits as this machine has them in memory, then the port.
bool ReadAddress(std::string_view text, bool six, Listener& into) {
  const size_t words = six ? 4 : 1;
  if (text.size() != words * 8 + 5 || text[words * 8] != ':') return false;
  uint32_t raw[4] = {};
  for (size_t i = 0; i < words; i++) {
    std::optional<uint32_t> word = Number<uint32_t>(text.substr(i * 8, 8), 16);
    if (!word) return false;
    raw[i] = *word;
  }
  std::optional<uint16_t> port = Number<uint16_t>(text.substr(words * 8 + 1), 16);
  char name[INET6_ADDRSTRLEN];
  if (!port || !inet_ntop(six ? AF_INET6 : AF_INET, raw, name, sizeof name)) return false;
  in6_addr address;
  memcpy(&address, raw, sizeof address);
  into.address = name;
  into.port = *port;
  const uint8_t* four = reinterpret_cast<const uint8_t*>(raw) + (six ? 12 : 0);
  bool mapped = !six || IN6_IS_ADDR_V4MAPPED(&address);
  into.loopback = (mapped && *four == 127) || (six && IN6_IS_ADDR_LOOPBACK(&address));
  return true;
}

// A kernel without IPv6 has no tables of it.
Expected<std::vector<Listener>> ReadListeners(Host& host) {
  std::vector<Listener> all;
  for (const std::string table : {"tcp", "tcp6", "udp", "udp6"}) {
    Expected<std::string> text =
        host.ReadKernel("/proc/1/net/" + table, "net/" + table, kTableLimit);
    if (!text && text.error().code == ErrorCode::kNotFound && table.ends_with('6')) continue;
    if (!text) return std::unexpected(text.error());
    std::ranges::move(TRY(ParseSocketTable(*text, table)), std::back_inserter(all));
  }
  return all;
}

}  // namespace

std::string Listener::Text() const {
  bool six = address.contains(':');
  return protocol + " " + (six ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

Expected<std::vector<Listener>> ParseSocketTable(std::string_view text,
                                                 const std::string& protocol) {
  std::vector<Listener> listeners;
  bool six = protocol.ends_with('6');
  std::string_view wanted = protocol.starts_with("udp") ? kUnconnected : kListen;
  int number = 0;
  for (std::string_view line : LinesOf(text)) {
    if (++number == 1) continue;  // the names of the columns
    // sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid ...
    std::vector<std::string_view> words = WordsOf(line);
    Listener one{protocol, "", 0, 0, false};
    std::optional<uint32_t> uid =
        words.size() > 7 ? Number<uint32_t>(words[7], 10) : std::optional<uint32_t>();
    if (!uid || !ReadAddress(words[1], six, one))
      return Fail(ErrorCode::kInvalid,
                  "/proc/1/net/" + protocol + ", line " + std::to_string(number) + ": no socket");
    one.uid = *uid;
    if (words[3] == wanted) listeners.push_back(std::move(one));
  }
  return listeners;
}

const Expected<std::vector<Listener>>& ListenersOf(Host& host) {
  return host.Once<Expected<std::vector<Listener>>>("listeners", ReadListeners);
}

Expected<PortRange> ParsePortRange(std::string_view text) {
  std::vector<std::string_view> words = WordsOf(text);
  std::optional<uint16_t> low, high;
  if (words.size() == 2)
    low = Number<uint16_t>(words[0], 10), high = Number<uint16_t>(words[1], 10);
  if (!low || !high || *low > *high)
    return Fail(ErrorCode::kInvalid, "net.ipv4.ip_local_port_range is not two ports");
  return PortRange{*low, *high};
}

bool IsReachable(const Listener& listener, const PortRange& given) {
  return !listener.loopback && (listener.Transport() == "tcp" || !given.Has(listener.port));
}

}  // namespace assay
