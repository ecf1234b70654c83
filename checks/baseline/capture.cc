// SPDX-License-Identifier: Apache-2.0
#include "checks/baseline/capture.h"

#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "base/printable.h"

namespace assay {

namespace {

constexpr size_t kBuffer = 256 << 10;
constexpr size_t kXattrLimit = 64 << 10;  // XATTR_SIZE_MAX, XATTR_LIST_MAX

std::string Quoted(std::string_view path) { return "'" + Printable(path) + "'"; }

bool IsSealedXattr(std::string_view name) {
  if (name == "security.evm") return false;
  return name.starts_with("system.posix_acl_") || name.starts_with("security.") ||
         name.starts_with("user.");
}

bool IsType(const FileObject& object, Metadata::Type type) {
  return object.type() == uint32_t(type);
}

std::string_view TypeName(uint32_t type) {
  static constexpr std::string_view kNames[] = {"nothing", "file",   "directory", "symlink",
                                                "fifo",    "socket", "char",      "block"};
  return type < std::size(kNames) ? kNames[type] : "unknown";
}

std::string Octal(uint32_t mode) {
  char text[16];
  snprintf(text, sizeof text, "%04o", mode);
  return text;
}

const Xattr* FindXattr(const FileObject& object, const std::string& name) {
  for (const Xattr& xattr : object.xattrs())
    if (xattr.name() == name) return &xattr;
  return nullptr;
}

std::string XattrText(const Xattr* xattr) {
  if (!xattr) return "absent";
  if (xattr->value().size() <= 64) return "0x" + Hex(xattr->value());
  return "sha256:" + Hex(Sha256Of(xattr->value()));
}

struct Differences {
  const FileObject& sealed;
  std::vector<Finding>& findings;
  void Add(std::string property, std::string expected, std::string actual) {
    if (expected == actual) return;
    findings.push_back({Finding::Kind::kFile, Finding::Change::kChanged, sealed.path(),
                        std::move(property), std::move(expected), std::move(actual)});
  }
};

void DiffXattrs(const FileObject& sealed, const FileObject& found, Differences& differences) {
  for (const Xattr& xattr : sealed.xattrs())
    differences.Add("xattr " + xattr.name(), XattrText(&xattr),
                    XattrText(FindXattr(found, xattr.name())));
  for (const Xattr& xattr : found.xattrs())
    if (!FindXattr(sealed, xattr.name()))
      differences.Add("xattr " + xattr.name(), "absent", XattrText(&xattr));
}

}  // namespace

bool IsTooLarge(const Metadata& metadata) {
  return metadata.size > kLargestFile || metadata.size > metadata.blocks * 512 + (1 << 30);
}

std::string DescribeContent(const FileObject& object) {
  if (!object.sha256().empty()) return "sha256:" + Hex(object.sha256());
  if (IsType(object, Metadata::Type::kSymlink)) return "-> " + object.link_target();
  return std::string(TypeName(object.type()));
}

Capturer::Capturer() : buffer_(kBuffer), names_(kXattrLimit), value_(kXattrLimit) {}

Expected<void> Capturer::Capture(const TreeObject& object, FileObject& out) {
  out.Clear();
  const Metadata& metadata = object.metadata;
  out.set_path(object.path.data(), object.path.size());
  out.set_type(uint32_t(metadata.type));
  out.set_mode(metadata.mode);
  out.set_uid(metadata.uid);
  out.set_gid(metadata.gid);
  out.set_class_(object.object_class);
  out.set_boundary(object.boundary);
  out.set_filesystem(object.filesystem);
  if (object.object_class == CLASS_LATCHED || object.boundary) return {};
  if (metadata.type == Metadata::Type::kDirectory) return Xattrs(object, object.fd, out);
  if (metadata.type == Metadata::Type::kRegular) return Content(object, object.fd, out);
  if (metadata.type != Metadata::Type::kSymlink || object.object_class != CLASS_GOLDEN) return {};
  ssize_t n = readlinkat(object.fd, "", value_.data(), value_.size());
  if (n < 0) return FailErrno(errno, "reading the link " + Quoted(object.path));
  out.set_link_target(value_.data(), size_t(n));
  return {};
}

Expected<void> Capturer::Content(const TreeObject& object, int path_fd, FileObject& out) {
  if (object.object_class == CLASS_GOLDEN && IsTooLarge(object.metadata))
    return Fail(ErrorCode::kInvalid,
                Quoted(object.path) + " is too large or too sparse to be hashed (" +
                    std::to_string(object.metadata.size) + " bytes)",
                "give it the class 'shape' in the scope file, or exclude it");
  // Through /proc/self/fd: the very inode that was looked at, whatever its name means by now.
  char name[32];
  snprintf(name, sizeof name, "/proc/self/fd/%d", path_fd);
  Fd fd(open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd) return FailErrno(errno, "opening " + Quoted(object.path));
  TRY(Xattrs(object, fd.get(), out));
  if (object.object_class != CLASS_GOLDEN) return {};
  Metadata before = object.metadata;
  for (int attempt = 0; attempt < 3; attempt++) {
    Digest digest;
    Expected<bool> stable = HashOnce(fd.get(), before, digest);
    if (!stable) return std::unexpected(WithContext(stable.error(), Quoted(object.path)));
    if (*stable) {
      out.set_size(before.size);
      out.set_sha256(digest.data(), digest.size());
      return {};
    }
    before = TRY(StatFd(fd.get()));
    if (lseek(fd.get(), 0, SEEK_SET) != 0)
      return FailErrno(errno, "seeking " + Quoted(object.path));
  }
  return Fail(ErrorCode::kUnavailable,
              Quoted(object.path) + " changed during each of three readings",
              "stop what writes to it, or give it another class in the scope file");
}

// False if the file was not the same before and after.
Expected<bool> Capturer::HashOnce(int fd, const Metadata& before, Digest& digest) {
  uint64_t total = 0;
  while (total < before.size) {
    ssize_t n = read(fd, buffer_.data(), buffer_.size());
    if (n < 0 && errno == EINTR) continue;
    int err = errno;
    if (n > 0) hash_.Update(std::span<const uint8_t>(buffer_.data(), size_t(n)));
    if (n < 0) (void)hash_.Final();
    if (n < 0) return FailErrno(err, "reading");
    if (n == 0) break;
    total += uint64_t(n);
  }
  digest = hash_.Final();
  Metadata after = TRY(StatFd(fd));
  return total == before.size && after.size == before.size &&
         after.ctime_seconds == before.ctime_seconds && after.ctime_nanos == before.ctime_nanos;
}

Expected<void> Capturer::Xattrs(const TreeObject& object, int fd, FileObject& out) {
  ssize_t length = flistxattr(fd, names_.data(), names_.size());
  if (length == 0 || (length < 0 && errno == ENOTSUP)) return {};
  if (length < 0) return FailErrno(errno, "listing xattrs of " + Quoted(object.path));
  std::vector<std::string> names;
  for (const char* name = names_.data(); name < names_.data() + length;) {
    std::string_view view(name);
    if (IsSealedXattr(view)) names.emplace_back(view);
    name += view.size() + 1;
  }
  std::ranges::sort(names);
  for (std::string& name : names) {
    ssize_t n = fgetxattr(fd, name.c_str(), value_.data(), value_.size());
    if (n < 0) return FailErrno(errno, "reading xattr " + name + " of " + Quoted(object.path));
    Xattr& xattr = *out.add_xattrs();
    xattr.set_name(std::move(name));
    xattr.set_value(value_.data(), size_t(n));
  }
  return {};
}

void DiffObjects(const FileObject& sealed, const FileObject& found,
                 std::vector<Finding>& findings) {
  Differences differences{sealed, findings};
  if (sealed.type() != found.type())
    return differences.Add("type", std::string(TypeName(sealed.type())),
                           std::string(TypeName(found.type())));
  if (sealed.boundary() != found.boundary() || sealed.filesystem() != found.filesystem()) {
    auto text = [](const FileObject& object) {
      return object.boundary()
                 ? "not local (statfs type " + std::to_string(object.filesystem()) + ")"
                 : std::string("local");
    };
    return differences.Add("file system", text(sealed), text(found));
  }
  if (sealed.sha256() != found.sha256())
    differences.Add("content", DescribeContent(sealed), DescribeContent(found));
  if (sealed.link_target() != found.link_target())
    differences.Add("link target", sealed.link_target(), found.link_target());
  if (sealed.mode() != found.mode())
    differences.Add("mode", Octal(sealed.mode()), Octal(found.mode()));
  if (sealed.uid() != found.uid())
    differences.Add("owner", std::to_string(sealed.uid()), std::to_string(found.uid()));
  if (sealed.gid() != found.gid())
    differences.Add("group", std::to_string(sealed.gid()), std::to_string(found.gid()));
  if (sealed.xattrs_size() || found.xattrs_size()) DiffXattrs(sealed, found, differences);
}

}  // namespace assay
