// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "agent/control.pb.h"
#include "agent/loop.h"
#include "base/error.h"
#include "base/fd.h"

namespace assay {

/// Listens on the control socket: 0660, group `assay` where there is one, and only root, our own
/// user or members of that group are answered (SO_PEERCRED). A peer that sends an oversized frame
/// or stays silent is dropped; at most 32 peers at a time.
class ControlServer {
 public:
  using Answer = std::function<ControlReply(const ControlRequest&)>;

  /// `loop` must outlive the server. kUnavailable if another assayd answers on `path` already.
  static Expected<std::unique_ptr<ControlServer>> Listen(const std::string& path, Loop& loop,
                                                         Answer answer);
  ~ControlServer();
  /// Drops peers that have been silent for longer than 10 s.
  void DropIdle(BootNanos now);

 private:
  struct Peer {
    Fd fd;
    std::string in, out;
    BootNanos since = 0;
  };
  ControlServer(std::string path, Fd listener, Loop& loop, Answer answer);
  void Accept();
  void Serve(int fd, uint32_t events);
  bool ReadFrom(Peer& peer);
  bool WriteTo(Peer& peer);
  void Drop(int fd);

  std::string path_;
  Fd listener_;
  Loop& loop_;
  Answer answer_;
  std::map<int, Peer> peers_;
};

}  // namespace assay
