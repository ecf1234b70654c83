// SPDX-License-Identifier: Apache-2.0
#include "attest/tpm_broker.h"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "attest/tpm_child.h"
#include "attest/tpm_message.h"

namespace assay {

namespace {

// A killed child is gone in well under this, unless a driver holds it.
constexpr int kReapMilliseconds = 200;

bool HungUp(int fd) {
  pollfd state{.fd = fd, .events = POLLIN, .revents = 0};
  return poll(&state, 1, 0) > 0;  // nothing was asked, so whatever it is, it is not an answer
}

}  // namespace

void TpmBroker::Reap(int milliseconds) {
  if (dying_ < 0) return;
  Fd pidfd(int(syscall(SYS_pidfd_open, dying_, 0)));
  pollfd ended{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
  if (pidfd) poll(&ended, 1, milliseconds);
  if (waitpid(dying_, nullptr, WNOHANG) != 0) dying_ = -1;
}

void TpmBroker::EndChild() {
  child_fd_.Reset();
  if (child_ < 0) return;
  kill(child_, SIGKILL);
  dying_ = std::exchange(child_, -1);
  Reap(kReapMilliseconds);
}

Expected<void> TpmBroker::EnsureChild() {
  if (child_ >= 0 && HungUp(child_fd_.get())) EndChild();
  if (child_ >= 0) return {};
  Reap(0);
  if (dying_ >= 0)  // or a hung driver would be given a new process with every call
    return Fail(ErrorCode::kUnavailable, "the last TPM call still hangs in the kernel");
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
    return FailErrno(errno, "making the TPM child's socket");
  Fd ours(pair[0]), theirs(pair[1]);
  pid_t self = getpid(), child = fork();
  if (child < 0) return FailErrno(errno, "forking the TPM child");
  if (child == 0) {
    FollowParent(self, "assay-tpm");
    CloseOthers(theirs.get());
    ServeTpm(theirs.get(), tcti_);
    _exit(0);
  }
  child_ = child;
  child_fd_ = std::move(ours);
  children_started_++;
  return {};
}

TpmResponse TpmBroker::Handle(const TpmRequest& request) {
  if (Expected<void> child = EnsureChild(); !child)
    return FailedResponse(request.id(), child.error());
  Expected<void> sent = SendPacket(child_fd_.get(), request.SerializeAsString());
  if (!sent) {
    EndChild();
    return FailedResponse(request.id(), {ErrorCode::kUnavailable, sent.error().text});
  }
  Expected<std::string> packet = ReceivePacket(child_fd_.get(), request.deadline_nanos());
  TpmResponse response;
  if (packet && response.ParseFromString(*packet) && response.id() == request.id()) {
    if (response.failure().connection_lost()) EndChild();
    return response;
  }
  EndChild();
  bool late = !packet && packet.error().code == ErrorCode::kUnavailable;
  response = FailedResponse(
      request.id(), {ErrorCode::kUnavailable, late ? "the TPM did not answer in time"
                                                   : "the process that talks to the TPM died"});
  response.mutable_failure()->set_deadline_missed(late);
  return response;
}

void TpmBroker::Run() {
  for (;;) {
    Expected<std::string> packet = ReceivePacket(fd_, 0);
    TpmRequest request;
    if (!packet || !request.ParseFromString(*packet)) return;
    TpmResponse response = Handle(request);
    response.set_children_started(children_started_);
    if (!SendPacket(fd_, response.SerializeAsString())) return;
  }
}

}  // namespace assay
