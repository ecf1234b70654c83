// SPDX-License-Identifier: Apache-2.0
// `assay harden` of sudo's settings and of the fields of accounts.
#include <gmock/gmock.h>

#include "checks/harden/fix.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

Expected<void> FixWith(const TempRoot& root, const Expectation& wanted) {
  Host host = root.OpenHost();
  host.UseClock([] { return int64_t(20'000) * 24 * 60 * 60; });
  Plan plan(host);
  Expected<void> fixed = wanted.has_sudoers() ? FixSudoers(wanted.sudoers(), plan)
                                              : FixAccounts(wanted.accounts(), plan);
  if (Expected<void> applied = Apply(plan, host.root_fd()); !applied) return applied;
  return fixed;
}

Expectation Default(const std::string& option, std::vector<std::string> values) {
  Expectation wanted;
  wanted.mutable_sudoers()->set_option(option);
  if (values.empty()) wanted.mutable_sudoers()->set_set(true);
  for (const std::string& value : values)
    wanted.mutable_sudoers()->mutable_demand()->add_values(value);
  return wanted;
}

TEST(HardenSudoers, SettingsGoIntoAFileOfOurOwn) {
  TempRoot root{{"etc/sudoers", "Defaults env_reset\n@includedir /etc/sudoers.d\n"}};
  EXPECT_TRUE(FixWith(root, Default("use_pty", {})));
  EXPECT_TRUE(FixWith(root, Default("logfile", {})));
  EXPECT_TRUE(FixWith(root, Default("timestamp_timeout", {"20"})));
  EXPECT_TRUE(FixWith(root, Default("timestamp_timeout", {"15"})));
  EXPECT_THAT(root.ReadBack("etc/sudoers.d/zz-assay"),
              testing::EndsWith("Defaults use_pty\nDefaults logfile=\"/var/log/sudo.log\"\n"
                                "Defaults timestamp_timeout=15\n"));
  EXPECT_EQ(root.OpenHost().Stat("/etc/sudoers.d/zz-assay")->mode, 0440u);
}

TEST(HardenSudoers, WithoutTheDirectoryAndForTagsAPersonDecides) {
  TempRoot root{{"etc/sudoers", "Defaults env_reset\n"}};
  EXPECT_EQ(FixWith(root, Default("use_pty", {})).error().code, ErrorCode::kUnsupported);
  Expectation tag;
  tag.mutable_sudoers()->set_no_tag("NOPASSWD");
  EXPECT_EQ(FixWith(root, tag).error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(FixWith(root, Default("authenticate", {})).error().code, ErrorCode::kUnsupported);
}

Expectation Check(const std::string& check, std::vector<std::string> within = {}) {
  Expectation wanted;
  wanted.mutable_accounts()->set_check(check);
  wanted.mutable_accounts()->mutable_demand()->set_kind("within");
  for (const std::string& value : within)
    wanted.mutable_accounts()->mutable_demand()->add_values(value);
  return wanted;
}

TEST(HardenAccounts, OneFieldIsChangedAndNothingElse) {
  TempRoot root{
      {"etc/passwd",
       "root:x:0:0::/root:/bin/bash\ngames:x:5:5:a,b:/:/bin/sh\n# note\n"
       "web:x:33:33::/:/usr/sbin/nologin\nann:x:1000:1000::/home/ann:/bin/bash"},
      {"etc/shadow",
       "root:*:1::99999:7:::\ngames:*:19900:0:99999:7:::\nweb:$y$j9T$a$b:19900:0:99999:7:::\n"
       "ann:$y$j9T$c$d:19900:0:99999:7::9:"},
      {"etc/group", "root:x:0:\n"},
      {"etc/shells", "/bin/bash\n/bin/sh\n"}};
  EXPECT_TRUE(FixWith(root, Check("password-max-days", {"1", "365"})));
  EXPECT_TRUE(FixWith(root, Check("password-inactive-days", {"0", "45"})));
  EXPECT_TRUE(FixWith(root, Check("no-shell-accounts-locked")));
  EXPECT_TRUE(FixWith(root, Check("system-accounts-no-shell")));
  EXPECT_EQ(root.ReadBack("etc/shadow"),
            "root:*:1::99999:7:::\ngames:*:19900:0:99999:7:::\nweb:!$y$j9T$a$b:19900:0:365:7:45::\n"
            "ann:$y$j9T$c$d:19900:0:365:7:45:9:");
  EXPECT_EQ(root.ReadBack("etc/passwd"),
            "root:x:0:0::/root:/bin/bash\ngames:x:5:5:a,b:/:/usr/sbin/nologin\n# note\n"
            "web:x:33:33::/:/usr/sbin/nologin\nann:x:1000:1000::/home/ann:/bin/bash");
}

TEST(HardenAccounts, AnAccountIsNotClosedByTheAgeOfItsPassword) {
  const std::string shadow = "root:$y$j9T$a$b:19000:0:99999:7:::\n";
  TempRoot root{{"etc/passwd", "root:x:0:0::/root:/bin/bash\n"},
                {"etc/shadow", shadow},
                {"etc/group", "root:x:0:\n"}};
  EXPECT_TRUE(FixWith(root, Check("password-inactive-days", {"0", "45"})));
  Expected<void> fixed = FixWith(root, Check("password-max-days", {"1", "365"}));
  ASSERT_FALSE(fixed);
  EXPECT_EQ(fixed.error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(root.ReadBack("etc/shadow"), "root:$y$j9T$a$b:19000:0:99999:7:45::\n");
}

TEST(HardenAccounts, WhoHasAnAccountIsForAPerson) {
  TempRoot root{{"etc/passwd", "root:x:0:0::/:/bin/sh\nt:x:0:0::/:/bin/sh\n"},
                {"etc/shadow", "root::1::::::\n"},
                {"etc/group", "root:x:0:\n"}};
  for (const char* check : {"uid-0-only-root", "root-password", "no-empty-passwords"})
    EXPECT_EQ(FixWith(root, Check(check)).error().code, ErrorCode::kUnsupported) << check;
  EXPECT_EQ(root.ReadBack("etc/shadow"), "root::1::::::\n");
}

}  // namespace

}  // namespace assay
