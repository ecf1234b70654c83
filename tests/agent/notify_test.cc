// SPDX-License-Identifier: Apache-2.0
#include "agent/notify.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include "base/fd.h"
#include "tests/support/temp_root.h"

namespace assay {
namespace {

class Notify : public ::testing::Test {
 protected:
  ~Notify() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) unsetenv(name);
  }
};

TEST_F(Notify, TheManagerHearsWhatItIsTold) {
  TempRoot root;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  strncpy(address.sun_path, root.Path("notify").c_str(), sizeof address.sun_path - 1);
  Fd manager(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(bind(manager.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  setenv("NOTIFY_SOCKET", address.sun_path, 1);
  NotifyManager("READY=1\nSTATUS=golden");
  char heard[64];
  ssize_t n = recv(manager.get(), heard, sizeof heard, MSG_DONTWAIT);
  ASSERT_GT(n, 0);
  EXPECT_EQ(std::string(heard, size_t(n)), "READY=1\nSTATUS=golden");
}

TEST_F(Notify, WithoutAManagerNothingHappens) {
  unsetenv("NOTIFY_SOCKET");
  NotifyManager("READY=1");
  setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1);
  NotifyManager("READY=1");
}

TEST_F(Notify, TheWatchdogIsOursOnlyWhenItNamesUs) {
  EXPECT_EQ(WatchdogInterval(), 0u);
  setenv("WATCHDOG_USEC", "30000000", 1);
  EXPECT_EQ(WatchdogInterval(), 30'000'000'000u);
  setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(WatchdogInterval(), 0u);
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  EXPECT_EQ(WatchdogInterval(), 30'000'000'000u);
}

}  // namespace
}  // namespace assay
