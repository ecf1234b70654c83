// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/host.h"

namespace assay {

/// A socket that waits for others.
struct Listener {
  std::string protocol;  ///< "tcp", "udp", "tcp6", "udp6": the table it stands in
  std::string address;   ///< "127.0.0.1", "::", as inet_ntop(3) writes it
  uint16_t port = 0;
  uint32_t uid = 0;
  bool loopback = false;  ///< 127.0.0.0/8, ::1, or the former mapped into IPv6

  std::string Text() const;  ///< "tcp 127.0.0.1:25", "tcp6 [::]:25"
  std::string Transport() const { return protocol.substr(0, 3); }  ///< "tcp" or "udp"
  bool OverIp6() const { return protocol.ends_with('6'); }
};

/// The listeners in a table of /proc/net (proc_pid_net(5)): of tcp and tcp6 the sockets in state
/// LISTEN, of udp and udp6 those without a peer. `protocol` is the table's name. kInvalid with the
/// line for what is no such table. Addresses are in the byte order of this machine.
Expected<std::vector<Listener>> ParseSocketTable(std::string_view text,
                                                 const std::string& protocol);

/// All of the machine's, of the first process's network namespace; read once by all rules that ask.
const Expected<std::vector<Listener>>& ListenersOf(Host& host);

/// Ports that the kernel gives to who asks for none (net.ipv4.ip_local_port_range, ip(7)).
struct PortRange {
  uint16_t low = 0, high = 0;
  bool Has(uint16_t port) const { return low <= port && port <= high; }
};
/// kInvalid for what is not two ports, the lower first.
Expected<PortRange> ParsePortRange(std::string_view text);

/// Whether a service waits there for other machines. A socket of UDP without a peer on a port of
/// `given` is that of a client which waits for an answer, and is gone the next moment.
bool IsReachable(const Listener& listener, const PortRange& given);

}  // namespace assay
