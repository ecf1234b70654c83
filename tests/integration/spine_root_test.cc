// SPDX-License-Identifier: Apache-2.0
// The path of one event, whole, on real parts: a file write, the probes, the verdict, the ledger, a
// TPM's quote, and a verifier that says `drifted` and names the path.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/digest.h"
#include "base/fd.h"
#include "tests/support/process.h"
#include "tests/support/software_tpm.h"
#include "tests/support/temp_root.h"

namespace assay {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

// A nonce is used once: each evidence has its own.
std::string NonceFor(const std::string& file) { return Hex(Sha256Of(file)); }

class Spine : public ::testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root: fanotify marks a file system";
    if (!SoftwareTpm::Available()) GTEST_SKIP() << "needs swtpm: apt-get install swtpm swtpm-tools";
    world_.Write("golden/etc/app.conf", "colour = blue\n");
    world_.Write("golden/bin/app", "#!/bin/true\n");
    ASSERT_EQ(RunProgram({"openssl", "genpkey", "-algorithm", "EC", "-pkeyopt",
                          "ec_paramgen_curve:P-256", "-out", world_.Path("key.pem")})
                  .exit,
              0);
    ASSERT_EQ(RunProgram({"openssl", "pkey", "-in", world_.Path("key.pem"), "-pubout", "-out",
                          world_.Path("trust.pem")})
                  .exit,
              0);
    Seal(ASSAY_SOURCE_DIR "/tests/integration/rules");
    tpm_ = std::make_unique<SoftwareTpm>();
  }

  void Seal(const std::string& rules) const {
    std::filesystem::remove_all(world_.Path("baseline"));
    Ran sealed = Assay({"seal", "--rules", rules, "--profile", "spine", "--image", "spine:1",
                        "--key", world_.Path("key.pem"), "--scope", world_.Path("golden"), "--out",
                        world_.Path("baseline")});
    ASSERT_EQ(sealed.exit, 0) << sealed.err;
  }

  Ran Assay(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), ASSAY_BINARY_DIR "/agent/assay");
    return RunProgram(arguments);
  }

  void StartDaemon() { StartDaemonWith({"--tcti", tpm_->tcti()}); }

  void StartDaemonWith(std::vector<std::string> more) {
    std::vector<std::string> arguments = {ASSAY_BINARY_DIR "/agent/assayd",
                                          "--baseline",
                                          world_.Path("baseline"),
                                          "--trust",
                                          world_.Path("trust.pem"),
                                          "--state",
                                          world_.Path("state"),
                                          "--run",
                                          world_.Path("run")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    daemon_ = std::make_unique<RunningProgram>(arguments);
  }

  Ran Status() const {
    return Assay(
        {"status", "--socket", world_.Path("run/assayd.sock"), "--wait", "30", "--format", "json"});
  }

  // Asks until the verdict is the wanted one: the status that came last.
  json StatusUntil(const std::string& verdict, int seconds = 10) const {
    json status;
    Poll(std::chrono::seconds(seconds), [&] {
      status = json::parse(Status().out, nullptr, false);
      return !status.is_discarded() && status["verdict"] == verdict;
    });
    return status;
  }

  Ran Pull(const std::string& file) const {
    return Assay({"evidence", "--socket", world_.Path("run/assayd.sock"), "--nonce", NonceFor(file),
                  "-o", world_.Path(file)});
  }

  void Enroll() const {
    Ran ran =
        Assay({"enroll", "--socket", world_.Path("run/assayd.sock"), "-o", world_.Path("ak")});
    ASSERT_EQ(ran.exit, 0) << ran.err;
  }

  Ran Verify(const std::string& file) const { return VerifyWith(file, NonceFor(file)); }

  Ran VerifyWith(const std::string& file, const std::string& nonce) const {
    mkdir(world_.Path("history").c_str(), 0700);
    return Assay({"verify", world_.Path(file), "--nonce", nonce, "--baseline",
                  world_.Path("baseline"), "--trust", world_.Path("trust.pem"), "--ak",
                  world_.Path("ak"), "--state", world_.Path("history")});
  }

  TempRoot world_;
  std::unique_ptr<SoftwareTpm> tpm_;
  std::unique_ptr<RunningProgram> daemon_;
};

TEST_F(Spine, AChangeIsCaughtRecordedProvenAndStaysOnRecord) {
  StartDaemon();
  json status = StatusUntil("golden");
  ASSERT_EQ(status["verdict"], "golden") << status.dump(2);
  Enroll();
  ASSERT_EQ(Pull("golden.evidence").exit, 0);
  Ran verified = Verify("golden.evidence");
  EXPECT_EQ(verified.exit, 0) << verified.out << verified.err;

  std::string before = "sha256:" + Hex(Sha256Of("colour = blue\n"));
  std::string after = "sha256:" + Hex(Sha256Of("colour = red\n"));
  world_.Write("golden/etc/app.conf", "colour = red\n");
  status = StatusUntil("drifted");
  ASSERT_EQ(status["verdict"], "drifted") << status.dump(2);
  const json& drift = status["drifts"][0];
  EXPECT_EQ(drift["subject"], world_.Path("golden/etc/app.conf"));
  EXPECT_EQ(drift["expected"], before);
  EXPECT_EQ(drift["actual"], after);
  EXPECT_EQ(drift["cause"]["pid"], getpid());

  ASSERT_EQ(Pull("drifted.evidence").exit, 0);
  verified = Verify("drifted.evidence");
  EXPECT_EQ(verified.exit, 1) << verified.out << verified.err;
  EXPECT_THAT(verified.out, HasSubstr("app.conf"));
  EXPECT_THAT(verified.out, HasSubstr(after));

  world_.Write("golden/etc/app.conf", "colour = blue\n");
  EXPECT_EQ(Status().exit, 1) << "sticky";

  // Another nonce is stale.
  EXPECT_EQ(VerifyWith("drifted.evidence", NonceFor("another")).exit, 2);
}

// Writes to a log without a pause, as long as it lives.
class Chatter {
 public:
  explicit Chatter(std::string path)
      : thread_([this, path = std::move(path)] {
          while (!stop_) std::ofstream(path, std::ios::app) << "a line\n";
        }) {}
  ~Chatter() {
    stop_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

TEST_F(Spine, ABusyLogOfWhichOnlyTheModeCountsKeepsNobodyFromBeingGolden) {
  world_.Write("busy.log", "");
  world_.Write("rules/profiles.yaml",
               "benchmark: spine\nprofiles: [{id: spine, title: A log, levels: [L1]}]\n");
  world_.Write("rules/rules/log.yaml",
               "- {id: log-mode, title: The log is closed, level: L1, inode: {path: " +
                   world_.Path("busy.log") + ", mode: \"0644\"}}\n");
  Seal(world_.Path("rules"));
  Chatter chatter(world_.Path("busy.log"));
  StartDaemon();
  json status = StatusUntil("golden");
  ASSERT_EQ(status["verdict"], "golden") << status.dump(2);
  Enroll();
  ASSERT_EQ(Pull("golden.evidence").exit, 0);
  EXPECT_EQ(Verify("golden.evidence").exit, 0);
  world_.Chmod("busy.log", 0666);
  status = StatusUntil("drifted");
  EXPECT_EQ(status["drifts"][0]["subject"], "log-mode") << status.dump(2);
}

TEST_F(Spine, WhatIsWaivedIsNoDriftWhoeverLooks) {
  world_.Write("waived", "");
  world_.Write("judged", "");
  world_.Write("rules/profiles.yaml",
               "benchmark: spine\nprofiles:\n  - {id: spine, title: Modes, levels: [L1], waivers: "
               "[{rule: waived, reason: it moves, owner: us, until: 2099-12-31}]}\n");
  std::string rules;
  for (const std::string name : {"waived", "judged"})
    rules += "- {id: " + name + ", title: Closed, level: L1, inode: {path: " + world_.Path(name) +
             ", mode: \"0644\"}}\n";
  world_.Write("rules/rules/modes.yaml", rules);
  Seal(world_.Path("rules"));
  StartDaemon();
  ASSERT_EQ(StatusUntil("golden")["verdict"], "golden");
  world_.Chmod("waived", 0666);
  world_.Chmod("judged", 0666);
  json status = StatusUntil("drifted");
  ASSERT_EQ(status["drifts"].size(), 1u) << status.dump(2);
  EXPECT_EQ(status["drifts"][0]["subject"], "judged");
}

// Ordinary users change what such a rule judges; that must not cost the node its life.
TEST_F(Spine, WhatIsOnlyReportedIsNoDriftAndIsTold) {
  world_.Write("reported", "");
  world_.Write("judged", "");
  world_.Write("rules/profiles.yaml",
               "benchmark: spine\nprofiles: [{id: spine, title: Modes, levels: [L1]}]\n");
  std::string rules;
  for (auto [name, drift] : {std::pair("reported", "false"), std::pair("judged", "true")})
    rules += std::string("- {id: ") + name + ", drift: " + drift +
             ", title: Closed, level: L1, inode: {path: " + world_.Path(name) +
             ", mode: \"0644\"}}\n";
  world_.Write("rules/rules/modes.yaml", rules);
  Seal(world_.Path("rules"));
  StartDaemon();
  ASSERT_EQ(StatusUntil("golden")["verdict"], "golden");
  world_.Chmod("reported", 0666);
  json status;
  Poll(std::chrono::seconds(10), [&] {
    status = json::parse(Status().out, nullptr, false);
    return !status.is_discarded() && !status["reported"].empty();
  });
  ASSERT_EQ(status["reported"].size(), 1u) << status.dump(2);
  EXPECT_THAT(status["reported"][0].get<std::string>(), HasSubstr("reported: "));
  EXPECT_EQ(status["verdict"], "golden");
  world_.Chmod("judged", 0666);
  status = StatusUntil("drifted");
  ASSERT_EQ(status["drifts"].size(), 1u) << status.dump(2);
  EXPECT_EQ(status["drifts"][0]["subject"], "judged");
  Ran diff = Assay({"diff", "--baseline", world_.Path("baseline"), "--trust",
                    world_.Path("trust.pem"), "--format", "json"});
  EXPECT_THAT(diff.out, ::testing::Not(HasSubstr("\"reported\"")));
}

// dhclient and many others write a new file beside the old one and rename it: so long it is extra.
TEST_F(Spine, AFileOnItsWayToAnotherNameIsNoDriftAndOneThatStaysIs) {
  StartDaemon();
  ASSERT_EQ(StatusUntil("golden")["verdict"], "golden");
  // One after the other, some milliseconds each, and longer in all than one of them may stay.
  for (int i = 0; i < 100; i++) {
    std::string name = "golden/etc/app.conf." + std::to_string(i);
    world_.Write(name, "colour = blue\n");
    Fd file(open(world_.Path(name).c_str(), O_RDONLY | O_CLOEXEC));
    EXPECT_EQ(fsync(file.get()), 0);
    world_.Remove(name);
  }
  json status = StatusUntil("golden");
  ASSERT_EQ(status["verdict"], "golden") << status.dump(2);
  EXPECT_EQ(status["drift_count"], 0) << status.dump(2);
  world_.Write("golden/etc/app.conf.new", "");
  status = StatusUntil("drifted");
  EXPECT_THAT(status["drifts"][0]["subject"].get<std::string>(), HasSubstr("app.conf.new"));
}

// A socket that listens on every address; its port is the kernel's choice.
class Server {
 public:
  explicit Server(uint16_t port = 0) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_port = htons(port);
    int yes = 1;
    setsockopt(fd_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    EXPECT_EQ(bind(fd_.get(), reinterpret_cast<sockaddr*>(&any), sizeof any), 0);
    EXPECT_EQ(listen(fd_.get(), 1), 0);
  }
  uint16_t port() const {
    sockaddr_in bound{};
    socklen_t size = sizeof bound;
    getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&bound), &size);
    return ntohs(bound.sin_port);
  }

 private:
  Fd fd_;
};

TEST_F(Spine, WhatOnlyPassesIsNoDriftAndWhatStaysIs) {
  const uint16_t port = Server().port();
  world_.Write("rules/profiles.yaml",
               "benchmark: spine\nprofiles: [{id: spine, title: A port, levels: [L1]}]\n");
  world_.Write("rules/rules/port.yaml",
               "- {id: port, title: Nobody listens, level: L1, listeners: {ports: " +
                   std::to_string(port) + ", only: loopback}}\n");
  Seal(world_.Path("rules"));
  StartDaemon();
  ASSERT_EQ(StatusUntil("golden")["verdict"], "golden");
  {
    Server passing(port);
    json status = StatusUntil("unknown", 60);
    ASSERT_EQ(status["reason"], "Unverifiable") << status.dump(2);
  }
  json status = StatusUntil("golden", 60);
  ASSERT_EQ(status["verdict"], "golden") << status.dump(2);
  Server staying(port);
  status = StatusUntil("drifted", 60);
  EXPECT_EQ(status["drifts"][0]["subject"], "port") << status.dump(2);
}

TEST_F(Spine, HistoryThatIsRemovedFromTheDiskIsNoticedByTheVerifier) {
  StartDaemon();
  ASSERT_EQ(StatusUntil("golden")["verdict"], "golden");
  Enroll();
  world_.Write("golden/bin/app", "#!/bin/evil\n");
  ASSERT_EQ(StatusUntil("drifted")["verdict"], "drifted");
  ASSERT_EQ(Pull("drifted.evidence").exit, 0);
  ASSERT_EQ(Verify("drifted.evidence").exit, 1);
  ASSERT_EQ(daemon_->Terminate(), 0);
  daemon_.reset();
  world_.Write("golden/bin/app", "#!/bin/true\n");
  world_.Remove("state/ledger");

  StartDaemon();
  Status();
  ASSERT_EQ(Pull("tampered.evidence").exit, 0);
  Ran verified = Verify("tampered.evidence");
  EXPECT_EQ(verified.exit, 1) << verified.out << verified.err;
  EXPECT_THAT(verified.out, HasSubstr("tampered"));
}

TEST_F(Spine, ARestartOfTheAgentKeepsTheDriftOnRecord) {
  StartDaemon();
  ASSERT_EQ(StatusUntil("golden")["verdict"], "golden");
  Enroll();
  world_.Write("golden/etc/extra.conf", "x\n");
  ASSERT_EQ(StatusUntil("drifted")["verdict"], "drifted");
  daemon_->Signal(SIGKILL);
  daemon_->Wait();
  daemon_.reset();
  world_.Remove("golden/etc/extra.conf");
  StartDaemon();
  EXPECT_EQ(StatusUntil("drifted")["verdict"], "drifted");
  ASSERT_EQ(Pull("evidence").exit, 0);
  Ran verified = Verify("evidence");
  EXPECT_EQ(verified.exit, 1) << verified.out;
  EXPECT_THAT(verified.out, HasSubstr("extra.conf"));
}

TEST_F(Spine, ANodeThatNeverMatchedIsUnknownAndNeverDrifted) {
  world_.Write("golden/etc/app.conf", "colour = red\n");
  StartDaemon();
  Ran ran = Status();
  EXPECT_EQ(ran.exit, 2) << ran.out << ran.err;
  json status = json::parse(ran.out);
  EXPECT_EQ(status["reason"], "NeverMatched");
  ASSERT_EQ(status["never_matched"].size(), 1u) << "the operator must see what differs";
  EXPECT_THAT(std::string(status["never_matched"][0]), HasSubstr("golden/etc/app.conf"));
  Enroll();
  ASSERT_EQ(Pull("evidence").exit, 0);
  EXPECT_EQ(Verify("evidence").exit, 2);
}

TEST_F(Spine, ABaselineWithAFlippedByteIsRefusedAndTheNodeUnknown) {
  std::string manifest = world_.ReadBack("baseline/manifest.pb");
  manifest[manifest.size() / 2] = char(manifest[manifest.size() / 2] ^ 1);
  world_.Write("baseline/manifest.pb", manifest);
  StartDaemon();
  Ran ran = Status();
  EXPECT_EQ(ran.exit, 2);
  EXPECT_EQ(json::parse(ran.out)["reason"], "BaselineInvalid");
  Ran diff =
      Assay({"diff", "--baseline", world_.Path("baseline"), "--trust", world_.Path("trust.pem")});
  EXPECT_GE(diff.exit, 64);
}

TEST_F(Spine, AFullStateDirectoryIsSaidAndDriftIsStillSeenAndProven) {
  mkdir(world_.Path("state").c_str(), 0700);
  if (mount("tmpfs", world_.Path("state").c_str(), "tmpfs", 0, "size=256k"))
    GTEST_SKIP() << "needs to mount a small tmpfs";
  StartDaemon();
  json golden = StatusUntil("golden");
  EXPECT_EQ(golden["verdict"], "golden") << golden.dump(2);
  Enroll();
  try {
    world_.Write("state/filler", std::string(1 << 20, 'x'));
  } catch (const std::exception&) {
    // As much as there was room for.
  }
  world_.Write("golden/etc/app.conf", "colour = red\n");
  json status = StatusUntil("drifted");
  EXPECT_EQ(status["verdict"], "drifted") << status.dump(2);
  // The last page of the ledger may still have room; not for twenty more.
  for (int i = 0; i < 20; i++)
    world_.Write("golden/etc/" + std::string(200, 'x') + std::to_string(i), "extra\n");
  EXPECT_TRUE(Poll(std::chrono::seconds(10), [&] {
    return json::parse(Status().out, nullptr, false)["ledger"]["persisted"] == false;
  }));
  EXPECT_EQ(Pull("evidence").exit, 0);
  EXPECT_EQ(Verify("evidence").exit, 1);
  daemon_.reset();
  umount2(world_.Path("state").c_str(), MNT_DETACH);
}

TEST_F(Spine, AHungTpmMakesTheNodeUnknownAndDriftIsStillSeen) {
  StartDaemon();
  ASSERT_EQ(StatusUntil("golden")["verdict"], "golden");
  tpm_->Stop();
  world_.Write("golden/etc/app.conf", "colour = red\n");
  json status = StatusUntil("drifted");
  EXPECT_EQ(status["verdict"], "drifted") << status.dump(2);
  EXPECT_NE(status["tpm"], "");
  tpm_->Continue();
}

TEST_F(Spine, WithoutATpmTheNodeIsUnknownUnlessItWasToldSo) {
  StartDaemonWith({"--tcti", "swtpm:path=/nonexistent"});
  EXPECT_EQ(json::parse(Status().out)["reason"], "TpmUnavailable");
  daemon_.reset();
  StartDaemonWith({"--no-tpm"});
  EXPECT_EQ(StatusUntil("golden")["verdict"], "golden");
}

}  // namespace
}  // namespace assay
