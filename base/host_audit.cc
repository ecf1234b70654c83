// SPDX-License-Identifier: Apache-2.0
// Host::MachineName() and AuditState(): questions to the kernel, of its audit subsystem over
// netlink(7). No message type that changes anything is sent.
#include <linux/audit.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/utsname.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "base/host.h"

namespace assay {

namespace {

constexpr size_t kMostRules = 65536;
constexpr std::chrono::seconds kDeadline(5);

std::unexpected<Error> Refused(int err) {
  if (err == EPERM || err == EACCES)
    return Fail(ErrorCode::kPermission, "asking the kernel for its audit rules: not permitted",
                "run with CAP_AUDIT_CONTROL, outside of containers");
  if (err == ECONNREFUSED || err == EPROTONOSUPPORT || err == EAFNOSUPPORT)
    return Fail(ErrorCode::kUnsupported,
                "asking the kernel for its audit rules: it has no audit for us (a container, or "
                "booted with audit=0)");
  if (err == EAGAIN)
    return Fail(ErrorCode::kUnavailable, "asking the kernel for its audit rules: no answer");
  return FailErrno(err, "asking the kernel for its audit rules");
}

Expected<Fd> OpenAudit() {
  Fd fd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT));
  if (!fd) return Refused(errno);
  timeval wait{1, 0};
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  return fd;
}

// One question and its answers. The kernel ends them by NLMSG_DONE or, where there is only one
// answer, not at all.
class Question {
 public:
  Question(int fd, uint16_t type, uint32_t sequence)
      : fd_(fd), type_(type), sequence_(sequence), end_(Clock::now() + kDeadline) {}

  Expected<std::vector<std::string>> Ask(bool many) {
    nlmsghdr header{sizeof header, type_, NLM_F_REQUEST, sequence_, 0};
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    if (sendto(fd_, &header, sizeof header, 0, reinterpret_cast<sockaddr*>(&kernel),
               sizeof kernel) < 0)
      return Refused(errno);
    while (!done_ && (many || answers_.empty())) {
      if (Clock::now() > end_) return Refused(EAGAIN);
      std::string datagram = TRY(Receive());
      TRY(Take(datagram));
    }
    return std::move(answers_);
  }

 private:
  using Clock = std::chrono::steady_clock;

  // A datagram of the kernel's; empty for one of somebody else's.
  Expected<std::string> Receive() {
    std::string bytes(64 << 10, '\0');
    sockaddr_nl from{};
    socklen_t size = sizeof from;
    ssize_t n = recvfrom(fd_, bytes.data(), bytes.size(), MSG_TRUNC,
                         reinterpret_cast<sockaddr*>(&from), &size);
    if (n < 0 && errno == EINTR) return std::string();
    if (n < 0) return Refused(errno);
    if (size_t(n) > bytes.size()) return Fail(ErrorCode::kInvalid, "an audit message is too long");
    bytes.resize(from.nl_pid == 0 ? size_t(n) : 0);
    return bytes;
  }

  Expected<bool> Take(std::string_view datagram) {
    while (datagram.size() >= sizeof(nlmsghdr) && !done_) {
      nlmsghdr header;
      memcpy(&header, datagram.data(), sizeof header);
      if (header.nlmsg_len < sizeof header || header.nlmsg_len > datagram.size())
        return Fail(ErrorCode::kInvalid, "an audit message has a length that cannot be");
      std::string_view payload = datagram.substr(sizeof header, header.nlmsg_len - sizeof header);
      if (header.nlmsg_seq == sequence_) TRY(TakeOne(header.nlmsg_type, payload));
      datagram.remove_prefix(std::min<size_t>(datagram.size(), NLMSG_ALIGN(header.nlmsg_len)));
    }
    return true;
  }

  Expected<bool> TakeOne(uint16_t type, std::string_view payload) {
    if (type == NLMSG_DONE) done_ = true;
    if (type == type_) answers_.emplace_back(payload);
    if (answers_.size() > kMostRules)
      return Fail(ErrorCode::kInvalid, "the kernel has more than 65536 audit rules");
    int code = 0;
    if (type == NLMSG_ERROR && payload.size() >= sizeof code)
      memcpy(&code, payload.data(), sizeof code);
    if (code) return Refused(-code);
    return true;
  }

  int fd_;
  uint16_t type_;
  uint32_t sequence_;
  Clock::time_point end_;
  std::vector<std::string> answers_;
  bool done_ = false;
};

}  // namespace

Expected<std::string> Host::MachineName() {
  if (!live_) return Fail(ErrorCode::kUnsupported, "the root is an image that is not running");
  utsname names{};
  if (uname(&names)) return FailErrno(errno, "uname");
  return std::string(names.machine);
}

Expected<Host::AuditMessages> Host::AuditState() {
  Record(Input::Kind::kLive, "audit");
  if (!live_) return Fail(ErrorCode::kUnsupported, "the root is an image that is not running");
  Fd fd = TRY(OpenAudit());
  std::vector<std::string> status = TRY(Question(fd.get(), AUDIT_GET, 1).Ask(false));
  if (status.empty()) return Fail(ErrorCode::kInvalid, "the kernel told no audit status");
  AuditMessages messages{std::move(status[0]), {}};
  messages.rules = TRY(Question(fd.get(), AUDIT_LIST_RULES, 2).Ask(true));
  return messages;
}

}  // namespace assay
