// SPDX-License-Identifier: Apache-2.0
// Host: the packet filter and the network tables of the running machine. Asks over netlink, in the
// way of netlink(7) and linux/netfilter/nf_tables.h, without a library: libnftables may call
// exit().
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/host.h"
#include "base/printable.h"

namespace assay {

namespace {

constexpr size_t kDumpLimit = 32 << 20;
constexpr int kAttempts = 8;

struct Request {
  nlmsghdr header;
  nfgenmsg family;
};

Expected<Fd> OpenNetfilter() {
  Fd fd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
  if (!fd && (errno == EPROTONOSUPPORT || errno == EAFNOSUPPORT))
    return Fail(ErrorCode::kUnsupported, "reading nf_tables: this kernel has no nfnetlink");
  if (!fd) return FailErrno(errno, "opening a netlink socket for nf_tables");
  // The kernel answers at once or never; a judgement must not hang on it.
  timeval patience{5, 0};
  if (setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience))
    return FailErrno(errno, "setting up a netlink socket");
  return fd;
}

Expected<void> Ask(int fd, uint16_t type, uint32_t sequence) {
  Request request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = uint16_t(NFNL_SUBSYS_NFTABLES << 8 | type);
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.header.nlmsg_seq = sequence;
  request.family.version = NFNETLINK_V0;  // family 0: all of them
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  ssize_t sent = sendto(fd, &request, sizeof request, 0, reinterpret_cast<const sockaddr*>(&kernel),
                        sizeof kernel);
  if (sent != ssize_t(sizeof request)) return FailErrno(errno, "asking for nf_tables");
  return {};
}

// What the kernel refused with; EINVAL and EOPNOTSUPP are how it says that no one is there to ask.
std::unexpected<Error> Refusal(int err) {
  if (err == EINVAL || err == EOPNOTSUPP)
    return Fail(ErrorCode::kUnsupported, "reading nf_tables: this kernel has no nf_tables");
  if (err == EPERM)
    return Fail(ErrorCode::kPermission, "reading nf_tables: not permitted",
                "this needs CAP_NET_ADMIN");
  return FailErrno(err, "reading nf_tables");
}

enum class Part { kMore, kDone, kAgain };

// Takes over the messages of one datagram that answer `sequence`.
Expected<Part> Take(std::string_view datagram, uint32_t sequence, std::string& into) {
  while (datagram.size() >= sizeof(nlmsghdr)) {
    nlmsghdr header;
    memcpy(&header, datagram.data(), sizeof header);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > datagram.size()) break;
    std::string_view message = datagram.substr(0, NLMSG_ALIGN(header.nlmsg_len));
    datagram.remove_prefix(message.size());
    if (header.nlmsg_seq != sequence) continue;
    if (header.nlmsg_flags & NLM_F_DUMP_INTR) return Part::kAgain;
    int32_t code = 0;
    bool ends = header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR;
    if (ends && header.nlmsg_len >= sizeof header + sizeof code)
      memcpy(&code, message.data() + sizeof header, sizeof code);
    if (code == -EINTR) return Part::kAgain;
    if (ends && code != 0) return Refusal(-code);
    if (ends) return Part::kDone;
    into += message;
    if (into.size() > kDumpLimit) return Fail(ErrorCode::kInvalid, "nf_tables: too many rules");
  }
  return Part::kMore;
}

Expected<Part> Dump(int fd, uint16_t type, uint32_t sequence, std::string& into) {
  if (Expected<void> asked = Ask(fd, type, sequence); !asked) return std::unexpected(asked.error());
  std::string buffer(256 << 10, '\0');
  for (;;) {
    sockaddr_nl sender{};
    socklen_t size = sizeof sender;
    ssize_t n = recvfrom(fd, buffer.data(), buffer.size(), MSG_TRUNC,
                         reinterpret_cast<sockaddr*>(&sender), &size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FailErrno(errno, "reading nf_tables");
    if (sender.nl_pid != 0) continue;  // another process may write to our socket
    if (size_t(n) > buffer.size()) return Fail(ErrorCode::kInvalid, "nf_tables: a cut message");
    Part part = TRY(Take(std::string_view(buffer).substr(0, size_t(n)), sequence, into));
    if (part != Part::kMore) return part;
  }
}

// Which ruleset one sees depends on one's network namespace; the machine's is that of process 1.
Expected<bool> InNamespaceOfInit() {
  struct stat own{}, init{};
  constexpr const char* kDoing = "finding out whether this is the machine's network namespace";
  if (stat("/proc/self/ns/net", &own)) return FailErrno(errno, kDoing);
  if (stat("/proc/1/ns/net", &init)) return FailErrno(errno, kDoing);
  return own.st_ino == init.st_ino && own.st_dev == init.st_dev;
}

// Tables, chains and rules in one generation; nullopt if the ruleset changed in between.
Expected<Part> DumpAll(uint32_t sequence, std::string& into) {
  Fd fd = TRY(OpenNetfilter());
  for (uint16_t type : {NFT_MSG_GETTABLE, NFT_MSG_GETCHAIN, NFT_MSG_GETRULE})
    if (TRY(Dump(fd.get(), type, ++sequence, into)) == Part::kAgain) return Part::kAgain;
  return Part::kDone;
}

}  // namespace

Expected<std::string> Host::PacketFilter() {
  Record(Input::Kind::kLive, "nftables");
  if (!live_)
    return Fail(ErrorCode::kUnsupported, "reading nf_tables: the root is not a running machine");
  if (!TRY(InNamespaceOfInit()))
    return Fail(ErrorCode::kUnsupported,
                "reading nf_tables: this process is in a network namespace of its own");
  for (int attempt = 0; attempt < kAttempts; attempt++) {
    std::string dump;
    if (TRY(DumpAll(uint32_t(attempt * 16), dump)) == Part::kDone) return dump;
  }
  return Fail(ErrorCode::kUnavailable, "reading nf_tables: the ruleset keeps changing");
}

Expected<std::string> Host::NetworkTable(std::string_view name) {
  Record(Input::Kind::kLive, "net/" + std::string(name));
  if (name.empty() || name.contains('/') || name.contains('\0') || name.starts_with('.'))
    return Fail(ErrorCode::kInvalid, "network table '" + Printable(name) + "'");
  return ReadProc(("/proc/1/net/" + std::string(name)).c_str(), 64 << 20);
}

}  // namespace assay
