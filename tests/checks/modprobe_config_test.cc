// SPDX-License-Identifier: Apache-2.0
// Each row was put to modprobe 30 (-n -v, an index of its own): what it would do is the
// expectation.
#include "checks/formats/modprobe_config.h"

#include <gtest/gtest.h>

namespace assay {

namespace {

TEST(ModprobeConfig, RefusesWhatModprobeRefuses) {
  struct Case {
    const char* why;
    const char* text;
    bool install, blacklist;
  };
  for (const Case& one : std::vector<Case>{
           {"both", "install a-b /bin/false\nblacklist a_b\n", true, true},
           {"no last newline", "blacklist a-b", false, true},
           {"a comment that goes on swallows the next line",
            "# old \\\ninstall a_b /bin/false\nblacklist a_b\n", false, true},
           {"a command may go on", "install a_b \\\n  /bin/false\n", true, false},
           {"and what it goes on with counts", "install a_b /bin/false \\\n || modprobe -i a_b\n",
            false, false},
           {"an earlier glob is the one that runs",
            "install a* /sbin/modprobe -i a_b\ninstall a_b /bin/false\n", false, false},
           {"a glob that refuses", "install a?b /bin/true\n", true, false},
           {"a blacklist is no glob", "blacklist a*\n", false, false},
           {"a CR belongs to the word", "install a_b /bin/false\r\nblacklist a_b\r\n", false,
            false},
           {"only a '#' at the front makes a comment, but ' #' is no command",
            " # install a_b /bin/false\n", false, false},
           {"no command: as if it were not there", "install a_b\ninstall a_b /bin/false\n", true,
            false}}) {
    ModuleRefusal refusal;
    for (const ModprobeLine& line : ParseModprobeFile(one.text))
      (void)AddRefusal(line, "a_b", refusal);
    EXPECT_EQ(refusal.install, one.install) << one.why;
    EXPECT_EQ(refusal.blacklist, one.blacklist) << one.why;
  }
}

TEST(ModprobeConfig, NamesTheLineWhereACommandBegins) {
  std::vector<ModprobeLine> lines = ParseModprobeFile("\n# c\ninstall \\\n a b\nblacklist c");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].line, 3);
  EXPECT_EQ(lines[1].line, 5);
}

}  // namespace

}  // namespace assay
