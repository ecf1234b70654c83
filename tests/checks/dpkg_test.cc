// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/dpkg.h"

#include <gmock/gmock.h>

namespace assay {
namespace {

using testing::HasSubstr;

std::string Refusal(std::string_view text) {
  auto packages = ParseDpkgStatus(text);
  return packages ? "accepted" : packages.error().text;
}

TEST(Dpkg, ReadsNameArchitectureVersionAndStatusOfEachParagraph) {
  auto packages = ParseDpkgStatus(
      "Package: zlib\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:1.2-3\n"
      "Conffiles:\n /etc/x 0123\n /etc/y: 4567\n\n\n"
      "Package: adduser\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 3\n");
  ASSERT_TRUE(packages) << packages.error().text;
  ASSERT_EQ(packages->size(), 2u);
  EXPECT_EQ((*packages)[0].name(), "adduser");
  EXPECT_EQ((*packages)[0].status(), "deinstall ok config-files");
  EXPECT_EQ((*packages)[1].version(), "1:1.2-3");
  EXPECT_EQ((*packages)[1].architecture(), "amd64");
}

TEST(Dpkg, AnEmptyDatabaseHasNoPackages) {
  EXPECT_TRUE(ParseDpkgStatus("")->empty());
  EXPECT_TRUE(ParseDpkgStatus("\n\n")->empty());
}

TEST(Dpkg, TheSamePackageOfTwoArchitecturesIsTwoPackages) {
  EXPECT_EQ(Refusal("Package: a\nStatus: s\nArchitecture: amd64\n\n"
                    "Package: a\nStatus: s\nArchitecture: i386\n"),
            "accepted");
  EXPECT_THAT(Refusal("Package: a\nStatus: s\n\nPackage: a\nStatus: s\n"), HasSubstr("twice"));
}

TEST(Dpkg, RefusesWhatIsNoDatabaseWithItsLine) {
  EXPECT_THAT(Refusal("Package: a\n"), HasSubstr("lacks Package or Status"));
  EXPECT_THAT(Refusal("Package: a\nnonsense\n"), HasSubstr("line 2: not a field"));
  EXPECT_THAT(Refusal(" continuation of nothing\n"), HasSubstr("line 1: not a field"));
  EXPECT_THAT(Refusal("Package: a\nPackage: b\n"), HasSubstr("same field twice"));
}

}  // namespace
}  // namespace assay
