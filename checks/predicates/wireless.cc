// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/wireless.h"

namespace assay {

namespace {

constexpr char kLook[] = "network interfaces";

Expected<bool> IsWireless(Host& host, const std::string& interface) {
  for (const char* mark : {"/wireless", "/phy80211"}) {
    Expected<std::vector<std::string>> names = host.ListKernel(interface + mark, kLook);
    if (names) return true;
    if (names.error().code != ErrorCode::kNotFound) return std::unexpected(names.error());
  }
  return false;
}

Expected<std::string> DriverOf(Host& host, const std::string& interface) {
  Expected<std::string> link = host.KernelLink(interface + "/device/driver/module", kLook);
  if (!link && link.error().code == ErrorCode::kNotFound) return std::string();
  if (!link) return link;
  return link->substr(link->rfind('/') + 1);
}

}  // namespace

Expected<std::vector<WirelessInterface>> FindWireless(Host& host) {
  std::vector<WirelessInterface> found;
  const std::string base = "/sys/class/net";
  for (const std::string& name : TRY(host.ListKernel(base, kLook))) {
    bool wireless = TRY(IsWireless(host, base + "/" + name));
    if (!wireless) continue;
    std::string module = TRY(DriverOf(host, base + "/" + name));
    found.push_back({name, std::move(module)});
  }
  return found;
}

}  // namespace assay
