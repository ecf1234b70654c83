// SPDX-License-Identifier: Apache-2.0
#include "agent/control_server.h"

#include <grp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "agent/frame.h"

namespace assay {

namespace {

constexpr size_t kMaxPeers = 32;
constexpr BootNanos kIdle = 10'000'000'000;

Expected<sockaddr_un> AddressOf(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return Fail(ErrorCode::kInvalid, "socket path '" + path + "' is too long",
                "use one of at most 107 bytes");
  memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

// A socket left by a crash is removed; one that is answered on is another assayd.
Expected<void> MakeWay(const std::string& path, const sockaddr_un& address) {
  Fd probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address))
    return Fail(ErrorCode::kUnavailable, "another assayd answers on '" + path + "'",
                "stop it first, or give --run another directory");
  if (unlink(path.c_str()) && errno != ENOENT) return FailErrno(errno, "removing '" + path + "'");
  return {};
}

// root, the user that runs us, or a member of the socket's group, also by a supplementary group
// (SO_PEERGROUPS, socket(7)). The mode of the socket says the same: two locks on one door.
bool Welcome(int fd, const std::string& path) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size)) return false;
  if (peer.uid == 0 || peer.uid == geteuid()) return true;
  struct stat status{};
  if (stat(path.c_str(), &status) || !(status.st_mode & 060)) return false;
  if (peer.gid == status.st_gid) return true;
  gid_t groups[256];
  size = sizeof groups;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size)) return false;
  return std::find(groups, groups + size / sizeof *groups, status.st_gid) !=
         groups + size / sizeof *groups;
}

}  // namespace

Expected<std::unique_ptr<ControlServer>> ControlServer::Listen(const std::string& path, Loop& loop,
                                                               Answer answer) {
  sockaddr_un address = TRY(AddressOf(path));
  TRY(MakeWay(path, address));
  Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  mode_t mask = umask(0177);  // nobody but us, until the group is set
  int bound = bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
  int err = errno;
  umask(mask);
  if (bound) return FailErrno(err, "binding '" + path + "'");
  if (const group* group = getgrnam("assay"); group && !chown(path.c_str(), -1, group->gr_gid))
    chmod(path.c_str(), 0660);
  if (listen(fd.get(), 16)) return FailErrno(errno, "listening on '" + path + "'");
  int listener = fd.get();
  std::unique_ptr<ControlServer> server(
      new ControlServer(path, std::move(fd), loop, std::move(answer)));
  TRY(loop.Add(listener, EPOLLIN, [self = server.get()](uint32_t) { self->Accept(); }));
  return server;
}

ControlServer::ControlServer(std::string path, Fd listener, Loop& loop, Answer answer)
    : path_(std::move(path)),
      listener_(std::move(listener)),
      loop_(loop),
      answer_(std::move(answer)) {}

ControlServer::~ControlServer() {
  while (!peers_.empty()) Drop(peers_.begin()->first);
  loop_.Remove(listener_.get());
  unlink(path_.c_str());
}

void ControlServer::Accept() {
  Fd fd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!fd || peers_.size() >= kMaxPeers || !Welcome(fd.get(), path_)) return;
  int number = fd.get();
  peers_[number] = Peer{std::move(fd), {}, {}, BootNow()};
  if (!loop_.Add(number, EPOLLIN, [this, number](uint32_t events) { Serve(number, events); }))
    peers_.erase(number);
}

void ControlServer::Serve(int fd, uint32_t events) {
  auto found = peers_.find(fd);
  if (found == peers_.end()) return;
  Peer& peer = found->second;
  bool alive = true;
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) alive = ReadFrom(peer);
  if (alive && !peer.out.empty()) alive = WriteTo(peer);
  if (!alive) return Drop(fd);
  loop_.Change(fd, peer.out.empty() ? EPOLLIN : EPOLLOUT);
}

bool ControlServer::ReadFrom(Peer& peer) {
  char bytes[4096];
  ssize_t n = recv(peer.fd.get(), bytes, sizeof bytes, 0);
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  if (n == 0) return false;
  peer.since = BootNow();
  peer.in.append(bytes, size_t(n));
  auto frame = TakeFrame(peer.in, kMaxRequestFrame);
  if (!frame) return false;
  if (!*frame) return true;
  ControlRequest request;
  if (!request.ParseFromString(**frame)) return false;
  peer.out += Frame(answer_(request).SerializeAsString());
  return true;
}

bool ControlServer::WriteTo(Peer& peer) {
  ssize_t n = send(peer.fd.get(), peer.out.data(), peer.out.size(), MSG_NOSIGNAL);
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  peer.out.erase(0, size_t(n));
  peer.since = BootNow();
  return true;
}

void ControlServer::Drop(int fd) {
  loop_.Remove(fd);
  peers_.erase(fd);
}

void ControlServer::DropIdle(BootNanos now) {
  for (auto peer = peers_.begin(); peer != peers_.end();) {
    int fd = peer->first;
    bool idle = now > peer->second.since && now - peer->second.since > kIdle;
    ++peer;
    if (idle) Drop(fd);
  }
}

}  // namespace assay
