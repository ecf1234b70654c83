// SPDX-License-Identifier: Apache-2.0
// rpm's database: the SQLite file, its write-ahead log, the headers, versions, and what rules ask.
// Most fixtures are an rpm database that rpm made (data/rpm/README.md).
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/file.h"
#include "checks/formats/installed_packages.h"
#include "checks/formats/rpm_database.h"
#include "checks/formats/rpm_header.h"
#include "checks/formats/rpm_version.h"
#include "checks/predicates/predicate.h"
#include "tests/support/process.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

using testing::HasSubstr;

constexpr char kData[] = ASSAY_SOURCE_DIR "/tests/checks/data/rpm/";
constexpr char kDatabase[] = "var/lib/rpm/rpmdb.sqlite";

std::string Fixture(const std::string& name) {
  std::ifstream file(kData + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

BytesAt Of(const std::string& bytes) {
  return [&bytes](uint64_t offset, size_t size) -> Expected<std::string> {
    return offset < bytes.size() ? bytes.substr(offset, size) : std::string();
  };
}

std::string Listed(const std::vector<PackageObject>& packages) {
  std::string lines;
  for (const PackageObject& one : packages)
    lines += one.name() + " " + one.architecture() + " " + one.version() + "\n";
  return lines;
}

std::string ListedOrError(const std::string& database, const std::string& log = "") {
  auto packages = ParseRpmDatabase(Of(database), log.empty() ? BytesAt() : Of(log));
  return packages ? Listed(*packages) : packages.error().ToString();
}

Answer Ask(const TempRoot& root, const std::vector<std::string>& installed,
           const std::vector<std::string>& absent, const std::string& at_least = "") {
  Package package;
  for (const std::string& name : installed) package.add_installed(name);
  for (const std::string& name : absent) package.add_absent(name);
  package.set_at_least(at_least);
  Host host = root.OpenHost();
  return JudgePackage(package, host);
}

TEST(RpmDatabase, HasThePackagesThatRpmListed) {
  EXPECT_EQ(ListedOrError(Fixture("rpmdb.sqlite")), Fixture("packages"));
}

TEST(RpmDatabase, HasThePackagesThatRpmOnThisMachineLists) {
  if (!std::filesystem::exists("/usr/bin/rpmbuild")) GTEST_SKIP() << "rpm is not installed";
  TempRoot made;
  Ran ran = RunProgram({std::string(kData) + "make_rpmdb", made.path()});
  ASSERT_EQ(ran.exit, 0) << ran.err;
  std::string packages = made.ReadBack("packages");
  EXPECT_THAT(packages, HasSubstr("bind "));
  EXPECT_EQ(ListedOrError(made.ReadBack("rpmdb.sqlite")), packages);
}

// The log: chrony is removed and a second bind installed, and what was never committed is not
// there.
TEST(RpmDatabase, TheNewestCommittedStateIsInTheWriteAheadLog) {
  std::string before = ListedOrError(Fixture("small.sqlite"));
  EXPECT_EQ(before, Fixture("packages"));
  std::string after = ListedOrError(Fixture("small.sqlite"), Fixture("small.sqlite-wal"));
  EXPECT_EQ(after, "bind x86_64 32:9.16.23-24.el9\nbind x86_64 32:9.16.23-24.el9\n" +
                       before.substr(before.find("crypto-policies")));
}

TEST(RpmDatabase, AFrameWithAWrongChecksumEndsTheLog) {
  std::string log = Fixture("small.sqlite-wal");
  log[32 + 24 + 100] ^= 1;  // of the first frame: nothing of the log counts
  EXPECT_EQ(ListedOrError(Fixture("small.sqlite"), log), Fixture("packages"));
  log[0] ^= 1;
  EXPECT_EQ(ListedOrError(Fixture("small.sqlite"), log), Fixture("packages"));
}

TEST(RpmDatabase, DamageIsAnErrorAndNeverAShorterList) {
  std::string whole = Fixture("small.sqlite");
  EXPECT_THAT(ListedOrError(""), HasSubstr("not an SQLite 3 database"));
  EXPECT_THAT(ListedOrError(whole.substr(0, whole.size() / 2)), HasSubstr("behind its end"));
  std::string no_table = whole;
  for (size_t at; (at = no_table.find("Packages")) != std::string::npos;) no_table[at] = 'Q';
  EXPECT_THAT(ListedOrError(no_table), HasSubstr("no table 'Packages'"));
  std::string zeros = whole;
  std::fill(zeros.begin() + 512, zeros.end(), '\0');
  EXPECT_THAT(ListedOrError(zeros), HasSubstr("none of a table"));
}

// Entries of (tag, type, offset, count) and their data.
std::string Header(const std::vector<std::array<uint32_t, 4>>& entries, const std::string& data) {
  std::string bytes;
  auto put = [&bytes](uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += char(value >> shift);
  };
  put(uint32_t(entries.size()));
  put(uint32_t(data.size()));
  for (const auto& entry : entries)
    for (uint32_t value : entry) put(value);
  return bytes + data;
}

TEST(RpmHeader, IsReadOnlyAsFarAsItMatters) {
  std::string header = Header({{1000, 6, 0, 1}, {1001, 6, 2, 1}, {1002, 6, 4, 1}, {1003, 4, 8, 1}},
                              std::string("a\0"
                                          "1\0"
                                          "2\0\0\0\0\0\0\7",
                                          12) +
                                  std::string(9000, 'x'));
  EXPECT_FALSE(*ParseRpmHeader(std::string_view(header).substr(0, 5), header.size()));
  EXPECT_FALSE(*ParseRpmHeader(std::string_view(header).substr(0, 30), header.size()));
  EXPECT_FALSE(*ParseRpmHeader(std::string_view(header).substr(0, 80), header.size()));
  auto package = ParseRpmHeader(std::string_view(header).substr(0, 100), header.size());
  ASSERT_TRUE(package && *package) << package.error().ToString();
  EXPECT_EQ((*package)->version(), "7:1-2");
  EXPECT_EQ((*package)->architecture(), "");
}

TEST(RpmHeader, RefusesWhatRpmWouldNotTake) {
  std::string data(
      "a\0"
      "1\0"
      "2\0",
      6);
  std::vector<std::array<uint32_t, 4>> good{{1000, 6, 0, 1}, {1001, 6, 2, 1}, {1002, 6, 4, 1}};
  auto told = [](const std::string& header, uint64_t whole) {
    auto package = ParseRpmHeader(header, whole);
    return package ? std::string("taken") : package.error().text;
  };
  std::string sound = Header(good, data);
  EXPECT_EQ(told(sound, sound.size()), "taken");
  EXPECT_THAT(told(sound + "x", sound.size() + 1), HasSubstr("do not add up"));
  auto with = [&](std::array<uint32_t, 4> entry) {
    std::vector<std::array<uint32_t, 4>> entries = good;
    entries.push_back(entry);
    std::string header = Header(entries, data);
    return told(header, header.size());
  };
  EXPECT_THAT(with({1000, 6, 2, 1}), HasSubstr("occurs twice"));
  EXPECT_THAT(with({1022, 4, 0, 1}), HasSubstr("wrong type"));
  EXPECT_THAT(with({1022, 6, 6, 1}), HasSubstr("behind the end"));
  EXPECT_THAT(with({1003, 4, 3, 1}), HasSubstr("behind the end"));
  good.pop_back();
  EXPECT_THAT(told(Header(good, data), Header(good, data).size()), HasSubstr("lacks tag 1002"));
  std::string open_end = Header({{1000, 6, 0, 1}}, "abc");
  EXPECT_THAT(told(open_end, open_end.size()), HasSubstr("has no end"));
}

constexpr std::pair<const char*, const char*> kNewerFirst[] = {
    {"1.0", "1.0~rc1"},       {"1.0~rc1", "1.0~beta"},
    {"1.0^git1", "1.0"},      {"1.0.1", "1.0^git1"},
    {"1.10", "1.9"},          {"1:1", "9"},
    {"1.0-2", "1.0-1.el9"},   {"2a", "2"},
    {"2.1", "2.a"},           {"10.1xyz", "10xyz"},
    {"1.0a", "1.0"},          {"5.5p10", "5.5p2"},
    {"20101122", "20101121"}, {"1.0~rc1", "1.0~rc1~git"}};

TEST(RpmVersion, SortsAsTheManualPageSays) {
  for (auto [newer, older] : kNewerFirst) {
    auto a = ParseRpmVersion(newer), b = ParseRpmVersion(older);
    ASSERT_TRUE(a && b) << newer << " " << older;
    EXPECT_TRUE(Compare(*a, *b) > 0) << newer << " " << older;
    EXPECT_TRUE(Compare(*b, *a) < 0) << newer << " " << older;
  }
  for (auto [left, right] : {std::pair{"1.0", "1.00"}, {"0:1_0", "1.0"}, {"1.0-3", "1.0"}})
    EXPECT_TRUE(Compare(*ParseRpmVersion(left), *ParseRpmVersion(right)) == 0) << left;
}

TEST(RpmVersion, SortsAsRpmDoes) {
  if (!std::filesystem::exists("/usr/bin/rpm")) GTEST_SKIP() << "rpm is not installed";
  for (auto [left, right] : kNewerFirst) {
    Ran ran =
        RunProgram({"rpm", "--eval",
                    std::string("%{lua: print(rpm.vercmp('") + left + "', '" + right + "'))}"});
    auto order = Compare(*ParseRpmVersion(left), *ParseRpmVersion(right));
    EXPECT_EQ(ran.out, order > 0 ? "1\n" : order < 0 ? "-1\n" : "0\n") << left << " " << right;
  }
}

TEST(RpmVersion, RefusesWhatIsNone) {
  for (const char* text : {"", ":1", "x:1", "1-", "-1", "1 2", "1-2-", "1:"})
    EXPECT_FALSE(ParseRpmVersion(text)) << text;
}

TEST(RpmPackages, AreJudgedLikeThoseOfDpkg) {
  TempRoot root{{kDatabase, Fixture("rpmdb.sqlite")}};
  EXPECT_EQ(Ask(root, {"chrony", "bind"}, {}).result, Result::kPass);
  EXPECT_EQ(Ask(root, {}, {"telnet-server"}).result, Result::kPass);
  Answer answer = Ask(root, {}, {"telnet-server", "bind"});
  EXPECT_EQ(answer.reason, "package bind is installed");
  EXPECT_EQ(answer.evidence.back().source, "/var/lib/rpm/rpmdb.sqlite");
  EXPECT_EQ(answer.evidence.back().value, "bind 32:9.16.23-24.el9 (installed by rpm)");
  EXPECT_EQ(Ask(root, {"chrony"}, {}, "4.6").result, Result::kPass);
  EXPECT_EQ(Ask(root, {"bind"}, {}, "9.99").result, Result::kPass);  // its epoch is 32
  EXPECT_EQ(Ask(root, {"kernel-core"}, {}, "5.14.0-600").reason,
            "package kernel-core has version 5.14.0-570.el9, wanted is at least 5.14.0-600");
}

TEST(RpmPackages, TheLogBesideTheDatabaseCounts) {
  TempRoot root{{kDatabase, Fixture("small.sqlite")}};
  EXPECT_EQ(Ask(root, {"chrony"}, {}).result, Result::kPass);
  root.Write("var/lib/rpm/rpmdb.sqlite-wal", Fixture("small.sqlite-wal"));
  EXPECT_EQ(Ask(root, {"chrony"}, {}).result, Result::kFail);
  root.Write("var/lib/rpm/rpmdb.sqlite-wal", "");
  EXPECT_EQ(Ask(root, {"chrony"}, {}).result, Result::kPass);
}

TEST(RpmPackages, AChangeThatWasInterruptedIsAnError) {
  TempRoot root{{kDatabase, Fixture("rpmdb.sqlite")},
                {"var/lib/rpm/rpmdb.sqlite-journal", "pages as they were"}};
  Answer answer = Ask(root, {}, {"telnet-server"});
  EXPECT_EQ(answer.result, Result::kError);
  EXPECT_THAT(answer.reason, HasSubstr("rpmdb.sqlite-journal is not empty"));
}

TEST(RpmPackages, AreFoundWhereFedoraKeepsThemAndOnlyOnce) {
  TempRoot root{{"usr/lib/sysimage/rpm/rpmdb.sqlite", Fixture("rpmdb.sqlite")}};
  EXPECT_EQ(Ask(root, {"chrony"}, {}).result, Result::kPass);
  root.MakeDirectory("var/lib");
  root.Symlink("var/lib/rpm", "../../usr/lib/sysimage/rpm");
  Answer answer = Ask(root, {"bind"}, {});
  EXPECT_EQ(answer.result, Result::kPass);
  EXPECT_EQ(answer.evidence.size(), 1u);
}

TEST(RpmPackages, OfTwoDatabasesNobodyKnowsWhichCounts) {
  TempRoot root{{"usr/lib/sysimage/rpm/rpmdb.sqlite", Fixture("rpmdb.sqlite")},
                {kDatabase, Fixture("rpmdb.sqlite")}};
  EXPECT_EQ(Ask(root, {}, {"telnet-server"}).result, Result::kError);
}

TEST(RpmPackages, CountBesideThoseOfDpkg) {
  TempRoot root{{kDatabase, Fixture("rpmdb.sqlite")}, {"var/lib/dpkg/status", ""}};
  EXPECT_EQ(Ask(root, {}, {"bind"}).result, Result::kFail);
  root.Write("var/lib/dpkg/status",
             "Package: ufw\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n");
  EXPECT_EQ(Ask(root, {"ufw", "bind"}, {}).result, Result::kPass);
}

TEST(RpmPackages, AnOlderFormIsNotChecked) {
  TempRoot root{{"var/lib/rpm/Packages", "Berkeley"}};
  Answer answer = Ask(root, {}, {"bind"});
  EXPECT_EQ(answer.result, Result::kNotChecked);
  EXPECT_THAT(answer.reason, HasSubstr("/var/lib/rpm/Packages"));
}

TEST(RpmPackages, AreSealedOnceForEachNameAndArchitecture) {
  TempRoot root{{kDatabase, Fixture("rpmdb.sqlite")}};
  Host host = root.OpenHost();
  auto packages = PackagesToSeal(host);
  ASSERT_TRUE(packages && *packages) << packages.error().ToString();
  EXPECT_EQ((*packages)->size(), 5u);
  EXPECT_THAT(Listed(**packages), HasSubstr("kernel-core x86_64 5.14.0-570.el9, 5.14.0-611.el9\n"));
}

}  // namespace

}  // namespace assay
