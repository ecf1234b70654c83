// SPDX-License-Identifier: Apache-2.0
// What the TPM processes give up before they do anything (attest/tpm_broker.h).
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>
#include <vector>

#include "attest/tpm_broker.h"

namespace assay {

namespace {

Expected<void> DropCapabilities() {
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct none[2] = {}, now[2] = {};
  if (syscall(SYS_capset, &header, none)) return FailErrno(errno, "dropping capabilities");
  if (syscall(SYS_capget, &header, now)) return FailErrno(errno, "reading capabilities");
  for (const auto& data : now)
    if (data.effective | data.permitted | data.inheritable)
      return Fail(ErrorCode::kInternal, "capabilities were not dropped");
  return {};
}

Expected<void> Verify(const UserIds& user) {
  uid_t uids[3];
  gid_t gids[3], group = 0;
  if (getresuid(&uids[0], &uids[1], &uids[2]) || getresgid(&gids[0], &gids[1], &gids[2]))
    return FailErrno(errno, "reading our user and group");
  for (int i = 0; i < 3; i++)
    if (uids[i] != user.uid || gids[i] != user.gid)
      return Fail(ErrorCode::kInternal, "user and group were not changed");
  if (getgroups(0, nullptr) > 1 || (getgroups(1, &group) == 1 && group != user.gid))
    return Fail(ErrorCode::kInternal, "supplementary groups were not dropped");
  return {};
}

}  // namespace

Expected<std::optional<UserIds>> FindUser(const std::string& name) {
  if (name.empty()) return std::nullopt;
  std::vector<char> buffer(64 << 10);
  passwd entry{};
  passwd* found = nullptr;
  int err = getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (!found)
    return Fail(
        ErrorCode::kNotFound,
        "looking up user '" + name + "' for the TPM" + (err ? ": " + std::to_string(err) : ""),
        "install the package that makes it (tpm-udev or tpm2-tss)");
  return UserIds{entry.pw_uid, entry.pw_gid};
}

Expected<void> DropTo(const std::optional<UserIds>& user) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return FailErrno(errno, "setting no_new_privs");
  if (!user) return {};
  if (geteuid() != user->uid || getegid() != user->gid || geteuid() == 0) {
    if (setgroups(1, &user->gid)) return FailErrno(errno, "dropping supplementary groups");
    if (setresgid(user->gid, user->gid, user->gid)) return FailErrno(errno, "changing the group");
    if (setresuid(user->uid, user->uid, user->uid)) return FailErrno(errno, "changing the user");
    TRY(Verify(*user));
  }
  return DropCapabilities();
}

void FollowParent(pid_t parent, const char* name) {
  // After the user was changed, which clears it.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(0);
  prctl(PR_SET_NAME, name);
  // A service manager signals the whole group; assayd decides when it needs us no more.
  for (int ignored : {SIGTERM, SIGINT, SIGHUP, SIGPIPE}) signal(ignored, SIG_IGN);
}

void CloseOthers(int keep) {
  if (keep > 3) close_range(3, unsigned(keep) - 1, 0);
  close_range(unsigned(keep) + 1, ~0u, 0);
  int null = open("/dev/null", O_RDWR);
  if (null < 0) return;
  dup2(null, STDIN_FILENO);
  dup2(null, STDOUT_FILENO);
  if (null > 2) close(null);
}

}  // namespace assay
