// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/host.h"

namespace assay {

struct WirelessInterface {
  std::string name;    ///< "wlan0"
  std::string module;  ///< of its driver; empty: built into the kernel
};

/// The network interfaces that sysfs calls wireless (a directory `wireless` or `phy80211`,
/// Documentation/ABI/testing/sysfs-class-net). Only live.
Expected<std::vector<WirelessInterface>> FindWireless(Host& host);

}  // namespace assay
