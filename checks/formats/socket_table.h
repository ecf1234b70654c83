// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace assay {

/// A socket that waits for others.
struct Listener {
  std::string protocol;  ///< "tcp", "udp", "tcp6", "udp6": the table it stands in
  std::string address;   ///< "127.0.0.1", "::", as inet_ntop(3) writes it
  uint16_t port = 0;
  uint32_t uid = 0;
  bool loopback = false;  ///< 127.0.0.0/8, ::1, or the former mapped into IPv6

  std::string Text() const;  ///< "tcp 127.0.0.1:25", "tcp6 [::]:25"
};

/// The listeners in a table of /proc/net (proc_pid_net(5)): of tcp and tcp6 the sockets in state
/// LISTEN, of udp and udp6 those without a peer. `protocol` is the table's name. kInvalid with the
/// line for what is no such table. Addresses are in the byte order of this machine.
Expected<std::vector<Listener>> ParseSocketTable(std::string_view text,
                                                 const std::string& protocol);

}  // namespace assay
