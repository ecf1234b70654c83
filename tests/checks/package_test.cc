// SPDX-License-Identifier: Apache-2.0
// Packages: the order of versions, dpkg's states, and what rules ask of them.
#include <gtest/gtest.h>

#include <filesystem>

#include "checks/formats/debian_version.h"
#include "checks/predicates/predicate.h"
#include "tests/support/process.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

constexpr char kStatus[] = "var/lib/dpkg/status";

std::string Stanza(const std::string& name, const std::string& status,
                   const std::string& version = "1", const std::string& architecture = "amd64") {
  return "Package: " + name + "\nStatus: " + status + "\nArchitecture: " + architecture +
         "\nVersion: " + version + "\n\n";
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

// Pairs in falling order, from deb-version(7) and from what dpkg's own tests hold.
constexpr std::pair<const char*, const char*> kNewerFirst[] = {
    {"1.0", "1.0~rc1"},       {"1.0~rc1", "1.0~~"},
    {"1:0.1", "9.9"},         {"1.10", "1.9"},
    {"1.0-2", "1.0-1"},       {"1.0-1", "1.0"},
    {"1.0+a", "1.0a"},        {"1.0.1", "1.0"},
    {"1.0a", "1.0"},          {"1.0-1+deb12u2", "1.0-1"},
    {"1.0-1", "1.0-1~bpo12"}, {"100000000000000000001", "100000000000000000000"},
    {"1.2-3-1", "1.2-2-9"}};

TEST(DebianVersion, SortsAsTheManualPageSays) {
  for (auto [newer, older] : kNewerFirst) {
    auto a = ParseDebianVersion(newer), b = ParseDebianVersion(older);
    ASSERT_TRUE(a && b) << newer << " " << older;
    EXPECT_TRUE(Compare(*a, *b) > 0) << newer << " " << older;
    EXPECT_TRUE(Compare(*b, *a) < 0) << newer << " " << older;
  }
  for (auto [left, right] : {std::pair{"1.0", "1.0-0"}, {"0:1.0", "1.0"}, {"1.00", "1.0"}})
    EXPECT_TRUE(Compare(*ParseDebianVersion(left), *ParseDebianVersion(right)) == 0) << left;
}

TEST(DebianVersion, SortsAsDpkgDoes) {
  if (!std::filesystem::exists("/usr/bin/dpkg")) GTEST_SKIP() << "dpkg is not installed";
  for (auto [newer, older] : kNewerFirst)
    EXPECT_EQ(RunProgram({"dpkg", "--compare-versions", newer, "gt", older}).exit, 0)
        << newer << " " << older;
}

TEST(DebianVersion, RefusesWhatIsNone) {
  for (const char* text : {"", "a1", ":1", "x:1", "1:", "1-", "1 2", "-1", "2147483648:1", "1_2"})
    EXPECT_FALSE(ParseDebianVersion(text)) << text;
}

TEST(PackagePredicate, TellsInstalledFromWhatIsLeftOfIt) {
  struct Case {
    const char *why, *status;
    Result installed, absent;
  };
  for (const Case& one : std::vector<Case>{
           {"there", "install ok installed", Result::kPass, Result::kFail},
           {"held back from upgrades", "hold ok installed", Result::kPass, Result::kFail},
           {"the first word is a wish", "deinstall ok installed", Result::kPass, Result::kFail},
           {"its triggers wait", "install ok triggers-pending", Result::kPass, Result::kFail},
           {"removed, not purged", "deinstall ok config-files", Result::kFail, Result::kPass},
           {"purged", "purge ok not-installed", Result::kFail, Result::kPass},
           {"its files are there", "install ok half-configured", Result::kFail, Result::kFail},
           {"unpacked", "install ok unpacked", Result::kFail, Result::kFail},
           {"broken", "install reinstreq installed", Result::kFail, Result::kFail},
           {"a status of no dpkg", "install ok", Result::kError, Result::kError}}) {
    TempRoot root{{kStatus, Stanza("p", one.status)}};
    EXPECT_EQ(ResultName(Ask(root, {"p"}, {}).result), ResultName(one.installed)) << one.why;
    EXPECT_EQ(ResultName(Ask(root, {}, {"p"}).result), ResultName(one.absent)) << one.why;
  }
}

TEST(PackagePredicate, WantsAllOfAListOrNoneOfIt) {
  TempRoot root{
      {kStatus, Stanza("a", "install ok installed") + Stanza("b", "install ok installed")}};
  EXPECT_EQ(Ask(root, {"a", "b"}, {}).result, Result::kPass);
  EXPECT_EQ(Ask(root, {"a", "c"}, {}).reason, "package c is not installed");
  EXPECT_EQ(Ask(root, {}, {"c", "d"}).result, Result::kPass);
  Answer answer = Ask(root, {}, {"c", "b"});
  EXPECT_EQ(answer.reason, "package b is installed");
  EXPECT_EQ(answer.evidence.back().value, "b 1 (install ok installed)");
}

TEST(PackagePredicate, NoArchitectureOfAPackageMayBeTooOld) {
  TempRoot root{{kStatus, Stanza("p", "install ok installed", "1:2.0-1", "amd64") +
                              Stanza("p", "install ok installed", "1.9-1", "i386")}};
  EXPECT_EQ(Ask(root, {"p"}, {}, "1.8").result, Result::kPass);
  EXPECT_EQ(Ask(root, {"p"}, {}, "2.0").reason,
            "package p has version 1.9-1, wanted is at least 2.0");
}

// dpkg reads /var/lib/dpkg/updates after the status file: a power cut leaves the newest state
// there.
TEST(PackagePredicate, WhatAnInterruptedDpkgLeftCountsMore) {
  TempRoot root{{kStatus, Stanza("a", "install ok installed")},
                {"var/lib/dpkg/updates/0000", Stanza("b", "install ok unpacked")},
                {"var/lib/dpkg/updates/0001", Stanza("b", "install ok installed")},
                {"var/lib/dpkg/updates/0002", Stanza("a", "deinstall ok config-files")},
                {"var/lib/dpkg/updates/tmp.i", "unfinished"}};
  EXPECT_EQ(Ask(root, {"b"}, {"a"}).result, Result::kPass);
}

TEST(PackagePredicate, WithoutADatabaseNothingIsAbsent) {
  TempRoot root;
  EXPECT_EQ(Ask(root, {}, {"p"}).result, Result::kError);
  root.Write("var/lib/rpm/rpmdb.sqlite", "SQLite format 3");
  Answer answer = Ask(root, {}, {"p"});
  EXPECT_EQ(answer.result, Result::kError);
  EXPECT_NE(answer.reason.find("/var/lib/rpm/rpmdb.sqlite"), std::string::npos) << answer.reason;
  root.Write(kStatus, "nonsense\n");
  answer = Ask(root, {}, {"p"});
  EXPECT_EQ(answer.result, Result::kError);
  EXPECT_NE(answer.reason.find("line 1"), std::string::npos) << answer.reason;
}

TEST(PackagePredicate, OfAPolicyFromTheFutureNothingIsChecked) {
  TempRoot root{{kStatus, ""}};
  EXPECT_EQ(Ask(root, {}, {}).result, Result::kNotChecked);
}

}  // namespace

}  // namespace assay
