// SPDX-License-Identifier: Apache-2.0
#include "agent/control_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "agent/frame.h"
#include "base/fd.h"
#include "base/file.h"

namespace assay {

namespace {

Expected<Fd> Connect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return Fail(ErrorCode::kInvalid, "socket path '" + path + "' is too long");
  memcpy(address.sun_path, path.c_str(), path.size() + 1);
  Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address)) {
    Error error = ErrnoError(errno, "asking assayd on '" + path + "'");
    error.hint = error.code == ErrorCode::kPermission
                     ? "run as root or as a member of the group 'assay'"
                     : "is it running? systemctl status assayd";
    return std::unexpected(error);
  }
  return fd;
}

Expected<std::string> ReadFrame(int fd, BootNanos until) {
  std::string buffer;
  for (;;) {
    auto frame = TRY(TakeFrame(buffer, kMaxReplyFrame));
    if (frame) return *frame;
    BootNanos now = BootNow();
    pollfd ready{fd, POLLIN, 0};
    int timeout = now >= until ? 0 : int((until - now) / 1'000'000) + 1;
    int n = poll(&ready, 1, timeout);
    if (n == 0) return Fail(ErrorCode::kUnavailable, "assayd did not answer in time");
    char bytes[65536];
    ssize_t got = n < 0 ? -1 : recv(fd, bytes, sizeof bytes, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FailErrno(errno, "reading the answer of assayd");
    if (got == 0) return Fail(ErrorCode::kUnavailable, "assayd closed the connection");
    buffer.append(bytes, size_t(got));
  }
}

ErrorCode CodeNamed(std::string_view name) {
  for (ErrorCode code : {ErrorCode::kNotFound, ErrorCode::kPermission, ErrorCode::kInvalid,
                         ErrorCode::kUnavailable, ErrorCode::kUnsupported, ErrorCode::kTampered})
    if (ErrorCodeName(code) == name) return code;
  return ErrorCode::kInternal;
}

}  // namespace

Expected<ControlReply> AskDaemon(const std::string& socket, const ControlRequest& request,
                                 BootNanos deadline) {
  Fd fd = TRY(Connect(socket));
  TRY(WriteAll(fd.get(), Frame(request.SerializeAsString()), "the request to assayd"));
  std::string frame = TRY(ReadFrame(fd.get(), BootNow() + deadline));
  ControlReply reply;
  if (!reply.ParseFromString(frame))
    return Fail(ErrorCode::kInvalid, "the answer of assayd cannot be read",
                "are assay and assayd of the same version?");
  if (reply.has_error())
    return Fail(CodeNamed(reply.error().code()), reply.error().text(), reply.error().hint());
  return reply;
}

}  // namespace assay
