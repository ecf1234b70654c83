// SPDX-License-Identifier: Apache-2.0
// A TPM that hangs, dies, comes back, or never was there.
#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "attest/ledger_chain.h"
#include "tests/attest/tpm_fixture.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
constexpr BootNanos kSecond = 1'000'000'000;

using TpmFault = TpmFixture;

std::string FieldOfStatus(pid_t pid, const std::string& field) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(field + ":")) return line.substr(field.size() + 2);
  return "";
}

std::vector<pid_t> ChildrenOf(pid_t parent) {
  std::vector<pid_t> children;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    pid_t pid = atoi(entry.path().filename().c_str());
    if (pid > 0 && FieldOfStatus(pid, "PPid") == std::to_string(parent)) children.push_back(pid);
  }
  return children;
}

pid_t BrokerOf(pid_t parent) {
  for (pid_t pid : ChildrenOf(parent))
    if (FieldOfStatus(pid, "Name") == "assay-tpm-broke") return pid;  // 15 characters are kept
  return -1;
}

// Until `done`, looking again whenever some process may have changed; false after ten seconds.
template <typename Done>
bool Await(Done done) {
  BootNanos until = BootNow() + 10 * kSecond;
  while (!done()) {
    if (BootNow() > until) return false;
    poll(nullptr, 0, 5);
  }
  return true;
}

TEST_F(TpmFault, AHungTpmIsUnavailableWithinTheDeadlineAndWorksAgainAfterwards) {
  Tpm::Options options = DefaultOptions();
  options.deadline = kSecond / 2;
  std::unique_ptr<Tpm> tpm = Start(options);
  ASSERT_OK(tpm->ReadPcrs({14}));
  device_->Stop();
  BootNanos begun = BootNow();
  Expected<TpmClock> clock = tpm->ReadClock();
  BootNanos took = BootNow() - begun;
  ASSERT_FALSE(clock);
  EXPECT_EQ(clock.error().code, ErrorCode::kUnavailable);
  EXPECT_GE(took, kSecond / 2);
  EXPECT_LT(took, 3 * kSecond / 2);
  EXPECT_EQ(tpm->deadlines_missed(), 1u);
  device_->Continue();
  EXPECT_TRUE(Await([&] { return tpm->ReadClock().has_value(); }));
  EXPECT_GE(tpm->children_started(), 2u);
  EXPECT_TRUE(tpm->Quote(Digest{}, {14}));
}

TEST_F(TpmFault, AfterAMissedDeadlineCallsFailAtOnceAndSayWhenItIsTriedAgain) {
  BootNanos now = 100 * kSecond;
  Tpm::Options options = DefaultOptions();
  options.deadline = kSecond / 4;
  options.back_off = 10 * kSecond;
  options.clock = [&now] { return now; };
  std::unique_ptr<Tpm> tpm = Start(options);
  device_->Stop();
  ASSERT_FALSE(tpm->ReadClock());
  device_->Continue();
  BootNanos begun = BootNow();
  for (int i = 0; i < 1000; i++) {
    Expected<TpmClock> clock = tpm->ReadClock();
    ASSERT_FALSE(clock);
    ASSERT_EQ(clock.error().code, ErrorCode::kUnavailable);
    ASSERT_THAT(clock.error().hint, testing::HasSubstr("10 s"));
  }
  EXPECT_LT(BootNow() - begun, kSecond);
  EXPECT_EQ(tpm->deadlines_missed(), 1u);
  now += 10 * kSecond;
  EXPECT_TRUE(tpm->ReadClock());
}

TEST_F(TpmFault, AKilledTpmIsUnavailableUntilItIsBack) {
  std::unique_ptr<Tpm> tpm = Start();
  Expected<AttestationKey> key = tpm->OpenKey();
  ASSERT_OK(key);
  device_->Kill();
  for (int i = 0; i < 5; i++) {
    Expected<TpmQuote> quote = tpm->Quote(Digest{}, {14});
    ASSERT_FALSE(quote);
    EXPECT_EQ(quote.error().code, ErrorCode::kUnavailable);
  }
  EXPECT_EQ(tpm->deadlines_missed(), 0u);
  device_->Reboot();
  Expected<TpmQuote> quote = tpm->Quote(Digest{}, {14});
  EXPECT_OK(quote);
}

TEST_F(TpmFault, AMissingTpmIsUnavailable) {
  for (const char* tcti : {"swtpm:path=/nonexistent/socket", "device:/nonexistent/tpm",
                           "no-such-transport:", "device:/dev/null"}) {
    Tpm::Options options = DefaultOptions();
    options.tcti = tcti;
    std::unique_ptr<Tpm> tpm = Start(options);
    Expected<AttestationKey> key = tpm->OpenKey();
    ASSERT_FALSE(key) << tcti;
    EXPECT_EQ(key.error().code, ErrorCode::kUnavailable) << tcti << ": " << key.error().ToString();
    EXPECT_NE(key.error().hint, "") << tcti;
    EXPECT_EQ(Expected<void>(tpm->Extend(14, Digest{})).error().code, ErrorCode::kUnavailable);
  }
}

TEST_F(TpmFault, AnExtendIsNeverDoneTwice) {
  std::unique_ptr<Tpm> tpm = Start();
  ASSERT_OK(tpm->Extend(14, Sha256Of("once")));
  for (pid_t child : ChildrenOf(BrokerOf(getpid()))) kill(child, SIGKILL);
  Expected<void> extended = tpm->Extend(14, Sha256Of("twice?"));
  Expected<std::vector<Digest>> value = tpm->ReadPcrs({14});
  ASSERT_OK(value);
  Digest once = ExtendPcr(Digest{}, Sha256Of("once"));
  EXPECT_EQ(value->at(0), extended ? ExtendPcr(once, Sha256Of("twice?")) : once);
}

TEST_F(TpmFault, NoProcessIsLeftBehind) {
  std::unique_ptr<Tpm> tpm = Start();
  ASSERT_OK(tpm->ReadClock());
  pid_t broker = BrokerOf(getpid());
  ASSERT_GT(broker, 0);
  for (int i = 0; i < 3; i++) {
    for (pid_t child : ChildrenOf(broker)) kill(child, SIGKILL);
    EXPECT_TRUE(Await([&] { return tpm->ReadClock().has_value(); }));
    EXPECT_EQ(ChildrenOf(broker).size(), 1u);
  }
  std::vector<pid_t> children = ChildrenOf(broker);
  tpm.reset();
  EXPECT_EQ(BrokerOf(getpid()), -1);
  for (pid_t child : children)
    EXPECT_TRUE(Await([&] { return FieldOfStatus(child, "Name") != "assay-tpm"; }));
}

TEST_F(TpmFault, TheBrokerDiesWithItsParent) {
  int pipe_fds[2];
  ASSERT_EQ(pipe(pipe_fds), 0);
  pid_t parent = fork();
  if (parent == 0) {
    std::unique_ptr<Tpm> tpm = Start();
    (void)tpm->ReadClock();
    pid_t pids[2] = {BrokerOf(getpid()), 0};
    pids[1] = ChildrenOf(pids[0]).at(0);
    (void)!write(pipe_fds[1], pids, sizeof pids);
    raise(SIGKILL);
  }
  pid_t pids[2] = {-1, -1};
  ASSERT_EQ(read(pipe_fds[0], pids, sizeof pids), ssize_t(sizeof pids));
  close(pipe_fds[0]);
  close(pipe_fds[1]);
  waitpid(parent, nullptr, 0);
  for (pid_t pid : pids)
    EXPECT_TRUE(Await([&] {
      return FieldOfStatus(pid, "State").substr(0, 1) == "Z" ||
             !FieldOfStatus(pid, "Name").starts_with("assay-tpm");
    }));
}

TEST_F(TpmFault, TheBrokersDeathIsSeenAndSaid) {
  std::unique_ptr<Tpm> tpm = Start();
  kill(BrokerOf(getpid()), SIGKILL);
  pollfd died{.fd = tpm->broker_fd(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(poll(&died, 1, 10'000), 1);
  Expected<TpmClock> clock = tpm->ReadClock();
  ASSERT_FALSE(clock);
  EXPECT_EQ(clock.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(clock.error().text, testing::HasSubstr("broker"));
}

TEST_F(TpmFault, AHungBrokerDoesNotHangTheCaller) {
  Tpm::Options options = DefaultOptions();
  options.deadline = kSecond / 4;
  std::unique_ptr<Tpm> tpm = Start(options);
  ASSERT_OK(tpm->ReadClock());
  pid_t broker = BrokerOf(getpid());
  kill(broker, SIGSTOP);
  BootNanos begun = BootNow();
  EXPECT_EQ(tpm->ReadClock().error().code, ErrorCode::kUnavailable);
  EXPECT_LT(BootNow() - begun, 2 * kSecond);
  kill(broker, SIGCONT);
  EXPECT_TRUE(Await([&] { return tpm->ReadClock().has_value(); }));
}

TEST_F(TpmFault, AThreadBeforeTheForkIsRefused) {
  std::jthread thread([](std::stop_token stop) {
    while (!stop.stop_requested()) std::this_thread::yield();
  });
  Expected<std::unique_ptr<Tpm>> tpm = Tpm::Start(DefaultOptions());
  ASSERT_FALSE(tpm);
  EXPECT_THAT(tpm.error().text, testing::HasSubstr("thread"));
}

TEST_F(TpmFault, AnUnknownUserIsRefusedBeforeAnythingIsStarted) {
  Tpm::Options options = DefaultOptions();
  options.child_user = "no-such-user";
  EXPECT_EQ(Tpm::Start(options).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(BrokerOf(getpid()), -1);
}

TEST_F(TpmFault, TheChildIsTheUserAskedForAndHasNoRightLeft) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
  fs::permissions(state_.path(), fs::perms(0755));
  for (const auto& entry : fs::directory_iterator(device_->ca() + "/.."))
    fs::permissions(entry, fs::perms(0777));
  Tpm::Options options = DefaultOptions();
  options.child_user = "nobody";
  std::unique_ptr<Tpm> tpm = Start(options);
  Expected<AttestationKey> key = tpm->OpenKey();
  ASSERT_OK(key);
  pid_t broker = BrokerOf(getpid());
  std::vector<pid_t> processes = ChildrenOf(broker);
  ASSERT_EQ(processes.size(), 1u);
  processes.push_back(broker);
  for (pid_t pid : processes) {
    EXPECT_EQ(FieldOfStatus(pid, "Uid"), "65534\t65534\t65534\t65534");
    EXPECT_EQ(FieldOfStatus(pid, "Gid"), "65534\t65534\t65534\t65534");
    EXPECT_EQ(FieldOfStatus(pid, "Groups"), "65534 ");
    for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"})
      EXPECT_EQ(FieldOfStatus(pid, set), "0000000000000000") << set;
    EXPECT_EQ(FieldOfStatus(pid, "NoNewPrivs"), "1");
  }
}

}  // namespace
}  // namespace assay
