// SPDX-License-Identifier: Apache-2.0
#include "base/host.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdio>
#include <utility>

#include "base/clock.h"
#include "base/printable.h"

namespace assay {

namespace {

std::string Quoted(std::string_view path) { return "'" + Printable(path) + "'"; }

int OpenAt2(int directory, const char* path, uint64_t flags, uint64_t resolve) {
  open_how how{};
  how.flags = flags | O_CLOEXEC;
  how.resolve = resolve;
  // EAGAIN: a rename or mount raced with a ".." of a link; the kernel asks to try again.
  for (int attempt = 0;; attempt++) {
    int fd = int(syscall(SYS_openat2, directory, path, &how, sizeof how));
    if (fd >= 0 || errno != EAGAIN || attempt == 16) return fd;
  }
}

// The path below the root, or kInvalid: what is not absolute or climbs is a mistake of the caller.
Expected<std::string> Relative(std::string_view path) {
  bool climbs = path == "/.." || path.contains("/../") || path.ends_with("/..");
  if (!path.starts_with('/') || climbs || path.contains('\0'))
    return Fail(ErrorCode::kInvalid, "path " + Quoted(path) + " is not absolute and plain");
  while (path.starts_with('/')) path.remove_prefix(1);
  return path.empty() ? std::string(".") : std::string(path);
}

Metadata::Type TypeOf(uint32_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return Metadata::Type::kRegular;
    case S_IFDIR:
      return Metadata::Type::kDirectory;
    case S_IFLNK:
      return Metadata::Type::kSymlink;
    case S_IFIFO:
      return Metadata::Type::kFifo;
    case S_IFSOCK:
      return Metadata::Type::kSocket;
    case S_IFCHR:
      return Metadata::Type::kChar;
    default:
      return Metadata::Type::kBlock;
  }
}

// Opens for reading what `path_fd` (O_PATH) refers to. Through /proc/self/fd, so that it is the
// very inode that was looked at, whatever happened to the name since.
Expected<Fd> Reopen(int path_fd) {
  char name[32];
  snprintf(name, sizeof name, "/proc/self/fd/%d", path_fd);
  Fd fd(open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd) return FailErrno(errno, "opening");
  return fd;
}

// Where a followed path led, seen from the root: a change of the target changes the answer too.
// Empty where that cannot be said.
std::string PathOf(int fd, int root) {
  char link[32], target[PATH_MAX], base[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, target, sizeof target);
  snprintf(link, sizeof link, "/proc/self/fd/%d", root);
  ssize_t m = readlink(link, base, sizeof base);
  if (n <= 0 || m <= 0) return {};
  std::string_view full(target, size_t(n)), prefix(base, size_t(m));
  if (prefix == "/") return std::string(full);
  return full.starts_with(prefix) ? std::string(full.substr(prefix.size())) : std::string();
}

// Without components that a look would drop: such a path leads to itself, if no link is in it.
bool IsNormal(std::string_view path) {
  return !path.contains("//") && !path.contains("/./") && !path.ends_with("/.") &&
         (path == "/" || !path.ends_with('/'));
}

// Bytes until the end, at most `limit`. The size only guides: files of /proc say 0, of /sys a page.
Expected<std::string> ReadAll(int fd, size_t limit) {
  std::string bytes;
  const uint64_t size = TRY(StatFd(fd)).size;
  // A sparse file says at once that it is too large.
  const bool known_too_large = size > std::max<size_t>(limit, 64 << 10);
  const size_t step = size > 0 && !known_too_large ? size_t(size) + 1 : 64 << 10;
  while (!known_too_large && bytes.size() <= limit) {
    size_t filled = bytes.size();
    bytes.resize(filled + std::min(step, limit + 1 - filled));
    ssize_t n;
    do n = read(fd, bytes.data() + filled, bytes.size() - filled);
    while (n < 0 && errno == EINTR);
    if (n < 0) return FailErrno(errno, "reading");
    bytes.resize(filled + size_t(n));
    if (n == 0) return bytes;
  }
  return Fail(ErrorCode::kInvalid, "reading: more than " + std::to_string(limit) + " bytes");
}

}  // namespace

Expected<Metadata> StatFd(int fd) { return StatAt(fd, ""); }

Expected<Metadata> StatAt(int directory_fd, const char* name) {
  struct statx x{};
  constexpr int kFlags = AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT;
  if (statx(directory_fd, name, kFlags, STATX_BASIC_STATS | STATX_MNT_ID, &x))
    return FailErrno(errno, "statx");
  Metadata m;
  m.type = TypeOf(x.stx_mode);
  m.mode = x.stx_mode & 07777;
  m.uid = x.stx_uid;
  m.gid = x.stx_gid;
  m.size = x.stx_size;
  m.inode = x.stx_ino;
  m.blocks = x.stx_blocks;
  m.device_major = x.stx_dev_major;
  m.device_minor = x.stx_dev_minor;
  m.ctime_seconds = x.stx_ctime.tv_sec;
  m.mtime_seconds = x.stx_mtime.tv_sec;
  m.ctime_nanos = x.stx_ctime.tv_nsec;
  m.mount_id = x.stx_mnt_id;
  return m;
}

Expected<Fd> OpenRegularBeneath(int directory_fd, const char* relative, Metadata* metadata) {
  Fd path(OpenAt2(directory_fd, relative, O_PATH | O_NOFOLLOW,
                  RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS));
  if (!path) return FailErrno(errno, "opening " + Quoted(relative));
  Metadata found = TRY(StatFd(path.get()));
  if (metadata) *metadata = found;
  if (found.type != Metadata::Type::kRegular)
    return Fail(ErrorCode::kInvalid, "opening " + Quoted(relative) + ": not a regular file");
  return Reopen(path.get());
}

Expected<Host> Host::Open(const std::string& root, bool live) {
  Fd fd(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return FailErrno(errno, "opening the root " + Quoted(root));
  return Host(std::move(fd), live);
}

Host::Host(Fd root, bool live) : root_(std::move(root)), live_(live) {}
Host::Host(Host&&) noexcept = default;
Host& Host::operator=(Host&&) noexcept = default;
Host::~Host() = default;

void Host::Record(Input::Kind kind, std::string_view name) {
  inputs_.insert(Input{kind, std::string(name)});
}

std::set<Input> Host::TakeInputs() { return std::exchange(inputs_, {}); }

const void* Host::Remember(std::type_index type, std::string_view key, const Reader& read) {
  std::pair<std::type_index, std::string> name(type, key);
  auto found = memories_.find(name);
  if (found == memories_.end()) {
    // What was read before belongs to the one who asks, not to the memory.
    std::set<Input> before = TakeInputs();
    std::shared_ptr<const void> value = read(*this);
    found = memories_.emplace(std::move(name), Memory{std::move(value), TakeInputs()}).first;
    inputs_ = std::move(before);
  }
  inputs_.insert(found->second.inputs.begin(), found->second.inputs.end());
  return found->second.value.get();
}

Expected<Fd> Host::OpenPath(std::string_view path, bool follow) {
  std::string relative = TRY(Relative(path));
  uint64_t flags = O_PATH | (follow ? 0 : O_NOFOLLOW);
  Fd fd(OpenAt2(root_.get(), relative.c_str(), flags, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS));
  if (!fd) return FailErrno(errno, "opening " + Quoted(path));
  return fd;
}

Expected<Host::Found> Host::Follow(Input::Kind kind, std::string_view path) {
  Record(kind, path);
  std::string relative = TRY(Relative(path));
  Found found;
  // Most paths have no link in them, and then nobody need ask where they led.
  if (IsNormal(path)) {
    constexpr uint64_t kLinkless = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS;
    found.fd = Fd(OpenAt2(root_.get(), relative.c_str(), O_PATH, kLinkless));
    found.target = path;
    if (found.fd) return found;
    if (errno != ELOOP) return FailErrno(errno, "opening " + Quoted(path));
  }
  found.fd = TRY(OpenPath(path, true));
  found.target = PathOf(found.fd.get(), root_.get());
  if (!found.target.empty() && found.target != path) Record(kind, found.target);
  return found;
}

Expected<Fd> Host::OpenRegular(std::string_view path) {
  Found found = TRY(Follow(Input::Kind::kFile, path));
  if (TRY(StatFd(found.fd.get())).type != Metadata::Type::kRegular)
    return Fail(ErrorCode::kInvalid, "reading " + Quoted(path) + ": not a regular file");
  Expected<Fd> fd = Reopen(found.fd.get());
  if (!fd) return std::unexpected(WithContext(fd.error(), Quoted(path)));
  return fd;
}

Expected<std::string> Host::Read(std::string_view path, size_t limit) {
  Fd fd = TRY(OpenRegular(path));
  Expected<std::string> bytes = ReadAll(fd.get(), limit);
  if (!bytes) return std::unexpected(WithContext(bytes.error(), Quoted(path)));
  return bytes;
}

Expected<Metadata> Host::Stat(std::string_view path) {
  Record(Input::Kind::kMetadata, path);
  Fd fd = TRY(OpenPath(path, false));
  return StatFd(fd.get());
}

Expected<Metadata> Host::StatTarget(std::string_view path) {
  Found found = TRY(Follow(Input::Kind::kMetadata, path));
  return StatFd(found.fd.get());
}

Expected<std::string> Host::RealPath(std::string_view path) {
  Found found = TRY(Follow(Input::Kind::kMetadata, path));
  if (found.target.empty()) found.target = "/";
  if (!found.target.starts_with('/'))
    return Fail(ErrorCode::kInvalid, Quoted(path) + " leads to no path of the root");
  return found.target;
}

Expected<std::string> Host::ReadLink(std::string_view path) {
  Record(Input::Kind::kFile, path);
  Fd fd = TRY(OpenPath(path, false));
  char target[PATH_MAX];
  ssize_t n = readlinkat(fd.get(), "", target, sizeof target);
  if (n >= 0) return std::string(target, size_t(n));
  // Of what is no link readlinkat(2) says ENOENT, and so it does of a kernel thread's /proc/PID/exe.
  int err = errno;
  Expected<Metadata> found = StatFd(fd.get());
  if (err == ENOENT && found && found->type != Metadata::Type::kSymlink) err = EINVAL;
  return FailErrno(err, "reading the link " + Quoted(path));
}

Expected<std::vector<std::string>> Host::List(std::string_view directory, size_t limit) {
  Found found = TRY(Follow(Input::Kind::kDirectory, directory));
  int fd = openat(found.fd.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* stream = fd < 0 ? nullptr : fdopendir(fd);
  if (!stream) {
    int err = errno;
    if (fd >= 0) close(fd);
    return FailErrno(err, "listing " + Quoted(directory));
  }
  std::vector<std::string> names;
  errno = 0;
  for (dirent* entry = readdir(stream); entry && names.size() <= limit; entry = readdir(stream)) {
    std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  int err = errno;
  closedir(stream);
  if (err) return FailErrno(err, "listing " + Quoted(directory));
  if (names.size() > limit)
    return Fail(ErrorCode::kInvalid,
                "listing " + Quoted(directory) + ": more than " + std::to_string(limit) + " names");
  std::ranges::sort(names);
  return names;
}

Expected<std::string> Host::ReadProc(const char* path, size_t limit) {
  if (!live_)
    return Fail(ErrorCode::kUnsupported,
                std::string("reading '") + path + "': the root is an image that is not running");
  Fd fd(open(path, O_RDONLY | O_CLOEXEC));
  if (!fd) return FailErrno(errno, std::string("reading '") + path + "'");
  Expected<std::string> bytes = ReadAll(fd.get(), limit);
  if (!bytes) return std::unexpected(WithContext(bytes.error(), path));
  return bytes;
}

Expected<std::string> Host::Sysctl(std::string_view name) {
  Record(Input::Kind::kSysctl, name);
  if (name.empty() || name.starts_with('/') || name.contains("..") || name.contains('\0'))
    return Fail(ErrorCode::kInvalid, "sysctl name " + Quoted(name));
  std::string path = "/proc/sys/" + std::string(name);
  struct stat status{};
  if (live_ && stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    return Fail(ErrorCode::kInvalid, "sysctl " + Quoted(name) + " is not a value");
  std::string value = TRY(ReadProc(path.c_str(), 64 << 10));
  if (value.ends_with('\n')) value.pop_back();
  return value;
}

Expected<std::string> Host::MountInfo() {
  Record(Input::Kind::kMounts, "");
  return ReadProc("/proc/1/mountinfo", 16 << 20);
}

Expected<std::string> Host::LoadedModules() {
  Record(Input::Kind::kModules, "");
  return ReadProc("/proc/modules", 4 << 20);
}

Expected<std::string> Host::KernelRelease() {
  if (!live_) return Fail(ErrorCode::kUnsupported, "the root is an image that is not running");
  utsname names{};
  if (uname(&names)) return FailErrno(errno, "uname");
  return std::string(names.release);
}

int64_t Host::WallNow() {
  Record(Input::Kind::kLive, "clock");
  return clock_ ? clock_() : WallSeconds();
}

Expected<uint32_t> Host::IdOf(std::string_view file, std::string_view name) {
  uint32_t id = 0;
  auto whole = [&](std::string_view text) {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    return error == std::errc() && end == text.data() + text.size();
  };
  if (!name.empty() && whole(name)) return id;
  if (name == "root") return 0;  // what may do everything is the number, whatever the file calls it
  std::string text = TRY(Read(file));
  // passwd(5) and group(5) agree on the fields that matter here: name:password:id:
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.size() <= name.size() || !line.starts_with(name) || line[name.size()] != ':') continue;
    line.remove_prefix(name.size() + 1);
    line.remove_prefix(std::min(line.size(), line.find(':')));
    if (line.empty()) continue;
    line.remove_prefix(1);
    if (whole(line.substr(0, line.find(':')))) return id;
  }
  return Fail(ErrorCode::kNotFound, Quoted(name) + " is not in " + Quoted(file));
}

Expected<uint32_t> Host::Uid(std::string_view name) { return IdOf("/etc/passwd", name); }
Expected<uint32_t> Host::Gid(std::string_view name) { return IdOf("/etc/group", name); }

}  // namespace assay
