// SPDX-License-Identifier: Apache-2.0
// rpm's packages against a baseline. The database: tests/checks/data/rpm/README.md.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "tests/checks/sealed_image.h"

namespace assay {
namespace {

using testing::ElementsAre;

constexpr char kDatabase[] = "var/lib/rpm/rpmdb.sqlite", kLog[] = "var/lib/rpm/rpmdb.sqlite-wal";

std::string Fixture(const std::string& name) {
  std::ifstream file(ASSAY_SOURCE_DIR "/tests/checks/data/rpm/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The log removes chrony and installs bind a second time.
TEST(RpmPackages, AreComparedWithWhatTheLogHolds) {
  std::string database = Fixture("small.sqlite");
  SealedImage image({{"etc/x", ""}, {kDatabase, database}});
  VerifiedBaseline baseline = image.SealAndOpen();
  EXPECT_TRUE(image.Compare(baseline).golden());
  image.root.Write(kLog, Fixture("small.sqlite-wal"));
  EXPECT_THAT(FindingLines(image.Compare(baseline)),
              ElementsAre("changed bind:x86_64 version", "missing chrony:x86_64 package"));
}

TEST(RpmPackages, ADamagedOrMissingDatabaseIsUnverifiable) {
  SealedImage image({{"etc/x", ""}, {kDatabase, Fixture("rpmdb.sqlite")}});
  VerifiedBaseline baseline = image.SealAndOpen();
  EXPECT_TRUE(image.Compare(baseline).golden());
  image.root.Write(kDatabase, "what is this");
  EXPECT_THAT(FindingLines(image.Compare(baseline)),
              ElementsAre("unverifiable /var/lib/rpm/rpmdb.sqlite"));
  image.root.Remove(kDatabase);
  EXPECT_FALSE(image.Compare(baseline).golden());
}

}  // namespace
}  // namespace assay
