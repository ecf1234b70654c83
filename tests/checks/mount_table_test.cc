// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/mount_table.h"

#include <gtest/gtest.h>

#include "checks/predicates/predicate.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

constexpr char kRoot[] = "24 1 8:1 / / rw - ext4 /dev/a rw\n";

std::string LiveOptions(const std::string& table, const char* point) {
  Expected<std::optional<MountEntry>> found = MountAt(table, point);
  if (!found) return "error";
  return *found ? (*found)->text : "none";
}

TEST(MountTable, TakesTheOptionsOfTheMountAndNotOfTheFileSystem) {
  EXPECT_EQ(
      LiveOptions(std::string(kRoot) + "25 24 0:9 / /tmp rw shared:1 - tmpfs t rw,nodev\n", "/tmp"),
      "rw");
}

TEST(MountTable, TheTopmostOfSeveralMountsIsInForce) {
  std::string table = std::string(kRoot) + "26 25 0:9 / /tmp rw,noexec - tmpfs t rw\n" +
                      "25 24 0:8 / /tmp rw,nodev - tmpfs t rw\n";
  EXPECT_EQ(LiveOptions(table, "/tmp"), "rw,noexec");  // whatever the order of the lines
}

TEST(MountTable, AMountBelowAnotherThatHidesItIsNotThere) {
  std::string table = std::string(kRoot) + "25 24 0:8 / /var/tmp rw,nodev - tmpfs t rw\n" +
                      "26 24 0:9 / /var rw - tmpfs t rw\n";
  EXPECT_EQ(LiveOptions(table, "/var"), "rw");
  EXPECT_EQ(LiveOptions(table, "/var/tmp"), "none");
}

TEST(MountTable, UndoesTheKernelsEscapes) {
  EXPECT_EQ(LiveOptions(std::string(kRoot) + "25 24 0:8 / /a\\040b ro - tmpfs t rw\n", "/a b"),
            "ro");
}

TEST(MountTable, ATableWithoutARootTellsNothing) {
  EXPECT_EQ(LiveOptions("", "/tmp"), "error");
  EXPECT_EQ(LiveOptions("25 24 0:8 / /tmp rw,nodev - tmpfs t rw\n", "/tmp"), "error");
  EXPECT_EQ(LiveOptions("24 1 8:1 /\n", "/tmp"), "error");
}

// A table that is read while it changes may say anything.
TEST(MountTable, ACircleEnds) {
  std::string circle = "30 24 0:1 / /x ro - a b rw\n31 30 0:1 / /x rw - a b rw\n";
  EXPECT_NE(LiveOptions(kRoot + circle + "30 31 0:1 / /x ro - a b rw\n", "/x"), "none");
}

TEST(MountTable, TheLaterOfAnOptionAndItsOppositeIsInForce) {  // seen with mount(8) of util-linux
  EXPECT_FALSE(EffectiveOptions("nodev,dev").contains("nodev"));
  EXPECT_TRUE(EffectiveOptions("dev,nodev").contains("nodev"));
  EXPECT_TRUE(EffectiveOptions("nodev,defaults").contains("nodev"));
  EXPECT_TRUE(EffectiveOptions("user").contains("noexec"));
  EXPECT_FALSE(EffectiveOptions("user,exec").contains("noexec"));
  EXPECT_FALSE(EffectiveOptions("ro,rw").contains("ro"));
}

TEST(MountTable, NamesUnitsAsSystemdEscapeDoes) {
  EXPECT_EQ(MountUnitName("/var/tmp/"), "var-tmp.mount");
  EXPECT_EQ(MountUnitName("/a-b/c d"), "a\\x2db-c\\x20d.mount");
  EXPECT_EQ(MountUnitName("/.x"), "\\x2ex.mount");
  EXPECT_EQ(MountUnitName("/"), "-.mount");
}

Result Ask(const TempRoot& root, const std::string& point, const std::string& option) {
  Host host = root.OpenHost();
  Mount mount;
  mount.set_point(point);
  if (!option.empty()) mount.add_options(option);
  return JudgeMount(mount, host).result;
}

TEST(MountPredicate, ReadsUnitsAndFstabInTheOrderOfTheBoot) {
  const std::string fstab = "etc/fstab", unit = "etc/systemd/system/tmp.mount",
                    vendor = "usr/lib/systemd/system/tmp.mount",
                    wanted = "etc/systemd/system/local-fs.target.wants/tmp.mount",
                    over = "etc/systemd/system/tmp.mount.d/o.conf",
                    nodev = "t /tmp tmpfs nodev 0 0\n";
  struct Case {
    const char* why;
    Files files;
    Result result;
  };
  for (const Case& one : std::vector<Case>{
           {"fstab: an option undone", {{fstab, "t /tmp tmpfs nodev,dev 0 0\n"}}, Result::kFail},
           {"systemd-fstab-generator(8) refuses the second of a place",
            {{fstab, "t /tmp tmpfs rw 0 0\n" + nodev}},
            Result::kFail},
           {"a unit in /etc beats fstab, which wants it",
            {{fstab, nodev}, {unit, "[Mount]\nWhat=t\nOptions=rw\n"}},
            Result::kFail},
           {"fstab beats the vendor's unit",
            {{fstab, nodev}, {vendor, "[Mount]\nWhat=t\nOptions=rw\n"}, {wanted, ""}},
            Result::kPass},
           {"a unit's last Options= wins",
            {{unit, "[Mount]\nWhat=t\nOptions=nodev\nOptions=rw\n"}, {wanted, ""}},
            Result::kFail},
           {"blanks around '='",
            {{unit, "[Mount]\nWhat=t\nOptions = nodev\n"}, {wanted, ""}},
            Result::kPass},
           {"a drop-in takes it away",
            {{unit, "[Mount]\nWhat=t\nOptions=nodev\n"},
             {wanted, ""},
             {over, "[Mount]\nOptions=rw\n"}},
            Result::kFail},
           {"a drop-in adds it",
            {{vendor, "[Mount]\nWhat=t\nOptions=rw\n"},
             {wanted, ""},
             {over, "[Mount]\nOptions=nodev\n"}},
            Result::kPass},
           {"a drop-in overrides fstab too",
            {{fstab, nodev}, {over, "[Mount]\nOptions=rw\n"}},
            Result::kFail}}) {
    TempRoot root;
    for (const auto& [path, text] : one.files) root.Write(path, text);
    EXPECT_EQ(ResultName(Ask(root, "/tmp", "nodev")), ResultName(one.result)) << one.why;
  }
}

TEST(MountPredicate, AMaskedUnitIsNotMountedWhateverFstabSays) {
  TempRoot root{{"etc/fstab", "t /tmp tmpfs nodev 0 0\n"}};
  root.Symlink("etc/systemd/system/tmp.mount", "/dev/null");
  EXPECT_EQ(Ask(root, "/tmp", ""), Result::kFail);
  EXPECT_EQ(Ask(root, "/tmp", "nodev"), Result::kNotApplicable);
}

TEST(MountPredicate, KnowsWhatSystemdMountsWithoutBeingAsked) {
  TempRoot root{{"usr/lib/systemd/systemd", ""}};
  EXPECT_EQ(Ask(root, "/dev/shm", "nodev"), Result::kPass);
  EXPECT_EQ(Ask(root, "/dev/shm", "noexec"), Result::kFail);
  root.Write("etc/fstab", "t /dev/shm tmpfs noexec 0 0\n");
  EXPECT_EQ(Ask(root, "/dev/shm", "noexec"), Result::kPass);
  EXPECT_EQ(Ask(TempRoot(), "/dev/shm", "noexec"), Result::kNotApplicable);
}

}  // namespace

}  // namespace assay
