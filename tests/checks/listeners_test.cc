// SPDX-License-Identifier: Apache-2.0
// Listening sockets and running processes: of texts, and of the machine that runs the test.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "base/fd.h"
#include "checks/formats/process_table.h"
#include "checks/formats/socket_table.h"
#include "checks/predicates/predicate.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

using testing::HasSubstr;

constexpr char kHead[] = "  sl  local_address rem_address   st tx_queue rx_queue ...\n";

std::string Row(const std::string& address, const std::string& state) {
  return "   0: " + address + " 00000000:0000 " + state +
         " 00000000:00000000 00:00000000 00000000 " +
         "  101        0 4711 1 0000000000000000 100 0 0 10 0\n";
}

// Rows of a real machine (x86-64).
TEST(SocketTable, ReadsAddressesInTheByteOrderOfTheMachine) {
  struct Case {
    const char *protocol, *address, *text;
    bool loopback;
  };
  for (const Case& one : std::vector<Case>{
           {"tcp", "0100007F:0019", "tcp 127.0.0.1:25", true},
           {"tcp", "3500007F:0035", "tcp 127.0.0.53:53", true},
           {"tcp", "00000000:0016", "tcp 0.0.0.0:22", false},
           {"tcp6", "00000000000000000000000001000000:0277", "tcp6 [::1]:631", true},
           {"tcp6", "00000000000000000000000000000000:0050", "tcp6 [::]:80", false},
           {"tcp6", "0000000000000000FFFF00000100007F:1F90", "tcp6 [::ffff:127.0.0.1]:8080", true},
           {"tcp6", "000080FE00000000FF565002BD69B1FE:0222", "tcp6 [fe80::250:56ff:feb1:69bd]:546",
            false}}) {
    auto listeners = ParseSocketTable(kHead + Row(one.address, "0A"), one.protocol);
    ASSERT_TRUE(listeners) << listeners.error().text;
    ASSERT_EQ(listeners->size(), 1u);
    EXPECT_EQ(listeners->front().Text(), one.text);
    EXPECT_EQ(listeners->front().loopback, one.loopback) << one.text;
    EXPECT_EQ(listeners->front().uid, 101u);
  }
}

TEST(SocketTable, TakesOnlySocketsThatWait) {
  std::string rows =
      kHead + Row("0100007F:0001", "0A") + Row("0100007F:0002", "01") + Row("0100007F:0003", "07");
  EXPECT_EQ(ParseSocketTable(rows, "tcp")->front().port, 1);
  EXPECT_EQ(ParseSocketTable(rows, "tcp")->size(), 1u);
  EXPECT_EQ(ParseSocketTable(rows, "udp")->front().port, 3);
  EXPECT_TRUE(ParseSocketTable(kHead, "tcp")->empty());
}

TEST(SocketTable, RefusesWhatIsNone) {
  for (const char* row :
       {"x\n", "0: 0100007F:0019\n", "0: 0100007F 0 0A 0 0 0 0\n",
        "0: 0100007G:0019 0 0A 0:0 0:0 0 0\n", "0: 0100007F:00190 0 0A 0 0 0 0\n"}) {
    auto listeners = ParseSocketTable(std::string(kHead) + row, "tcp");
    ASSERT_FALSE(listeners) << row;
    EXPECT_THAT(listeners.error().text, HasSubstr("/proc/1/net/tcp, line 2")) << row;
  }
}

TEST(ProcessStatus, LeavesContainersOut) {
  const std::string host = "Name:\tchronyd\nUid:\t104\t105\t104\t104\nNSpid:\t4711\n";
  auto process = ParseProcessStatus(host);
  ASSERT_TRUE(process && *process);
  EXPECT_EQ((*process)->name, "chronyd");
  EXPECT_EQ((*process)->real_uid, 104u);
  EXPECT_EQ((*process)->effective_uid, 105u);
  EXPECT_FALSE(*ParseProcessStatus("Name:\tchronyd\nUid:\t0\t0\t0\t0\nNSpid:\t4711\t12\n"));
  EXPECT_FALSE(ParseProcessStatus("Name:\tx\n"));
  EXPECT_FALSE(ParseProcessStatus("Name:\tx\nUid:\t0\tx\n"));
}

struct BoundSocket {
  Fd fd;
  uint16_t port = 0;
};

BoundSocket ListenOn(const char* address) {
  BoundSocket bound{Fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))};
  sockaddr_in name{};
  name.sin_family = AF_INET;
  inet_pton(AF_INET, address, &name.sin_addr);
  socklen_t size = sizeof name;
  auto* as_any = reinterpret_cast<sockaddr*>(&name);
  if (bind(bound.fd.get(), as_any, size) || listen(bound.fd.get(), 1) ||
      getsockname(bound.fd.get(), as_any, &size))
    ADD_FAILURE() << "cannot listen on " << address;
  bound.port = ntohs(name.sin_port);
  return bound;
}

Answer WantLoopback(Host& host, const std::vector<uint16_t>& ports) {
  Listeners listeners;
  for (uint16_t port : ports) listeners.add_ports(port);
  listeners.set_only("loopback");
  return JudgeListeners(listeners, host);
}

// A socket of ours is in the table only if process 1 is in our network namespace.
bool SeesTheNetworkOfProcess1() {
  BoundSocket own = ListenOn("127.0.0.1");
  std::ifstream table("/proc/1/net/tcp");
  std::string text(std::istreambuf_iterator<char>(table), {});
  auto listeners = ParseSocketTable(text, "tcp");
  return listeners && std::ranges::find(*listeners, own.port, &Listener::port) != listeners->end();
}

TEST(ListenersPredicate, TellsLoopbackFromTheRestOfThisMachine) {
  if (!SeesTheNetworkOfProcess1())
    GTEST_SKIP() << "this test is in another network namespace than process 1";
  Host host = *Host::Open("/", true);
  BoundSocket inside = ListenOn("127.0.0.1"), outside = ListenOn("0.0.0.0");
  Answer answer = WantLoopback(host, {inside.port});
  EXPECT_EQ(answer.result, Result::kPass) << answer.reason;
  EXPECT_THAT(answer.evidence[0].value, HasSubstr("tcp 127.0.0.1:" + std::to_string(inside.port)));
  answer = WantLoopback(host, {inside.port, outside.port});
  EXPECT_EQ(answer.result, Result::kFail);
  EXPECT_THAT(answer.reason, HasSubstr("tcp 0.0.0.0:" + std::to_string(outside.port)));
  EXPECT_TRUE(host.TakeInputs().contains({Input::Kind::kLive, "net/tcp"}));
}

TEST(ListenersPredicate, AllIsAListForAPerson) {
  if (!SeesTheNetworkOfProcess1())
    GTEST_SKIP() << "this test is in another network namespace than process 1";
  Host host = *Host::Open("/", true);
  BoundSocket outside = ListenOn("0.0.0.0");
  Listeners listeners;
  listeners.set_all(true);
  Answer answer = JudgeListeners(listeners, host);
  EXPECT_EQ(answer.result, Result::kManual);
  EXPECT_GE(answer.evidence.size(), 1u);
}

TEST(ProgramPredicate, JudgesTheProcessesOfThisMachine) {
  Host host = *Host::Open("/", true);
  if (!JudgeProgram(Program(), host).reason.empty() && !ProcessesOf(host))
    GTEST_SKIP() << "/proc cannot be read: " << ProcessesOf(host).error().text;
  Program program;
  program.set_name("listeners_test");
  program.add_users("nobody-knows");
  program.add_users(std::to_string(getuid()));
  Answer answer = JudgeProgram(program, host);
  EXPECT_EQ(answer.result, Result::kPass) << answer.reason;
  program.set_users(1, std::to_string(getuid() + 1));
  EXPECT_EQ(JudgeProgram(program, host).result, Result::kFail);
  program.set_name("no-such-program");
  EXPECT_EQ(JudgeProgram(program, host).result, Result::kNotApplicable);
  program.mutable_users()->RemoveLast();
  EXPECT_EQ(JudgeProgram(program, host).result, Result::kNotApplicable);
  program.set_name("listeners_test");
  EXPECT_EQ(JudgeProgram(program, host).result, Result::kError);
}

TEST(LivePredicates, AnImageCannotTell) {
  TempRoot root;
  Host host = root.OpenHost();
  EXPECT_EQ(WantLoopback(host, {25}).result, Result::kNotChecked);
  Program program;
  program.set_name("x");
  EXPECT_EQ(JudgeProgram(program, host).result, Result::kNotChecked);
  program.set_static_not_applicable(true);
  EXPECT_EQ(JudgeProgram(program, host).result, Result::kNotApplicable);
  EXPECT_EQ(host.UnitStates().error().code, ErrorCode::kUnsupported);
}

}  // namespace

}  // namespace assay
