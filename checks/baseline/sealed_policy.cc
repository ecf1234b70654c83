// SPDX-License-Identifier: Apache-2.0
#include "checks/baseline/sealed_policy.h"

#include "checks/formats/lines.h"
#include "checks/formats/sysctl_config.h"
#include "checks/rules/engine.h"

namespace assay {

namespace {

void AddNames(const Expectation& expectation, std::set<std::string>& names) {
  if (expectation.has_sysctl()) names.insert(expectation.sysctl().name());
  if (expectation.has_negated()) AddNames(expectation.negated(), names);
  for (const Expectation& part : expectation.all().parts()) AddNames(part, names);
  for (const Expectation& part : expectation.any().parts()) AddNames(part, names);
}

// The kernel puts tabs between the numbers of a value, people put blanks.
std::string OneBlankBetween(std::string_view value) {
  std::string text;
  for (std::string_view word : WordsOf(value)) {
    if (!text.empty()) text += ' ';
    text += word;
  }
  return text;
}

}  // namespace

std::set<std::string> SysctlNames(const Policy& policy) {
  std::set<std::string> names;
  for (const Rule& rule : policy.rules()) AddNames(rule.expect(), names);
  return names;
}

Expected<std::optional<std::string>> SysctlValue(Host& host, const std::string& name) {
  if (!host.live()) {
    std::optional<SysctlAssignment> persisted = TRY(PersistedSysctl(host, name));
    if (!persisted) return std::nullopt;
    return OneBlankBetween(persisted->value);
  }
  Expected<std::string> value = host.Sysctl(name);
  if (value) return OneBlankBetween(*value);
  if (value.error().code == ErrorCode::kNotFound) return std::nullopt;
  return std::unexpected(value.error());
}

Expected<std::vector<SysctlObject>> CaptureSysctls(const Policy& policy, Host& host) {
  std::vector<SysctlObject> sysctls;
  for (const std::string& name : SysctlNames(policy)) {
    std::optional<std::string> value = TRY(SysctlValue(host, name));
    if (!value) continue;
    SysctlObject& sysctl = sysctls.emplace_back();
    sysctl.set_name(name);
    sysctl.set_value(*value);
    sysctl.set_live(host.live());
  }
  return sysctls;
}

Expected<void> SealResults(Policy& policy, Host& host, std::string_view today) {
  CheckReport report = Check(policy, host, today);
  if (report.outcomes.size() != size_t(policy.rules_size()))
    return Fail(ErrorCode::kInternal, "sealing: the engine did not judge every rule");
  for (int i = 0; i < policy.rules_size(); i++)
    policy.mutable_rules(i)->set_sealed_result(
        std::string(ResultName(report.outcomes[size_t(i)].result)));
  return {};
}

}  // namespace assay
