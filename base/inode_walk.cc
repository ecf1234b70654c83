// SPDX-License-Identifier: Apache-2.0
#include "base/inode_walk.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/fd.h"
#include "base/host.h"
#include "base/printable.h"

namespace assay {

namespace {

constexpr size_t kOpenDirectories = 64;
constexpr size_t kMaxLevels = 10'000;
constexpr size_t kMaxNameBytes = 256 << 20;
constexpr size_t kMaxNotEntered = 100;
constexpr unsigned kMask =
    STATX_TYPE | STATX_MODE | STATX_UID | STATX_GID | STATX_INO | STATX_MNT_ID;

struct FileId {
  uint32_t major = 0, minor = 0;
  uint64_t inode = 0;
  bool operator==(const FileId&) const = default;
};

FileId IdOf(const struct statx& x) { return {x.stx_dev_major, x.stx_dev_minor, x.stx_ino}; }

// DONT_SYNC and NO_AUTOMOUNT: a look at the mount point of a dead server must not hang, nor mount.
int Look(int directory, const char* name, int flags, struct statx& x) {
  return statx(directory, name, flags | AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC,
               kMask, &x);
}

struct Level {
  Fd fd;
  size_t name;        // of this directory: offset into the names
  size_t next, last;  // pending directories: offsets of the names still to come
  FileId id = {};     // only once the fd was given up
};

class Walk {
 public:
  explicit Walk(const InodeWalk& walk) : walk_(walk) {}

  Expected<WalkTotal> Run(int root_fd) {
    Fd fd(openat(root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct statx x;
    if (!fd || Look(fd.get(), "", AT_EMPTY_PATH, x)) return FailErrno(errno, "opening the root");
    if (!(x.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT))
      return Fail(ErrorCode::kUnsupported, "walking: the kernel does not tell mounts apart",
                  "Linux 5.8 does");
    FindClosed(root_fd);
    Show(x, nullptr);
    names_.push_back('\0');  // the root's own name
    TRY(Enter(std::move(fd), 0));
    while (!levels_.empty()) TRY(Step());
    return std::move(total_);
  }

 private:
  void FindClosed(int root_fd) {
    for (const std::string& path : walk_.closed) {
      open_how how{};
      how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
      how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
      std::string relative = path.substr(std::min(path.find_first_not_of('/'), path.size()));
      Fd fd(int(syscall(SYS_openat2, root_fd, relative.c_str(), &how, sizeof how)));
      struct statx x;
      if (fd && Look(fd.get(), "", AT_EMPTY_PATH, x) == 0) closed_.push_back(IdOf(x));
    }
  }

  // The next pending directory of the deepest level, or its end.
  Expected<void> Step() {
    Level& level = levels_.back();
    if (level.next == level.last) return Leave();
    size_t name = level.next;
    level.next += strlen(&names_[name]) + 1;
    // A mount that the border enters is crossed; a link put there meanwhile is not followed.
    Fd fd(openat(level.fd.get(), &names_[name], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)) return {};
    if (!fd) return Refused("opening", &names_[name]);
    return Enter(std::move(fd), name);
  }

  Expected<void> Enter(Fd fd, size_t name) {
    if (levels_.size() >= kMaxLevels || names_.size() > kMaxNameBytes)
      return Fail(ErrorCode::kInvalid, "walking '" + Printable(PathOf(&names_[name])) +
                                           "': too deep, or too many directories in one");
    total_.directories++;
    size_t first = names_.size();
    levels_.push_back({std::move(fd), name, first, first});
    TRY(ReadEntries());
    levels_.back().last = names_.size();
    if (levels_.size() > kOpenDirectories) return GiveUp(levels_[levels_.size() - 65]);
    return {};
  }

  Expected<void> ReadEntries() {
    int fd = levels_.back().fd.get();
    for (;;) {
      ssize_t n = syscall(SYS_getdents64, fd, buffer_.data(), buffer_.size());
      if (n == 0 || (n < 0 && errno == ENOENT)) return {};  // ENOENT: it was removed
      if (n < 0) return Refused("listing", nullptr);
      for (ssize_t at = 0; at < n;) {
        // linux_dirent64: ino 8, off 8, reclen 2, type 1, name.
        uint16_t length;
        memcpy(&length, &buffer_[size_t(at) + 16], sizeof length);
        const char* name = &buffer_[size_t(at) + 19];
        bool dots = name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
        if (!dots) TRY(Entry(fd, name));
        at += length;
      }
    }
  }

  Expected<void> Entry(int fd, const char* name) {
    struct statx x;
    if (Look(fd, name, 0, x)) {
      int error = errno;
      if (error == ENOENT) return {};
      if (walk_.border->IsForeign(PathOf(name))) return NotEntered(name), Expected<void>();
      errno = error;
      return Refused("looking at", name);
    }
    bool mount = x.stx_attributes & STATX_ATTR_MOUNT_ROOT;
    if (mount && !walk_.border->Enters({PathOf(name), x.stx_mnt_id, fd, name}))
      return NotEntered(name), Expected<void>();
    Show(x, name);
    if (S_ISDIR(x.stx_mode) && !IsClosed(x))
      names_.insert(names_.end(), name, name + strlen(name) + 1);
    return {};
  }

  bool IsClosed(const struct statx& x) const {
    for (const FileId& id : closed_)
      if (id == IdOf(x)) return true;
    return false;
  }

  void Show(const struct statx& x, const char* name) {
    total_.objects++;
    WalkedInode inode{x.stx_mode, x.stx_uid, x.stx_gid, x.stx_ino, x.stx_mnt_id};
    for (InodeVisitor* visitor : walk_.visitors)
      if (visitor->Wants(inode)) visitor->See(inode, name ? PathOf(name) : "/");
  }

  void NotEntered(const char* name) {
    if (total_.not_entered.size() < kMaxNotEntered) total_.not_entered.push_back(PathOf(name));
  }

  // Back to the parent, whose fd may have been given up: "..", if that is still the same.
  Expected<void> Leave() {
    Level left = std::move(levels_.back());
    levels_.pop_back();
    if (levels_.empty()) return {};
    names_.resize(levels_.back().last);
    Level& level = levels_.back();
    if (level.fd) return {};
    Fd fd(openat(left.fd.get(), "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct statx x;
    if (!fd || Look(fd.get(), "", AT_EMPTY_PATH, x) || IdOf(x) != level.id)
      return Fail(ErrorCode::kUnavailable,
                  "walking '" + Printable(PathOf(nullptr)) + "': it was moved while it was walked");
    level.fd = std::move(fd);
    return {};
  }

  Expected<void> GiveUp(Level& level) {
    struct statx x;
    if (!level.fd) return {};
    if (Look(level.fd.get(), "", AT_EMPTY_PATH, x)) return FailErrno(errno, "walking: statx");
    level.id = IdOf(x);
    level.fd.Reset();
    return {};
  }

  // Of an entry of the deepest directory; of that directory itself without a name.
  std::string PathOf(const char* name) const {
    std::string path;
    for (size_t i = 1; i < levels_.size(); i++) (path += '/') += &names_[levels_[i].name];
    if (name) (path += '/') += name;
    return path.empty() ? "/" : path;
  }

  std::unexpected<Error> Refused(const char* doing, const char* name) const {
    int error = errno;
    return FailErrno(error, std::string(doing) + " '" + Printable(PathOf(name)) + "'");
  }

  const InodeWalk& walk_;
  WalkTotal total_;
  std::vector<FileId> closed_;
  std::vector<Level> levels_;
  std::vector<char> names_;  // of pending directories of all levels, each ending in NUL
  std::array<char, 64 << 10> buffer_;
};

}  // namespace

uint64_t MountRoot::Filesystem() const {
  Fd fd(openat(parent_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct statfs status{};
  if (!fd || fstatfs(fd.get(), &status)) return 0;
  return uint64_t(status.f_type) & 0xFFFFFFFF;
}

Expected<WalkTotal> WalkInodes(int root_fd, const InodeWalk& walk) {
  return std::make_unique<Walk>(walk)->Run(root_fd);
}

Expected<WalkTotal> Host::Walk(const InodeWalk& walk) {
  Record(Input::Kind::kTree, "/");
  for (const std::string& path : walk.closed) Record(Input::Kind::kMetadata, path);
  return WalkInodes(root_fd(), walk);
}

}  // namespace assay
