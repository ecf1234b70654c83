// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "checks/formats/lines.h"
#include "checks/formats/sysctl_config.h"
#include "checks/predicates/predicate.h"

namespace assay {

namespace {

std::string Wanted(const Sysctl& expected) {
  std::string text;
  for (const std::string& value : expected.values()) text += (text.empty() ? "" : " or ") + value;
  return text;
}

// As sysctl(8) shows it; a name that has dots of its own (eth0.1) stays as it is.
std::string Dotted(std::string name) {
  if (!name.contains('.')) std::ranges::replace(name, '/', '.');
  return name;
}

// Values of several numbers ("4 4 1 7") are separated by tabs in /proc and by blanks in files.
bool Meets(const Sysctl& expected, std::string_view value) {
  std::vector<std::string_view> words = WordsOf(value);
  return std::ranges::any_of(expected.values(),
                             [&](const std::string& one) { return WordsOf(one) == words; });
}

// The name is told where it is not the rule's own: a glob, or another name of the variable.
std::string Shown(const SysctlAssignment& found, const Sysctl& expected) {
  return found.name == expected.name() ? found.value : found.written + " = " + found.value;
}

// The kernel's own value; adds to the answer. False where nothing more is to be said.
bool JudgeLive(const Sysctl& expected, Host& host, Answer& answer) {
  Expected<std::string> value = host.Sysctl(expected.name());
  if (!value && value.error().code == ErrorCode::kNotFound) {
    // The whole tree goes with ipv6.disable=1; one missing key of it is another matter.
    bool ipv6 = expected.name().starts_with("net/ipv6/") &&
                !host.Sysctl("net/ipv6/conf/all/forwarding") &&
                !host.Sysctl("net/ipv6/conf/all/disable_ipv6");
    answer.result = ipv6 ? Result::kNotApplicable : Result::kFail;
    answer.reason =
        ipv6 ? "the kernel has no IPv6" : "the kernel has no " + Dotted(expected.name());
    return false;
  }
  if (!value) {
    answer = CannotTell(value.error());
    return false;
  }
  answer.evidence.push_back({"/proc/sys/" + expected.name(), 0, *value, Wanted(expected)});
  if (Meets(expected, *value)) return true;
  answer.result = Result::kFail;
  answer.reason = "the running kernel has " + *value + ", wanted is " + Wanted(expected);
  return false;
}

// Static: the kernel that boots with ipv6.disable=1 has no key below net/ipv6.
bool BootsWithoutIp6(Host& host) {
  Boot boot;
  boot.set_parameter("ipv6.disable");
  boot.mutable_wanted()->set_kind("equals");
  boot.mutable_wanted()->add_values("1");
  return JudgeBoot(boot, host).result == Result::kPass;
}

}  // namespace

Answer JudgeSysctl(const Sysctl& expected, Host& host) {
  Answer answer;
  if (host.live() && !JudgeLive(expected, host, answer)) return answer;
  Expected<std::optional<SysctlAssignment>> persisted = PersistedSysctl(host, expected.name());
  if (!persisted) return CannotTell(persisted.error());
  std::string label = host.live() ? "" : " (static)";
  answer.result = Result::kFail;
  if (!*persisted) {
    if (!host.live() && expected.name().starts_with("net/ipv6/") && BootsWithoutIp6(host))
      return {Result::kNotApplicable, "every boot entry says ipv6.disable=1 (static)", {}};
    answer.reason = "no sysctl.d file sets " + Dotted(expected.name()) + label +
                    ": the next boot has the kernel's default";
    return answer;
  }
  const SysctlAssignment& found = **persisted;
  answer.evidence.push_back({found.file, found.line, Shown(found, expected), Wanted(expected)});
  if (Meets(expected, found.value)) {
    answer.result = Result::kPass;
  } else {
    answer.reason = "the next boot would set " + Shown(found, expected) + label + ", wanted is " +
                    Wanted(expected);
  }
  return answer;
}

}  // namespace assay
