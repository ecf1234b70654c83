// SPDX-License-Identifier: Apache-2.0
// Host::SetIdFiles(): a walk for programs that run as somebody else.
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/host.h"
#include "base/printable.h"

namespace assay {

namespace {

struct CloseDirectory {
  void operator()(DIR* stream) const { closedir(stream); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

class SetIdWalk {
 public:
  SetIdWalk(int root, size_t limit) : root_(root), left_(limit) {}

  Expected<std::vector<std::string>> Run(const std::string& top, bool live) {
    Fd fd(Open(top, 0));
    struct stat metadata{};
    struct statvfs mount{};
    if (!fd || fstat(fd.get(), &metadata) || fstatvfs(fd.get(), &mount))
      return FailErrno(errno, "opening '" + Printable(top) + "'");
    // An image's own mount options are not those of the machine it is mounted on.
    if (live && mount.f_flag & (ST_NOSUID | ST_NOEXEC)) return std::vector<std::string>();
    device_ = metadata.st_dev;
    TRY(Visit(std::move(fd), top));
    while (!pending_.empty()) {
      std::string next = std::move(pending_.back());
      pending_.pop_back();
      Fd directory(Open(next, RESOLVE_NO_SYMLINKS));
      if (!directory && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)) continue;
      if (!directory) return FailErrno(errno, "opening '" + Printable(next) + "'");
      if (fstat(directory.get(), &metadata) || metadata.st_dev != device_) continue;
      TRY(Visit(std::move(directory), next));
    }
    std::ranges::sort(found_);
    return std::move(found_);
  }

 private:
  int Open(const std::string& path, uint64_t resolve) {
    open_how how{};
    how.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOATIME;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve;
    std::string relative = path.substr(path.find_first_not_of('/'));
    int fd = int(syscall(SYS_openat2, root_, relative.c_str(), &how, sizeof how));
    if (fd >= 0 || errno != EPERM) return fd;
    how.flags &= ~uint64_t(O_NOATIME);  // for owners and root only
    return int(syscall(SYS_openat2, root_, relative.c_str(), &how, sizeof how));
  }

  Expected<bool> Visit(Fd fd, const std::string& path) {
    Directory stream(fdopendir(fd.get()));
    if (!stream) return FailErrno(errno, "listing '" + Printable(path) + "'");
    (void)fd.Release();
    errno = 0;
    while (dirent* entry = readdir(stream.get())) {
      if (left_-- == 0)
        return Fail(ErrorCode::kInvalid, "'" + Printable(path) + "': too many objects to look at");
      Look(dirfd(stream.get()), *entry, path);
      errno = 0;
    }
    if (errno) return FailErrno(errno, "listing '" + Printable(path) + "'");
    return true;
  }

  void Look(int directory, const dirent& entry, const std::string& path) {
    std::string name = entry.d_name;
    if (name == "." || name == ".." || entry.d_type == DT_LNK) return;
    struct stat metadata{};
    // What is gone since is no program.
    if (entry.d_type != DT_DIR && fstatat(directory, entry.d_name, &metadata, AT_SYMLINK_NOFOLLOW))
      return;
    if (entry.d_type == DT_DIR || S_ISDIR(metadata.st_mode))
      pending_.push_back(path + "/" + name);
    else if (S_ISREG(metadata.st_mode) && metadata.st_mode & (S_ISUID | S_ISGID))
      found_.push_back(path + "/" + name);
  }

  int root_;
  size_t left_;
  dev_t device_ = 0;
  std::vector<std::string> pending_, found_;
};

}  // namespace

Expected<std::vector<std::string>> Host::SetIdFiles(std::string_view directory, size_t limit) {
  Record(Input::Kind::kTree, directory);
  if (!directory.starts_with('/') || directory.size() < 2 || directory.ends_with('/'))
    return Fail(ErrorCode::kInvalid, "a walk needs an absolute directory below the root");
  return SetIdWalk(root_.get(), limit).Run(std::string(directory), live_);
}

}  // namespace assay
