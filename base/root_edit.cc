// SPDX-License-Identifier: Apache-2.0
#include "base/root_edit.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>

#include "base/fd.h"
#include "base/file.h"

namespace assay {

namespace {

constexpr size_t kMostAttributes = 64 << 10;

std::string Quoted(const std::string& path) { return "'" + path + "'"; }

Expected<Fd> OpenBelow(int root_fd, const std::string& path, uint64_t flags) {
  open_how how = {};
  how.flags = flags | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  long fd = syscall(SYS_openat2, root_fd, path.c_str(), &how, sizeof how);
  if (fd < 0) return FailErrno(errno, "opening " + Quoted(path));
  return Fd(static_cast<int>(fd));
}

struct Place {
  Fd directory;
  std::string name;
};

Expected<Place> PlaceOf(int root_fd, const std::string& path) {
  size_t slash = path.rfind('/');
  if (!path.starts_with('/') || slash + 1 == path.size())
    return Fail(ErrorCode::kInvalid, Quoted(path) + " is no absolute path of a file");
  std::string directory = path.substr(0, slash);
  return Place{TRY(OpenBelow(root_fd, directory.empty() ? "/" : directory, O_DIRECTORY | O_RDONLY)),
               path.substr(slash + 1)};
}

Expected<void> MakeDirectories(int root_fd, const std::string& path) {
  for (size_t slash = path.find('/', 1); slash != path.npos; slash = path.find('/', slash + 1)) {
    Place place = TRY(PlaceOf(root_fd, path.substr(0, slash)));
    if (mkdirat(place.directory.get(), place.name.c_str(), 0700) != 0) {
      if (errno == EEXIST) continue;
      return FailErrno(errno, "making the directory " + Quoted(path.substr(0, slash)));
    }
    TRY(OwnBelow(root_fd, path.substr(0, slash), {0755, 0, 0}));
  }
  return {};
}

// SELinux labels, ACLs and user attributes: a replaced file is the same object for everybody else.
Expected<void> CopyAttributes(int from, int to, const std::string& path) {
  std::string names(kMostAttributes, '\0'), value(kMostAttributes, '\0');
  ssize_t size = flistxattr(from, names.data(), names.size());
  if (size < 0 && (errno == ENOTSUP || errno == EOPNOTSUPP)) return {};
  if (size < 0) return FailErrno(errno, "listing the attributes of " + Quoted(path));
  for (const char* name = names.data(); name < names.data() + size;
       name += std::string_view(name).size() + 1) {
    ssize_t length = fgetxattr(from, name, value.data(), value.size());
    if (length < 0) return FailErrno(errno, "reading an attribute of " + Quoted(path));
    if (fsetxattr(to, name, value.data(), static_cast<size_t>(length), 0) != 0)
      return FailErrno(errno, "writing an attribute of " + Quoted(path));
  }
  return {};
}

// What a file is like now; a new one is root's.
Expected<Ownership> OldOwnership(const Place& place, const std::string& path, Fd& old) {
  old.Reset(openat(place.directory.get(), place.name.c_str(),
                   O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!old && errno == ENOENT) return Ownership{0644, 0, 0};
  if (!old) return FailErrno(errno, "opening " + Quoted(path));
  struct stat found = {};
  if (fstat(old.get(), &found) != 0) return FailErrno(errno, "looking at " + Quoted(path));
  if (!S_ISREG(found.st_mode)) return Fail(ErrorCode::kInvalid, Quoted(path) + " is no file");
  return Ownership{found.st_mode & 07777, found.st_uid, found.st_gid};
}

Expected<void> Own(int fd, const Ownership& wanted, const std::string& path) {
  std::string self = "/proc/self/fd/" + std::to_string(fd);
  uid_t uid = wanted.uid ? *wanted.uid : static_cast<uid_t>(-1);
  gid_t gid = wanted.gid ? *wanted.gid : static_cast<gid_t>(-1);
  if ((wanted.uid || wanted.gid) && chown(self.c_str(), uid, gid) != 0)
    return FailErrno(errno, "changing the owner of " + Quoted(path));
  if (wanted.mode && chmod(self.c_str(), *wanted.mode) != 0)
    return FailErrno(errno, "changing the mode of " + Quoted(path));
  return {};
}

// Written beside the file, so that the rename is one step.
Expected<void> WriteBeside(const Place& place, const std::string& temporary, std::string_view bytes,
                           const Ownership& ownership, int old, const std::string& path) {
  Fd fd(openat(place.directory.get(), temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
               0600));
  if (!fd) return FailErrno(errno, "making a file beside " + Quoted(path));
  TRY(WriteAll(fd.get(), bytes, path));
  TRY(Own(fd.get(), ownership, path));
  if (old >= 0) TRY(CopyAttributes(old, fd.get(), path));
  if (fsync(fd.get()) != 0) return FailErrno(errno, "writing " + Quoted(path));
  if (renameat(place.directory.get(), temporary.c_str(), place.directory.get(),
               place.name.c_str()) != 0)
    return FailErrno(errno, "replacing " + Quoted(path));
  fsync(place.directory.get());
  return {};
}

Expected<bool> IsLink(const Place& place, const std::string& path) {
  struct stat found = {};
  if (fstatat(place.directory.get(), place.name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return false;
    return FailErrno(errno, "looking at " + Quoted(path));
  }
  if (S_ISLNK(found.st_mode)) return true;
  return Fail(ErrorCode::kInvalid, Quoted(path) + " is there and is no symbolic link",
              "move it away, then run this again");
}

}  // namespace

Expected<void> ReplaceBelow(int root_fd, const std::string& path, std::string_view bytes,
                            const Ownership& ownership) {
  TRY(MakeDirectories(root_fd, path));
  Place place = TRY(PlaceOf(root_fd, path));
  Fd old;
  Ownership whole = TRY(OldOwnership(place, path, old));
  if (ownership.mode) whole.mode = ownership.mode;
  if (ownership.uid) whole.uid = ownership.uid;
  if (ownership.gid) whole.gid = ownership.gid;
  std::string temporary = "." + place.name + ".assay-new";
  unlinkat(place.directory.get(), temporary.c_str(), 0);  // of a run that was killed
  Expected<void> written = WriteBeside(place, temporary, bytes, whole, old.get(), path);
  if (!written) unlinkat(place.directory.get(), temporary.c_str(), 0);
  return written;
}

Expected<void> OwnBelow(int root_fd, const std::string& path, const Ownership& ownership) {
  Fd fd = TRY(OpenBelow(root_fd, path, O_PATH));
  return Own(fd.get(), ownership, path);
}

Expected<void> LinkBelow(int root_fd, const std::string& path, const std::string& target) {
  TRY(MakeDirectories(root_fd, path));
  TRY(UnlinkBelow(root_fd, path));
  Place place = TRY(PlaceOf(root_fd, path));
  if (symlinkat(target.c_str(), place.directory.get(), place.name.c_str()) != 0)
    return FailErrno(errno, "making the link " + Quoted(path));
  return {};
}

Expected<void> UnlinkBelow(int root_fd, const std::string& path) {
  Place place = TRY(PlaceOf(root_fd, path));
  if (!TRY(IsLink(place, path))) return {};
  if (unlinkat(place.directory.get(), place.name.c_str(), 0) != 0)
    return FailErrno(errno, "removing the link " + Quoted(path));
  return {};
}

}  // namespace assay
