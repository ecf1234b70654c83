// SPDX-License-Identifier: Apache-2.0
#include "attest/tpm_message.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace assay {

namespace {

// Rounded up, so that a wait never ends before its deadline.
int MillisecondsUntil(BootNanos deadline) {
  if (deadline == 0) return -1;
  BootNanos now = BootNow();
  if (now >= deadline) return 0;
  return int(std::min<BootNanos>((deadline - now) / 1'000'000 + 1, 3'600'000));
}

}  // namespace

Expected<void> SendPacket(int fd, const std::string& bytes) {
  if (bytes.empty() || bytes.size() > kMaxTpmMessage)
    return Fail(ErrorCode::kInvalid, "a message of " + std::to_string(bytes.size()) + " bytes");
  ssize_t sent;
  do sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
    return Fail(ErrorCode::kNotFound, "the TPM process is gone");
  if (sent < 0)
    return Fail(ErrorCode::kUnavailable, ErrnoError(errno, "sending to the TPM process").text);
  return {};
}

Expected<std::string> ReceivePacket(int fd, BootNanos deadline) {
  for (;;) {
    pollfd ready{.fd = fd, .events = POLLIN, .revents = 0};
    int n = poll(&ready, 1, MillisecondsUntil(deadline));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FailErrno(errno, "waiting for the TPM process");
    if (n > 0) break;
    if (BootNow() >= deadline) return Fail(ErrorCode::kUnavailable, "no answer in time");
  }
  std::string bytes(kMaxTpmMessage, '\0');
  ssize_t n;
  do n = recv(fd, bytes.data(), bytes.size(), MSG_TRUNC);
  while (n < 0 && errno == EINTR);
  if (n == 0 || (n < 0 && errno == ECONNRESET))
    return Fail(ErrorCode::kNotFound, "the TPM process is gone");
  if (n < 0) return FailErrno(errno, "reading from the TPM process");
  if (size_t(n) > kMaxTpmMessage)
    return Fail(ErrorCode::kInvalid, "a message of " + std::to_string(n) + " bytes");
  bytes.resize(size_t(n));
  return bytes;
}

}  // namespace assay
