// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "tests/checks/planted_root.h"
#include "tests/checks/shipped_rules.h"

namespace assay {

/// A way to go wrong: with `change` (as planted_root.h says) on a good root, `rule` must answer so.
struct Trap {
  const char *why, *rule, *change;
  Result result;
};

class Traps : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root: the roots have owners";
  }

  /// Each on a root of its own: "good", with the tree `on_top`.
  void Expect(const std::string& on_top, const std::vector<Trap>& traps) {
    const Policy policy = ShippedPolicy("cis-debian12-l2-server");
    for (const Trap& trap : traps) {
      TempRoot root;
      Plant(root, "good");
      Plant(root, on_top);
      PlantText(root, trap.change);
      const RuleOutcome outcome = JudgedRules(policy, root).at(trap.rule);
      EXPECT_EQ(ResultName(outcome.result), ResultName(trap.result))
          << trap.rule << ": " << trap.why << ": " << outcome.reason;
    }
  }
};

}  // namespace assay
