// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace assay {

/// A socket that waits for packets from other machines.
struct OpenPort {
  std::string protocol;  ///< tcp, udp
  std::string address;   ///< "0.0.0.0", "::"
  uint16_t port = 0;
  auto operator<=>(const OpenPort&) const = default;
};

/// The open ports of /proc/PID/net/tcp, tcp6, udp or udp6 (proc_pid_net(5)): sockets of TCP that
/// listen, and of UDP that have no peer, bound to no loopback address (127.0.0.0/8, ::1, or the
/// first mapped into IPv6). Sorted, none twice. kInvalid with the line for one that does not have
/// the documented form.
Expected<std::vector<OpenPort>> ParseOpenPorts(std::string_view text, std::string_view protocol);

}  // namespace assay
