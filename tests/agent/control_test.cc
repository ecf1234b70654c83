// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "agent/control_client.h"
#include "agent/control_server.h"
#include "agent/frame.h"
#include "tests/support/temp_root.h"

namespace assay {
namespace {

TEST(Frame, RoundTripsAndWaitsForTheRest) {
  std::string buffer = Frame("hello") + Frame("");
  std::string partial = buffer.substr(0, 6);
  EXPECT_EQ(TakeFrame(partial, 100).value(), std::nullopt);
  EXPECT_EQ(TakeFrame(buffer, 100).value(), "hello");
  EXPECT_EQ(TakeFrame(buffer, 100).value(), "");
  EXPECT_EQ(TakeFrame(buffer, 100).value(), std::nullopt);
}

TEST(Frame, AnOversizedLengthIsRefusedBeforeAnythingIsAllocated) {
  std::string buffer("\xff\xff\xff\xff", 4);
  EXPECT_EQ(TakeFrame(buffer, 4096).error().code, ErrorCode::kInvalid);
}

// A server in a thread of its own, for as long as the test lasts.
class Serving {
 public:
  explicit Serving(ControlServer::Answer answer) : loop_(std::move(*Loop::Make())) {
    auto server = ControlServer::Listen(path(), loop_, std::move(answer));
    if (!server) throw std::runtime_error(server.error().ToString());
    server_ = std::move(*server);
    thread_ = std::jthread([this](std::stop_token stop) {
      while (!stop.stop_requested()) (void)loop_.Step(BootNow() + 10'000'000);
    });
  }
  ~Serving() {
    thread_.request_stop();
    thread_.join();
  }
  std::string path() const { return root_.Path("sock"); }

 private:
  TempRoot root_;
  Loop loop_;
  std::unique_ptr<ControlServer> server_;
  std::jthread thread_;
};

ControlReply Echo(const ControlRequest& request) {
  ControlReply reply;
  if (request.has_status()) {
    reply.mutable_status()->set_node_id("node");
  } else {
    reply.mutable_error()->set_code("unavailable");
    reply.mutable_error()->set_text("no TPM");
  }
  return reply;
}

Fd Connect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address)) return {};
  return fd;
}

TEST(Control, ARequestIsAnswered) {
  Serving serving(Echo);
  ControlRequest request;
  request.mutable_status();
  Expected<ControlReply> reply = AskDaemon(serving.path(), request);
  ASSERT_TRUE(reply) << reply.error().ToString();
  EXPECT_EQ(reply->status().node_id(), "node");
}

TEST(Control, AnErrorOfTheDaemonComesBackAsItself) {
  Serving serving(Echo);
  ControlRequest request;
  request.mutable_enrol();
  Expected<ControlReply> reply = AskDaemon(serving.path(), request);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(reply.error().text, "no TPM");
}

TEST(Control, APeerWithAnOversizedFrameIsDroppedAndTheNextIsServed) {
  Serving serving(Echo);
  Fd bad = Connect(serving.path());
  ASSERT_TRUE(bad);
  ASSERT_EQ(send(bad.get(), "\xff\xff\xff\xff", 4, 0), 4);
  char byte;
  EXPECT_EQ(recv(bad.get(), &byte, 1, 0), 0) << "closed by the server";
  ControlRequest request;
  request.mutable_status();
  EXPECT_TRUE(AskDaemon(serving.path(), request));
}

TEST(Control, ASilentPeerDoesNotKeepOthersOut) {
  Serving serving(Echo);
  std::vector<Fd> silent;
  for (int i = 0; i < 10; i++) silent.push_back(Connect(serving.path()));
  ControlRequest request;
  request.mutable_status();
  EXPECT_TRUE(AskDaemon(serving.path(), request));
}

TEST(Control, NobodyListeningIsSaidWithWhatToDo) {
  Expected<ControlReply> reply = AskDaemon("/nonexistent/sock", ControlRequest());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::kNotFound);
  EXPECT_NE(reply.error().hint.find("is it running?"), std::string::npos);
}

TEST(Control, ASecondDaemonOnTheSameSocketIsRefused) {
  Serving serving(Echo);
  Loop loop = std::move(*Loop::Make());
  auto second = ControlServer::Listen(serving.path(), loop, Echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
}

TEST(Control, TheSocketIsNotForEverybody) {
  Serving serving(Echo);
  struct stat status{};
  ASSERT_EQ(stat(serving.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07, 0u);
}

}  // namespace
}  // namespace assay
