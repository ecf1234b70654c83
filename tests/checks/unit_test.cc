// SPDX-License-Identifier: Apache-2.0
// Units: how systemd finds them, what starts them at boot, and what rules ask of them. Static
// roots; each row is a trap and says which.
#include <gmock/gmock.h>

#include <filesystem>

#include "checks/formats/unit_files.h"
#include "checks/formats/unit_presets.h"
#include "checks/predicates/predicate.h"
#include "tests/support/process.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kUnit[] = "[Service]\nExecStart=/bin/x\n[Install]\nWantedBy=multi-user.target\n";
constexpr char kVendor[] = "usr/lib/systemd/system/";
constexpr char kAdmin[] = "etc/systemd/system/";

// A root that has booted before, with one vendor's unit.
struct Root : TempRoot {
  Root() : TempRoot{{"etc/machine-id", "0123456789abcdef0123456789abcdef\n"}} {
    Vendor("x.service", kUnit);
  }
  void Vendor(const std::string& name, const char* text) const { Write(kVendor + name, text); }
  void Admin(const std::string& name, const std::string& target) const {
    Symlink(kAdmin + name, target);
  }
  UnitFile Find(const std::string& name) const {
    Host host = OpenHost();
    Expected<UnitFile> unit = FindUnit(host, name);
    EXPECT_TRUE(unit) << unit.error().ToString();
    return unit ? *unit : UnitFile();
  }
  Answer Unused(const std::vector<std::string>& names) const {
    Unit unit;
    for (const std::string& name : names) unit.add_unused(name);
    return Judge(unit);
  }
  Answer InUse(const std::vector<std::string>& names) const {
    Unit unit;
    for (const std::string& name : names) unit.add_in_use(name);
    return Judge(unit);
  }
  Answer Judge(const Unit& unit) const {
    Host host = OpenHost();
    return JudgeUnit(unit, host);
  }
};

TEST(UnitFiles, ALinkInWantsStartsAUnit) {
  Root root;
  EXPECT_EQ(root.Find("x.service").path, "/usr/lib/systemd/system/x.service");
  EXPECT_TRUE(root.Find("x.service").starts.empty());
  root.Admin("multi-user.target.wants/x.service", "/lib/systemd/system/x.service");
  EXPECT_THAT(root.Find("x.service").starts,
              ElementsAre("/etc/systemd/system/multi-user.target.wants/x.service"));
}

TEST(UnitFiles, AVendorsLinkStartsItTooAndRequiresIsNoLess) {
  Root root;
  root.Symlink("usr/lib/systemd/system/sysinit.target.requires/x.service", "../x.service");
  EXPECT_EQ(root.Find("x.service").starts.size(), 1u);
}

// systemd takes the name of the link; what it leads to may be gone or elsewhere.
TEST(UnitFiles, TheNameOfTheLinkCountsAndNotItsTarget) {
  Root root;
  root.Admin("a.target.wants/x.service", "/usr/lib/systemd/system/other.service");
  EXPECT_EQ(root.Find("x.service").starts.size(), 1u);
  EXPECT_EQ(root.Find("other.service").state, UnitFile::State::kAbsent);
}

TEST(UnitFiles, ACopyInWantsIsNoLinkAndStartsNothing) {
  Root root;
  root.Write(std::string(kAdmin) + "a.target.wants/x.service", kUnit);
  EXPECT_TRUE(root.Find("x.service").starts.empty());
}

TEST(UnitFiles, AMaskedLinkOfTheAdministratorHidesTheVendors) {
  Root root;
  root.Symlink("usr/lib/systemd/system/a.target.wants/x.service", "../x.service");
  root.Admin("a.target.wants/x.service", "/dev/null");
  EXPECT_TRUE(root.Find("x.service").starts.empty());
}

TEST(UnitFiles, ALinkThatOutlivedItsUnitStartsNothing) {
  Root root;
  root.Admin("multi-user.target.wants/gone.service", "/lib/systemd/system/gone.service");
  UnitFile unit = root.Find("gone.service");
  EXPECT_EQ(unit.state, UnitFile::State::kAbsent);
  EXPECT_TRUE(unit.starts.empty());
}

TEST(UnitFiles, ALinkToDevNullAndAnEmptyFileMask) {
  Root root;
  root.Admin("multi-user.target.wants/x.service", "/lib/systemd/system/x.service");
  for (const char* target : {"/dev/null", "../../../dev/null"}) {
    root.Admin("x.service", target);
    EXPECT_EQ(root.Find("x.service").state, UnitFile::State::kMasked) << target;
    EXPECT_TRUE(root.Find("x.service").starts.empty());
    root.Remove(std::string(kAdmin) + "x.service");
  }
  root.Write(std::string(kAdmin) + "x.service", "");
  EXPECT_EQ(root.Find("x.service").state, UnitFile::State::kMasked);
}

// Debian: nfs-kernel-server.service is the vendor's alias of nfs-server.service.
TEST(UnitFiles, AnAliasIsTheUnitThatItLeadsTo) {
  Root root;
  root.Symlink("usr/lib/systemd/system/old.service", "x.service");
  root.Admin("multi-user.target.wants/old.service", "/lib/systemd/system/x.service");
  UnitFile unit = root.Find("old.service");
  EXPECT_EQ(unit.name, "x.service");
  EXPECT_EQ(unit.starts.size(), 1u);
  EXPECT_TRUE(unit.aliases.empty()) << "the vendor's alias is there on every machine";
  root.Admin("dbus-org.x.service", "/usr/lib/systemd/system/x.service");
  EXPECT_THAT(root.Find("x.service").aliases,
              ElementsAre("/etc/systemd/system/dbus-org.x.service"));
}

TEST(UnitFiles, ACircleOfAliasesEndsInAnError) {
  Root root;
  root.Admin("a.service", "b.service");
  root.Admin("b.service", "a.service");
  EXPECT_EQ(root.Unused({"a.service"}).result, Result::kError);
}

TEST(UnitFiles, ALinkedUnitLiesElsewhere) {
  Root root;
  root.Write("opt/y.service", kUnit);
  root.Admin("y.service", "/opt/y.service");
  EXPECT_EQ(root.Find("y.service").state, UnitFile::State::kPresent);
  root.Admin("z.service", "/opt/z.service");
  EXPECT_EQ(root.Find("z.service").state, UnitFile::State::kAbsent);
}

TEST(UnitFiles, AnInstanceHasTheFileOfItsTemplate) {
  Root root;
  root.Vendor("t@.service", kUnit);
  root.Admin("getty.target.wants/t@1.service", "/usr/lib/systemd/system/t@.service");
  EXPECT_EQ(root.Find("t@1.service").starts.size(), 1u);
  EXPECT_EQ(root.Find("t@2.service").state, UnitFile::State::kPresent);
  EXPECT_TRUE(root.Find("t@2.service").starts.empty());
  EXPECT_EQ(root.Find("t@.service").starts.size(), 1u) << "a template stands for its instances";
  root.Admin("t@1.service", "/dev/null");
  EXPECT_TRUE(root.Find("t@.service").starts.empty()) << "that one instance is masked";
  root.Vendor("u@1.service", kUnit);
  root.Admin("getty.target.wants/u@1.service", "/usr/lib/systemd/system/u@1.service");
  EXPECT_EQ(root.Find("u@.service").starts.size(), 1u) << "instances without a template";
  root.Admin("alias@.service", "/usr/lib/systemd/system/t@.service");
  EXPECT_EQ(root.Find("alias@1.service").name, "t@1.service");
}

TEST(UnitFiles, AnInitScriptIsAServiceWhereThereIsNoUnitFile) {
  Root root;
  root.Write("etc/init.d/s", "#!/bin/sh\n");
  EXPECT_EQ(root.Find("s.service").state, UnitFile::State::kAbsent) << "not executable";
  root.Chmod("etc/init.d/s", 0755);
  EXPECT_TRUE(root.Find("s.service").starts.empty());
  root.Symlink("etc/rc3.d/K01s", "../init.d/s");
  root.Symlink("etc/rc3.d/S01sx", "../init.d/s");
  EXPECT_TRUE(root.Find("s.service").starts.empty());
  root.Symlink("etc/rc3.d/S01s", "../init.d/s");
  EXPECT_THAT(root.Find("s.service").starts, ElementsAre("/etc/rc3.d/S01s"));
  root.Vendor("s.service", kUnit);
  EXPECT_TRUE(root.Find("s.service").starts.empty()) << "the unit file counts, not the script";
}

// /run is a tmpfs: what an image holds there is not there when it boots.
TEST(UnitFiles, RunOfAnImageIsNotRead) {
  Root root;
  root.Symlink("run/systemd/system/x.service", "/dev/null");
  EXPECT_EQ(root.Find("x.service").state, UnitFile::State::kPresent);
}

// What systemctl calls enabled is what has starts or aliases; it reads the same files.
TEST(UnitFiles, AreReadAsSystemctlDoes) {
  if (!std::filesystem::exists("/usr/bin/systemctl")) GTEST_SKIP() << "systemctl is not installed";
  Root root;
  for (const char* name : {"off.service", "on.service", "masked.service", "aliased.service"})
    root.Vendor(name, kUnit);
  root.Vendor("aliased.service", "[Service]\nExecStart=/bin/x\n[Install]\nAlias=other.service\n");
  root.Vendor("t@.service", kUnit);
  root.Admin("multi-user.target.wants/on.service", "/usr/lib/systemd/system/on.service");
  root.Admin("multi-user.target.wants/masked.service", "/usr/lib/systemd/system/masked.service");
  root.Admin("masked.service", "/dev/null");
  root.Admin("other.service", "/usr/lib/systemd/system/aliased.service");
  root.Admin("multi-user.target.wants/t@1.service", "/usr/lib/systemd/system/t@.service");
  root.Admin("multi-user.target.wants/gone.service", "/usr/lib/systemd/system/gone.service");
  for (const char* name : {"off.service", "on.service", "masked.service", "aliased.service",
                           "t@1.service", "t@2.service", "gone.service"}) {
    std::string said = RunProgram({"systemctl", "--root=" + root.path(), "is-enabled", name}).out;
    UnitFile unit = root.Find(name);
    bool enabled = !unit.starts.empty() || !unit.aliases.empty();
    EXPECT_EQ(said == "enabled\n", enabled) << name << ": " << said;
    EXPECT_EQ(said == "masked\n", unit.state == UnitFile::State::kMasked) << name << ": " << said;
  }
}

// cloud-init clean --machine-id writes "uninitialized": the next boot is a first boot, which
// enables whatever no preset disables. An empty file is no first boot (machine-id(5)).
TEST(UnitPresets, TheFirstBootEnablesWhatNoPresetDisables) {
  Root root;
  for (const char* id : {"", "0123456789abcdef0123456789abcdef\n"}) {
    root.Write("etc/machine-id", id);
    EXPECT_TRUE(root.Find("x.service").starts.empty()) << id;
  }
  root.Write("etc/machine-id", "uninitialized\n");
  EXPECT_EQ(root.Find("x.service").starts.size(), 1u);
  root.Remove("etc/machine-id");
  EXPECT_THAT(root.Unused({"x.service"}).reason, HasSubstr("first boot"));
  root.Write("usr/lib/systemd/system-preset/90-a.preset", "# all\nenable y*\ndisable *\n");
  EXPECT_TRUE(root.Find("x.service").starts.empty());
  root.Write("etc/systemd/system-preset/10-b.preset", "enable x.*\n");
  EXPECT_THAT(root.Find("x.service").starts,
              ElementsAre("/etc/systemd/system-preset/10-b.preset:1 at the first boot"));
  root.Vendor("x.service", "[Service]\nWantedBy=not here\n[Install]\nWantedBy=\n");
  EXPECT_TRUE(root.Find("x.service").starts.empty()) << "nothing to install: static";
}

TEST(UnitPredicate, UnusedWantsNoneEnabled) {
  Root root;
  EXPECT_EQ(root.Unused({"x.service", "gone.socket"}).result, Result::kPass);
  root.Vendor("x.socket", kUnit);
  root.Admin("sockets.target.wants/x.socket", "/lib/systemd/system/x.socket");
  Answer answer = root.Unused({"x.service", "x.socket"});
  EXPECT_EQ(answer.reason,
            "x.socket is enabled (/etc/systemd/system/sockets.target.wants/x.socket)");
  root.Admin("x.socket", "/dev/null");
  EXPECT_EQ(root.Unused({"x.service", "x.socket"}).result, Result::kPass);
}

TEST(UnitPredicate, AnAliasOfTheAdministratorIsAUseButNoStart) {
  Root root;
  root.Admin("dbus-org.x.service", "/usr/lib/systemd/system/x.service");
  EXPECT_THAT(root.Unused({"x.service"}).reason, HasSubstr("dbus-org.x.service"));
  EXPECT_EQ(root.InUse({"x.service"}).reason, "x.service is not enabled");
}

TEST(UnitPredicate, InUseWantsOneOfTheAlternatives) {
  Root root;
  EXPECT_EQ(root.InUse({"gone.service", "x.service"}).reason, "x.service is not enabled");
  EXPECT_EQ(root.InUse({"gone.service"}).reason, "gone.service does not exist");
  root.Admin("multi-user.target.wants/x.service", "/lib/systemd/system/x.service");
  EXPECT_EQ(root.InUse({"gone.service", "x.service"}).result, Result::kPass);
  root.Admin("x.service", "/dev/null");
  EXPECT_EQ(root.InUse({"x.service"}).reason,
            "x.service is masked (/etc/systemd/system/x.service)");
}

TEST(UnitPredicate, WhetherAUnitRunsAnImageCannotTell) {
  Root root;
  Unit active;
  active.set_active("x.service");
  EXPECT_EQ(root.Judge(active).result, Result::kNotChecked);
  active.set_active("gone.service");
  EXPECT_EQ(root.Judge(active).result, Result::kFail);
}

TEST(UnitPredicate, MaskedIsMoreThanDisabled) {
  Root root;
  Unit masked;
  masked.set_masked("x.service");
  EXPECT_EQ(root.Judge(masked).result, Result::kFail);
  root.Admin("x.service", "/dev/null");
  EXPECT_EQ(root.Judge(masked).result, Result::kPass);
  EXPECT_EQ(root.Judge(Unit()).result, Result::kNotChecked);
}

TEST(UnitPredicate, ADirectoryThatCannotBeListedIsAnError) {
  Root root;
  for (int i = 0; i < 10'001; i++) root.Admin("l" + std::to_string(i), "/dev/null");
  EXPECT_EQ(root.Unused({"x.service"}).result, Result::kError);
}

}  // namespace

}  // namespace assay
