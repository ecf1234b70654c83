// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "checks/rules/engine.h"
#include "checks/rules/rule_loader.h"
#include "tests/support/temp_root.h"

namespace assay {

/// A profile of benchmarks/cis-debian12, with the alternatives that tailoring would select.
Policy ShippedPolicy(const std::string& profile,
                     const std::map<std::string, std::string>& selected = {});

/// What the policy's rules say of a root that does not run, on a day in 2024, by rule.
std::map<std::string, RuleOutcome> JudgedRules(const Policy& policy, const TempRoot& root);

/// Rules that a program decides: no evidence for a person.
bool IsAutomated(const Rule& rule);

/// The number of the rule in the Debian benchmark; empty: none.
std::string DebianNumber(const Rule& rule);

/// Sections whose rules are seen both ways elsewhere, on roots of their own: sudo and PAM in
/// login_rules_test.
bool HasOwnRoots(const std::string& number);

/// Every "Suite.Name" in the sources below tests/.
std::set<std::string> NamesOfAllTests();

}  // namespace assay
