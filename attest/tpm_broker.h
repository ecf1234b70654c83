// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "attest/tpm.pb.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"

namespace assay {

/// The process between assayd and the child that talks to the TPM. It never touches the TPM, so it
/// cannot hang; it starts a child when there is none, hands over one request at a time, and kills
/// the child that misses the deadline.
class TpmBroker {
 public:
  TpmBroker(int fd, std::string tcti) : fd_(fd), tcti_(std::move(tcti)) {}
  ~TpmBroker() { EndChild(); }
  /// Serves until assayd closes its side.
  void Run();

 private:
  TpmResponse Handle(const TpmRequest& request);
  Expected<void> EnsureChild();
  void EndChild();
  void Reap(int milliseconds);

  int fd_;
  std::string tcti_;
  Fd child_fd_;
  pid_t child_ = -1;
  pid_t dying_ = -1;  ///< killed, but held in the kernel by its TPM call
  uint64_t children_started_ = 0;
};

/// Gives up every right but those of `user` (name in the user database): supplementary groups,
/// group, user, in this order, then all capabilities; verified by asking the kernel afterwards. An
/// empty name only sets no_new_privs. What follows an error must not go on.
struct UserIds {
  uid_t uid = 0;
  gid_t gid = 0;
};
Expected<std::optional<UserIds>> FindUser(const std::string& name);
Expected<void> DropTo(const std::optional<UserIds>& user);

/// Binds this process' life to its parent's and hides it from signals meant for the parent's
/// group. `parent` as getpid() said before the fork.
void FollowParent(pid_t parent, const char* name);
/// Closes every descriptor above 2 but `keep`; standard input and output become /dev/null.
void CloseOthers(int keep);

}  // namespace assay
