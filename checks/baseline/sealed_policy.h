// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/host.h"
#include "checks/baseline/baseline.pb.h"
#include "checks/rules/policy.pb.h"

namespace assay {

/// The sysctls that the policy's rules name, with '/': "net/ipv4/ip_forward".
std::set<std::string> SysctlNames(const Policy& policy);

/// The live value where the host is live, else the value that its boot would set. No value: the
/// kernel does not have it, or no file sets it.
Expected<std::optional<std::string>> SysctlValue(Host& host, const std::string& name);

/// What is sealed of the sysctls, sorted by name. One without a value is left out.
Expected<std::vector<SysctlObject>> CaptureSysctls(const Policy& policy, Host& host);

/// Judges every rule once and puts the results into the policy, so that a later run can tell what
/// has changed since the seal. `today` is an ISO date, for waivers.
Expected<void> SealResults(Policy& policy, Host& host, std::string_view today);

}  // namespace assay
