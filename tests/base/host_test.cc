// SPDX-License-Identifier: Apache-2.0
#include "base/host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/temp_root.h"

namespace assay {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

TEST(Host, ReadsARegularFile) {
  TempRoot root{{"etc/hostname", "node\n"}};
  Host host = root.OpenHost();
  EXPECT_EQ(host.Read("/etc/hostname").value(), "node\n");
}

TEST(Host, AnAbsentFileIsNotFoundAndStillAnInput) {
  TempRoot root;
  Host host = root.OpenHost();
  EXPECT_EQ(host.Read("/etc/nothing").error().code, ErrorCode::kNotFound);
  EXPECT_THAT(host.TakeInputs(), Contains(Input{Input::Kind::kFile, "/etc/nothing"}));
  EXPECT_TRUE(host.TakeInputs().empty());
}

TEST(Host, AnAbsoluteLinkInAnImageStaysInTheImage) {
  TempRoot root{{"usr/lib/os-release", "ID=image\n"}};
  root.Symlink("etc/os-release", "/usr/lib/os-release");
  Host host = root.OpenHost();
  EXPECT_EQ(host.Read("/etc/os-release").value(), "ID=image\n");
}

TEST(Host, ALinkThatClimbsOutOfTheRootStaysInside) {
  TempRoot root{{"secret", "inside\n"}};
  root.Symlink("etc/escape", "../../../../../../secret");
  Host host = root.OpenHost();
  EXPECT_EQ(host.Read("/etc/escape").value(), "inside\n");
}

TEST(Host, LinksOfADirectoryAreRecordedAsTheDirectoryAlone) {
  TempRoot root{{"d/file", "x"}};
  root.Symlink("d/link", "/nowhere");
  Host host = root.OpenHost();
  EXPECT_THAT(host.Links("/d").value(),
              ElementsAre(std::pair("file", ""), std::pair("link", "/nowhere")));
  EXPECT_EQ(host.TakeInputs(), std::set<Input>({{Input::Kind::kDirectory, "/d"}}));
  EXPECT_EQ(host.Links("/absent").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(host.Links("/d", 1).error().code, ErrorCode::kInvalid);
}

TEST(Host, TheTargetOfAFollowedLinkIsAnInputToo) {
  TempRoot root{{"etc/sysctl.conf", "a=1\n"}};
  root.Symlink("etc/sysctl.d/99-sysctl.conf", "../sysctl.conf");
  Host host = root.OpenHost();
  ASSERT_TRUE(host.Read("/etc/sysctl.d/99-sysctl.conf"));
  EXPECT_THAT(host.TakeInputs(),
              ElementsAre(Input{Input::Kind::kFile, "/etc/sysctl.conf"},
                          Input{Input::Kind::kFile, "/etc/sysctl.d/99-sysctl.conf"}));
}

TEST(Host, APathWrittenOtherwiseIsAlsoTheFileThatItNames) {
  TempRoot root{{"etc/a.conf", "a=1\n"}};
  for (const char* path : {"/etc//a.conf", "/etc/./a.conf", "/./etc/a.conf"}) {
    Host host = root.OpenHost();
    ASSERT_TRUE(host.Read(path)) << path;
    EXPECT_TRUE(host.TakeInputs().contains(Input{Input::Kind::kFile, "/etc/a.conf"})) << path;
  }
  Host host = root.OpenHost();
  EXPECT_EQ(host.RealPath("/etc/").value(), "/etc");
  EXPECT_EQ(host.RealPath("/").value(), "/");
}

TEST(Host, ChildrenAreWhatStandsInADirectoryAsItIs) {
  TempRoot root{{"d/a", "xy"}, {"d/sub/b", ""}};
  root.Symlink("d/link", "a");
  Host host = root.OpenHost();
  Expected<std::vector<Host::Child>> children = host.Children("/d");
  ASSERT_TRUE(children);
  ASSERT_EQ(children->size(), 3u);
  EXPECT_EQ((*children)[0].second.size, 2u);
  EXPECT_EQ((*children)[1].second.type, Metadata::Type::kSymlink);
  EXPECT_EQ((*children)[2].second.type, Metadata::Type::kDirectory);
  std::set<Input> inputs = host.TakeInputs();
  EXPECT_TRUE(inputs.contains({Input::Kind::kDirectory, "/d"}));
  EXPECT_TRUE(inputs.contains({Input::Kind::kMetadata, "/d/link"}));
  EXPECT_FALSE(inputs.contains({Input::Kind::kMetadata, "/d/sub/b"}));
  EXPECT_EQ(host.Children("/none").error().code, ErrorCode::kNotFound);
}

TEST(Host, ALookAtMetadataIsNoLookAtBytes) {
  TempRoot root{{"var/log/syslog", "busy\n"}};
  Host host = root.OpenHost();
  ASSERT_TRUE(host.Stat("/var/log/syslog"));
  ASSERT_TRUE(host.StatTarget("/var/log/syslog"));
  EXPECT_THAT(host.TakeInputs(), ElementsAre(Input{Input::Kind::kMetadata, "/var/log/syslog"}));
}

TEST(Host, AFifoIsRefusedAndDoesNotHang) {
  TempRoot root;
  root.Fifo("etc/pipe");
  Host host = root.OpenHost();
  EXPECT_EQ(host.Read("/etc/pipe").error().code, ErrorCode::kInvalid);
}

TEST(Host, ADirectoryInPlaceOfAFileIsRefused) {
  TempRoot root;
  root.MakeDirectory("etc/passwd");
  Host host = root.OpenHost();
  EXPECT_EQ(host.Read("/etc/passwd").error().code, ErrorCode::kInvalid);
}

TEST(Host, AFileOfExactlyTheLimitIsReadAndOneByteMoreIsRefused) {
  TempRoot root{{"a", std::string(100, 'x')}};
  Host host = root.OpenHost();
  EXPECT_EQ(host.Read("/a", 100).value().size(), 100u);
  EXPECT_EQ(host.Read("/a", 99).error().code, ErrorCode::kInvalid);
}

TEST(Host, ASparseFileIsBoundedByWhatIsRead) {
  TempRoot root{{"hole", ""}};
  ASSERT_EQ(truncate(root.Path("hole").c_str(), off_t(1) << 40), 0);
  Host host = root.OpenHost();
  EXPECT_EQ(host.Read("/hole", 1 << 20).error().code, ErrorCode::kInvalid);
}

TEST(Host, PathsThatClimbOrAreRelativeAreRefused) {
  TempRoot root;
  Host host = root.OpenHost();
  for (std::string_view path : {"etc/passwd", "/../etc/passwd", "/etc/..", "/a/../b", ""})
    EXPECT_EQ(host.Read(path).error().code, ErrorCode::kInvalid) << path;
}

TEST(Host, StatDoesNotFollowTheLastComponent) {
  TempRoot root{{"target", "x"}};
  root.Symlink("link", "target");
  Host host = root.OpenHost();
  EXPECT_EQ(host.Stat("/link")->type, Metadata::Type::kSymlink);
  EXPECT_EQ(host.StatTarget("/link")->type, Metadata::Type::kRegular);
  EXPECT_EQ(host.ReadLink("/link").value(), "target");
}

TEST(Host, ListIsSortedAndBounded) {
  TempRoot root{{"d/b", ""}, {"d/a", ""}, {"d/.c", ""}};
  Host host = root.OpenHost();
  EXPECT_THAT(host.List("/d").value(), ElementsAre(".c", "a", "b"));
  EXPECT_EQ(host.List("/d", 2).error().code, ErrorCode::kInvalid);
}

TEST(Host, AStaticRootHasNoLiveValues) {
  TempRoot root;
  Host host = root.OpenHost();
  EXPECT_EQ(host.Sysctl("kernel/ostype").error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(host.MountInfo().error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(host.LoadedModules().error().code, ErrorCode::kUnsupported);
}

TEST(Host, TheLiveHostKnowsItsKernel) {
  Expected<Host> host = Host::Open("/", true);
  ASSERT_TRUE(host);
  EXPECT_EQ(host->Sysctl("kernel/ostype").value(), "Linux");
  EXPECT_EQ(host->Sysctl("kernel/no_such_value").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(host->Sysctl("../version").error().code, ErrorCode::kInvalid);
}

TEST(Host, AKernelThreadHasNoProgram) {
  Expected<Host> host = Host::Open("/", true);
  ASSERT_TRUE(host);
  if (getuid() != 0 || host->ReadKernel("/proc/2/comm", "processes").value_or("") != "kthreadd\n")
    GTEST_SKIP() << "needs root and a look at the kernel's own threads, which a container hides";
  EXPECT_EQ(host->KernelLink("/proc/2/exe", "processes").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(host->ReadLink("/etc/passwd").error().code, ErrorCode::kInvalid);
}

TEST(Host, IdsAreThoseOfTheImageAndNotOfTheBuildMachine) {
  TempRoot root{{"etc/passwd", "root:x:77:0::/:/bin/sh\nroot2:x:5:5::/:\nshort\nbad:x:z:1::/:\n"},
                {"etc/group", "shadow:x:4242:\n"}};
  Host host = root.OpenHost();
  EXPECT_EQ(host.Uid("root").value(), 0u);  // to the kernel root is a number, not a name
  EXPECT_EQ(host.Gid("root").value(), 0u);
  EXPECT_EQ(host.Uid("root2").value(), 5u);
  EXPECT_EQ(host.Gid("shadow").value(), 4242u);
  EXPECT_EQ(host.Uid("1234").value(), 1234u);
  EXPECT_EQ(host.Uid("bad").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(host.Uid("short").error().code, ErrorCode::kNotFound);
}

TEST(OpenRegularBeneath, RefusesASymbolicLinkAnywhereInThePath) {
  TempRoot root{{"real/file", "x"}};
  root.Symlink("dir", "real");
  root.Symlink("real/link", "file");
  Host host = root.OpenHost();
  Metadata metadata;
  EXPECT_TRUE(OpenRegularBeneath(host.root_fd(), "real/file", &metadata));
  EXPECT_EQ(metadata.size, 1u);
  EXPECT_FALSE(OpenRegularBeneath(host.root_fd(), "dir/file", nullptr));
  EXPECT_FALSE(OpenRegularBeneath(host.root_fd(), "real/link", nullptr));
  EXPECT_FALSE(OpenRegularBeneath(host.root_fd(), "../etc/passwd", nullptr));
}

}  // namespace
}  // namespace assay
