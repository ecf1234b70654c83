// SPDX-License-Identifier: Apache-2.0
#include "checks/baseline/tree_walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <memory>
#include <vector>

#include "base/printable.h"

namespace assay {

namespace {

constexpr size_t kMaxNames = 2'000'000;
constexpr size_t kMaxPath = 64 << 10;
constexpr size_t kOpenDirectories = 64;

std::string Quoted(std::string_view path) { return "'" + Printable(path) + "'"; }

int OpenBeneath(int directory, const char* name, uint64_t flags) {
  open_how how{};
  how.flags = flags | O_CLOEXEC | O_NOFOLLOW;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  int fd;
  do fd = int(syscall(SYS_openat2, directory, name, &how, sizeof how));
  while (fd < 0 && (errno == EAGAIN || errno == EINTR));
  return fd;
}

// A directory for reading (O_DIRECTORY: nothing else is ever opened so), the rest with O_PATH.
Fd OpenEntry(int directory, const char* name, bool likely_directory) {
  if (likely_directory) {
    Fd fd(OpenBeneath(directory, name, O_RDONLY | O_DIRECTORY));
    if (fd || (errno != ENOTDIR && errno != ELOOP)) return fd;
  }
  Fd fd(OpenBeneath(directory, name, O_PATH));
  if (!fd || likely_directory) return fd;
  struct stat status{};
  if (fstat(fd.get(), &status) == 0 && !S_ISDIR(status.st_mode)) return fd;
  return Fd(OpenBeneath(directory, name, O_RDONLY | O_DIRECTORY));
}

struct Entry {
  uint32_t offset;  // of its name, into the names' bytes
  uint8_t type;     // d_type
};

struct Level {
  Fd fd;
  size_t path_length;
  size_t first_entry, next_entry;
  size_t first_byte;
  uint64_t inode, mount_id;
};

class Walk {
 public:
  Walk(const Scope& scope, TreeVisitor& visitor) : scope_(scope), visitor_(visitor) {}

  Expected<void> Tree(int root_fd, const std::string& tree) {
    path_ = tree;
    ObjectClass object_class = ClassOf(scope_, tree);
    if (object_class == CLASS_IGNORED) return {};
    Expected<Fd> fd = OpenObject(root_fd, tree);
    if (!fd && fd.error().code == ErrorCode::kNotFound) return {};
    if (!fd) return visitor_.Unreadable(path_, fd.error());
    TRY(Show(*std::move(fd), object_class));
    while (!levels_.empty()) TRY(Step());
    return {};
  }

 private:
  // One entry of the deepest directory, or its end.
  Expected<void> Step() {
    Level& level = levels_.back();
    if (level.next_entry == entries_.size()) return Leave(), Expected<void>();
    path_.resize(level.path_length);
    if (!level.fd && !Reopen()) {
      Error error{ErrorCode::kUnavailable, "it was moved or replaced while it was walked"};
      TRY(visitor_.Unreadable(path_, error));
      return Leave(), Expected<void>();
    }
    Entry entry = entries_[level.next_entry++];
    const char* name = bytes_.data() + entry.offset;
    if (path_ != "/") path_ += '/';
    path_ += name;
    if (path_.size() > kMaxPath)
      return visitor_.Unreadable(path_, {ErrorCode::kInvalid, "the path is longer than 64 KiB"});
    ObjectClass object_class = ClassOf(scope_, path_);
    if (object_class == CLASS_IGNORED) return {};
    Fd fd = OpenEntry(level.fd.get(), name, entry.type == DT_DIR);
    if (!fd && errno == ENOENT) return {};
    if (!fd) return visitor_.Unreadable(path_, ErrnoError(errno, "opening " + Quoted(path_)));
    return Show(std::move(fd), object_class);
  }

  // A mount id tells mounts apart even where the device is the same.
  bool SameMountAsParent(const Metadata& metadata) const {
    return !levels_.empty() && levels_.back().mount_id == metadata.mount_id;
  }

  Expected<void> Show(Fd fd, ObjectClass object_class) {
    Expected<Metadata> metadata = StatFd(fd.get());
    if (!metadata) return visitor_.Unreadable(path_, metadata.error());
    TreeObject object{path_, object_class, *metadata, fd.get()};
    bool directory = metadata->type == Metadata::Type::kDirectory;
    if (directory && !SameMountAsParent(*metadata)) {
      struct statfs status{};
      if (fstatfs(fd.get(), &status))
        return visitor_.Unreadable(path_, ErrnoError(errno, "statfs of " + Quoted(path_)));
      object.boundary = !IsLocalFilesystem(uint64_t(status.f_type));
      if (object.boundary) object.filesystem = uint64_t(status.f_type);
    }
    TreeVisitor::Next next = TRY(visitor_.Visit(object));
    bool descend = next == TreeVisitor::Next::kDescend && directory && !object.boundary;
    if (descend) return Enter(std::move(fd), *metadata);
    return {};
  }

  Expected<void> Enter(Fd fd, const Metadata& metadata) {
    size_t first_entry = entries_.size(), first_byte = bytes_.size();
    if (Expected<void> listed = ListNames(fd.get(), first_entry); !listed) {
      entries_.resize(first_entry);
      bytes_.resize(first_byte);
      return visitor_.Unreadable(path_, listed.error());
    }
    std::sort(entries_.begin() + long(first_entry), entries_.end(), [this](Entry a, Entry b) {
      return strcmp(bytes_.data() + a.offset, bytes_.data() + b.offset) < 0;
    });
    // Entries are taken from the front; the end of the vector is the end of the deepest level.
    levels_.push_back({std::move(fd), path_.size(), first_entry, first_entry, first_byte,
                       metadata.inode, metadata.mount_id});
    if (levels_.size() > kOpenDirectories) levels_[levels_.size() - kOpenDirectories].fd.Reset();
    return {};
  }

  void Leave() {
    entries_.resize(levels_.back().first_entry);
    bytes_.resize(levels_.back().first_byte);
    levels_.pop_back();
  }

  Expected<void> ListNames(int fd, size_t first_entry) {
    for (;;) {
      ssize_t n = syscall(SYS_getdents64, fd, buffer_.data(), buffer_.size());
      if (n < 0) return FailErrno(errno, "listing " + Quoted(path_));
      if (n == 0) return {};
      for (ssize_t at = 0; at < n;) {
        // linux_dirent64: ino 8, off 8, reclen 2, type 1, name.
        uint16_t length;
        memcpy(&length, buffer_.data() + at + 16, sizeof length);
        AddName(buffer_.data() + at + 19, uint8_t(buffer_[size_t(at) + 18]));
        at += length;
      }
      if (entries_.size() - first_entry > kMaxNames || bytes_.size() > (size_t(1) << 31))
        return Fail(ErrorCode::kInvalid,
                    "listing " + Quoted(path_) + ": more than 2,000,000 names");
    }
  }

  void AddName(const char* name, uint8_t type) {
    if (!strcmp(name, ".") || !strcmp(name, "..")) return;
    entries_.push_back({uint32_t(bytes_.size()), type});
    bytes_.insert(bytes_.end(), name, name + strlen(name) + 1);
  }

  // Opens the deepest directory again, whose fd was given up on the way down: from the nearest
  // ancestor still open, and only if each is the directory that was walked before.
  bool Reopen() {
    size_t last = levels_.size() - 1, open = last;
    while (!levels_[open].fd) open--;  // the first level of a tree is never closed
    for (size_t i = open + 1; i <= last; i++) {
      size_t begin = levels_[i - 1].path_length + (levels_[i - 1].path_length > 1 ? 1 : 0);
      std::string name = path_.substr(begin, levels_[i].path_length - begin);
      Fd fd(OpenBeneath(levels_[i - 1].fd.get(), name.c_str(), O_RDONLY | O_DIRECTORY));
      Expected<Metadata> metadata = StatFd(fd.get());
      if (!fd || !metadata || metadata->inode != levels_[i].inode ||
          metadata->mount_id != levels_[i].mount_id)
        return false;
      levels_[i].fd = std::move(fd);
      if (i - 1 > 0 && last - i >= kOpenDirectories) levels_[i - 1].fd.Reset();
    }
    return true;
  }

  const Scope& scope_;
  TreeVisitor& visitor_;
  std::string path_;
  std::vector<Level> levels_;
  std::vector<Entry> entries_;  // of all levels, deepest last
  std::vector<char> bytes_;     // their names, each ending in NUL
  std::array<char, 64 << 10> buffer_;
};

}  // namespace

bool IsLocalFilesystem(uint64_t f_type) {
  // linux/magic.h and the file systems' own headers.
  static constexpr uint64_t kLocal[] = {
      0xEF53,     0x58465342, 0x9123683E, 0xF2F52010, 0x4D44,     0x2011BAB0,  // ext xfs btrfs f2fs
      0xE0F5E1E2, 0x73717368, 0x794C7630, 0x01021994, 0x858458F6, 0x9660,      // erofs squashfs ...
      0x2FC12FC1, 0xCA451A4E, 0x24051905, 0x3153464A, 0x5346544E, 0x15013346,  // zfs bcachefs ...
  };
  return std::ranges::find(kLocal, f_type & 0xFFFFFFFF) != std::end(kLocal);
}

Expected<void> WalkTrees(int root_fd, const Scope& scope, TreeVisitor& visitor) {
  auto walk = std::make_unique<Walk>(scope, visitor);
  for (const std::string& tree : scope.trees) TRY(walk->Tree(root_fd, tree));
  return {};
}

Expected<Fd> OpenObject(int root_fd, std::string_view path) {
  std::string rest(path.substr(std::min(path.find_first_not_of('/'), path.size())));
  if (rest.empty()) rest = ".";
  Fd directory;
  while (rest.size() >= PATH_MAX) {
    size_t cut = rest.rfind('/', PATH_MAX - 2);
    if (cut == std::string::npos)
      return Fail(ErrorCode::kInvalid, Quoted(path) + ": name too long");
    int from = directory ? directory.get() : root_fd;
    Fd next(OpenBeneath(from, rest.substr(0, cut).c_str(), O_PATH | O_DIRECTORY));
    if (!next) return FailErrno(errno, "opening " + Quoted(path));
    directory = std::move(next);
    rest.erase(0, cut + 1);
  }
  Fd fd = OpenEntry(directory ? directory.get() : root_fd, rest.c_str(), false);
  if (!fd) return FailErrno(errno, "opening " + Quoted(path));
  return fd;
}

Expected<TreeObject> DescribeObject(int fd, std::string_view path, ObjectClass object_class) {
  TreeObject object{path, object_class, TRY(StatFd(fd)), fd};
  if (object.metadata.type != Metadata::Type::kDirectory) return object;
  struct statfs status{};
  if (fstatfs(fd, &status)) return FailErrno(errno, "statfs of " + Quoted(path));
  object.boundary = !IsLocalFilesystem(uint64_t(status.f_type));
  if (object.boundary) object.filesystem = uint64_t(status.f_type);
  return object;
}

}  // namespace assay
