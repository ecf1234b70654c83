// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/open_ports.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>

#include "checks/formats/lines.h"

namespace assay {

namespace {

constexpr std::string_view kTcpListen = "0A", kUdpUnconnected = "07";  // linux/tcp_states.h

template <typename T>
std::optional<T> Hexadecimal(std::string_view text) {
  T number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (text.size() != sizeof(T) * 2 || error != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return number;
}

struct Address {
  std::array<unsigned char, 16> bytes{};
  bool ip6 = false;

  bool Loopback() const {
    if (!ip6) return bytes[0] == 127;
    static constexpr unsigned char kOne[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    static constexpr unsigned char kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return !memcmp(bytes.data(), kOne, 16) ||
           (!memcmp(bytes.data(), kMapped, 12) && bytes[12] == 127);
  }
  std::string Text() const {
    char text[INET6_ADDRSTRLEN] = {};
    inet_ntop(ip6 ? AF_INET6 : AF_INET, bytes.data(), text, sizeof text);
    return text;
  }
};

// Words of 32 bits as the machine holds them, each in hexadecimal.
std::optional<Address> AddressOf(std::string_view text) {
  Address address;
  if (text.size() != 8 && text.size() != 32) return std::nullopt;
  address.ip6 = text.size() == 32;
  for (size_t at = 0; at < text.size(); at += 8) {
    std::optional<uint32_t> word = Hexadecimal<uint32_t>(text.substr(at, 8));
    if (!word) return std::nullopt;
    memcpy(address.bytes.data() + at / 2, &*word, 4);
  }
  return address;
}

}  // namespace

Expected<std::vector<OpenPort>> ParseOpenPorts(std::string_view text, std::string_view protocol) {
  std::vector<OpenPort> ports;
  int number = 0;
  for (std::string_view line : LinesOf(text)) {
    std::vector<std::string_view> words = WordsOf(line);
    if (++number == 1 || words.empty()) continue;  // the head of the table
    size_t colon = words.size() < 4 ? std::string_view::npos : words[1].find(':');
    std::optional<Address> address;
    std::optional<uint16_t> port;
    if (colon != std::string_view::npos) {
      address = AddressOf(words[1].substr(0, colon));
      port = Hexadecimal<uint16_t>(words[1].substr(colon + 1));
    }
    if (!address || !port)
      return Fail(ErrorCode::kInvalid, "net/" + std::string(protocol) + ":" +
                                           std::to_string(number) + " is not understood");
    bool open = words[3] == (protocol == "tcp" ? kTcpListen : kUdpUnconnected);
    if (open && !address->Loopback())
      ports.push_back({std::string(protocol), address->Text(), *port});
  }
  std::ranges::sort(ports);
  ports.erase(std::unique(ports.begin(), ports.end()), ports.end());
  return ports;
}

}  // namespace assay
