// SPDX-License-Identifier: Apache-2.0
// The shipped rules of chapters 5.4 and 7.2: all pass on one root, and all fail on another.
#include <gtest/gtest.h>
#include <unistd.h>

#include <map>

#include "checks/rules/engine.h"
#include "checks/rules/rule_loader.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

// Ours by the number of the recommendation.
std::map<std::string, Result> Judge(const TempRoot& root) {
  std::map<std::string, Result> results;
  Expected<Policy> policy = LoadPolicy(
      {ASSAY_SOURCE_DIR "/checks/benchmarks/cis-debian12", "cis-debian12-l2-server", "", ""});
  EXPECT_TRUE(policy) << policy.error().ToString();
  if (!policy) return results;
  Host host = root.OpenHost();
  host.UseClock([] { return int64_t(20'000) * 24 * 60 * 60; });
  for (const Rule& rule : policy->rules())
    for (const RecommendationId& id : rule.ids())
      if (id.benchmark() == "cis-debian12" &&
          (id.number().starts_with("5.4.") || id.number().starts_with("7.2."))) {
        results[id.number()] = JudgeRule(*policy, rule, host).result;
      }
  return results;
}

// 5.4.1.2 is Manual in the benchmark: a person decides.
void ExpectAll(Result result, const TempRoot& root) {
  std::map<std::string, Result> results = Judge(root);
  EXPECT_EQ(results.size(), 27u);
  for (const auto& [number, found] : results)
    EXPECT_EQ(ResultName(found), ResultName(number == "5.4.1.2" ? Result::kManual : result))
        << number;
}

std::string Root(const std::string& password) {
  return "root:" + password + ":" + std::to_string(getuid()) + ":0::/root:/bin/bash\n";
}

TEST(AccountRules, PassOnAHardenedRoot) {
  if (getuid() != 0) GTEST_SKIP() << "needs files of uid 0, for root's home";
  TempRoot root{{"etc/passwd", Root("x") + "bin:x:2:2::/bin:/usr/sbin/nologin\n"},
                {"etc/shadow", "root:$y$j9T$a$b:19900:1:365:7:30::\nbin:*:19900::::::\n"},
                {"etc/group", "root:x:0:\nbin:x:2:\nshadow:x:42:\n"},
                {"etc/gshadow", "shadow:*::\n"},
                {"etc/shells", "/bin/bash\n"},
                {"etc/default/useradd", "INACTIVE=30\n"},
                {"etc/login.defs",
                 "PASS_MAX_DAYS 365\nPASS_MIN_DAYS 1\nPASS_WARN_AGE 7\nENCRYPT_METHOD YESCRYPT\n"
                 "UMASK 027\nENV_SUPATH PATH=/usr/sbin\n"},
                {"etc/pam.d/common-session", "session optional pam_umask.so\n"},
                {"etc/profile", "for i in /etc/profile.d/*.sh; do . $i; done\n"},
                {"etc/profile.d/tmout.sh", "typeset -xr TMOUT=900\n"},
                {"root/.bashrc", "umask 077\n"}};
  root.MakeDirectory("usr/sbin");
  for (const char* directory : {"usr/sbin", "root"}) root.Chmod(directory, 0750);
  ExpectAll(Result::kPass, root);
}

TEST(AccountRules, FailOnASlackRoot) {
  TempRoot root{{"etc/passwd", Root("") + "toor:x:0:0::/nowhere:/bin/sh\nroot:x:2:9::/:/bin/sh\n" +
                                   "bin:x:2:9::/bin:/usr/sbin/nologin\n"},
                {"etc/shadow", "root::90000:0:99999:1:::\nbin:$1$a$b:90000:0:99999:1:::\n"},
                {"etc/group", "root:x:0:\nroot:x:0:\nwheel:x:0:\nshadow:x:42:bin\n"},
                {"etc/shells", "/bin/bash\n/usr/sbin/nologin\n"},
                {"etc/default/useradd", "INACTIVE=-1\n"},
                {"etc/login.defs",
                 "PASS_MAX_DAYS 99999\nPASS_MIN_DAYS 0\nPASS_WARN_AGE 1\nENCRYPT_METHOD MD5\n"
                 "UMASK 022\n"},
                {"etc/profile", "PATH=.:$PATH\numask 022\n"},
                {"root/.bashrc", "umask 022\n"}};
  root.Chmod("root/.bashrc", 0666);
  ExpectAll(Result::kFail, root);
}

}  // namespace

}  // namespace assay
