// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "checks/predicates/firewall_parts.h"
#include "tests/support/temp_root.h"

namespace assay {

/// A file of tests/checks/data/firewall.
inline std::string Fixture(const std::string& name) {
  std::ifstream file(ASSAY_SOURCE_DIR "/tests/checks/data/firewall/" + name, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

/// What the firewall predicate says of a root that does not run.
inline Answer Ask(const TempRoot& root, const std::string& front_end, const std::string& check,
                  const std::string& family = "") {
  Firewall wanted;
  wanted.set_front_end(front_end);
  wanted.set_check(check);
  wanted.set_family(family);
  Host host = root.OpenHost();
  return JudgeFirewall(wanted, host);
}

/// The result, and that only a pass comes without a reason.
inline void Expect(const Answer& answer, Result result, const std::string& why) {
  EXPECT_EQ(ResultName(answer.result), ResultName(result)) << why << ": " << answer.reason;
  EXPECT_EQ(answer.reason.empty(), result == Result::kPass) << why;
}

/// What ufw wrote, put where it belongs.
inline void WriteUfw(const TempRoot& root) {
  root.Write("etc/default/ufw", Fixture("ufw/default"));
  for (std::string file : {"ufw.conf", "before.rules", "before6.rules", "after.rules",
                           "after6.rules", "user.rules", "user6.rules"})
    root.Write("etc/ufw/" + file, Fixture("ufw/" + file));
}

}  // namespace assay
