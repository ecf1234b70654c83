// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/host.h"
#include "checks/formats/packet_filter.h"

namespace assay {

/// A value that a file of shell assignments sets, and where.
struct UfwSetting {
  std::string value, file;
  int line = 0;
};
using UfwSettings = std::map<std::string, UfwSetting, std::less<>>;

/// Adds the assignments NAME=VALUE of a file that sh(1) sources; the last of a name wins. Quotes
/// around a value are taken off, and a comment behind it. Other lines are skipped. kInvalid with
/// file and line for a value that only a shell can tell ('$', '`').
Expected<void> AddUfwSettings(std::string_view text, const std::string& file,
                                UfwSettings& into);

/// What ufw(8) is set to, as ufw-init-functions of ufw 0.36 reads it: /etc/default/ufw, then
/// /etc/ufw/ufw.conf.
struct UfwConfig {
  UfwSettings settings;
  bool Enabled() const;  ///< ENABLED is "yes" or "YES"
  bool Ip6() const;      ///< IPV6 is; without it, ufw drops all of IPv6 but lo
  std::string Setting(std::string_view name) const;  ///< empty if nobody sets it
};

/// kNotFound where one of the two files is missing or empty: then ufw does nothing.
Expected<UfwConfig> ReadUfwConfig(Host& host);

/// The ruleset that `ufw-init start` makes: its own chains, before.rules, after.rules and
/// user.rules (with 6 for IPv6), and the default policies. kInvalid with file and line where
/// iptables-restore would refuse one of them; kNotFound where one is missing.
Expected<Ruleset> UfwRuleset(Host& host, const UfwConfig& config);

}  // namespace assay
