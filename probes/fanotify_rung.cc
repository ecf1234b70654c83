// SPDX-License-Identifier: Apache-2.0
#include "probes/fanotify_rung.h"

#include <fcntl.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#ifndef FAN_REPORT_TARGET_FID
#define FAN_REPORT_TARGET_FID 0x00001000 /* linux/fanotify.h, since 5.17 */
#endif

namespace assay {

namespace {

// No FAN_MODIFY: it more than doubles the cost of every write (notes, section 15).
constexpr uint64_t kMask = FAN_CLOSE_WRITE | FAN_ATTRIB | FAN_CREATE | FAN_DELETE | FAN_MOVED_FROM |
                           FAN_MOVED_TO | FAN_DELETE_SELF | FAN_MOVE_SELF | FAN_ONDIR;
constexpr uint64_t kNames =
    FAN_CREATE | FAN_DELETE | FAN_MOVED_FROM | FAN_MOVED_TO | FAN_DELETE_SELF | FAN_MOVE_SELF;

// fsid, handle type and handle: names an inode, its generation included (name_to_handle_at(2)).
std::string Identity(const void* fsid, const file_handle& handle) {
  std::string bytes(static_cast<const char*>(fsid), 8);
  bytes.append(reinterpret_cast<const char*>(&handle.handle_type), sizeof handle.handle_type);
  return bytes.append(reinterpret_cast<const char*>(handle.f_handle), handle.handle_bytes);
}

Expected<std::string> IdentityOf(int fd) {
  alignas(file_handle) char space[sizeof(file_handle) + MAX_HANDLE_SZ];
  auto* handle = reinterpret_cast<file_handle*>(space);
  handle->handle_bytes = MAX_HANDLE_SZ;
  int mount_id;
  if (name_to_handle_at(fd, "", handle, &mount_id, AT_EMPTY_PATH))
    return FailErrno(errno, "name_to_handle_at");
  struct statfs filesystem{};
  if (fstatfs(fd, &filesystem)) return FailErrno(errno, "fstatfs");
  return Identity(&filesystem.f_fsid, *handle);
}

Channel ChannelOf(uint64_t mask) {
  if (mask & kNames) return Channel::kNames;
  return mask & FAN_CLOSE_WRITE ? Channel::kContent : Channel::kAttributes;
}

}  // namespace

FanotifyRung::FanotifyRung(Fd fd, ObjectId count)
    : fd_(std::move(fd)), by_handle_(count), by_path_(count), handle_of_(count) {}

Expected<std::unique_ptr<FanotifyRung>> FanotifyRung::Open(ObjectId count) {
  unsigned flags =
      FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK | FAN_REPORT_FID | FAN_REPORT_DFID_NAME;
  Fd fd(fanotify_init(flags | FAN_REPORT_TARGET_FID, O_RDONLY | O_CLOEXEC));
  if (!fd && errno == EINVAL) fd = Fd(fanotify_init(flags, O_RDONLY | O_CLOEXEC));
  if (!fd) return FailErrno(errno, "fanotify_init");
  return std::unique_ptr<FanotifyRung>(new FanotifyRung(std::move(fd), count));
}

Expected<void> FanotifyRung::MarkFilesystem(int fd) {
  struct stat status{};
  if (fstat(fd, &status)) return FailErrno(errno, "fstat");
  if (!marked_.insert(status.st_dev).second) return {};
  // Through /proc/self/fd: fanotify_mark does not take an O_PATH descriptor by itself.
  std::string path = "/proc/self/fd/" + std::to_string(fd);
  if (!fanotify_mark(fd_.get(), FAN_MARK_ADD | FAN_MARK_FILESYSTEM, kMask, AT_FDCWD, path.c_str()))
    return {};
  int err = errno;
  marked_.erase(status.st_dev);
  return FailErrno(err, "fanotify_mark of the file system");
}

Expected<bool> FanotifyRung::Register(ObjectId object, int fd, std::string_view path) {
  by_path_.Put(by_path_.Hash(path), object);
  TRY(MarkFilesystem(fd));
  uint64_t hash = by_handle_.Hash(TRY(IdentityOf(fd)));
  uint64_t before = handle_of_[object];
  if (before == hash) return false;
  // Hard links: several objects may share an inode; the index knows the last one, so the old entry
  // is only taken out if it is still this object's.
  if (before != 0 && by_handle_.Find(before) == object) by_handle_.Erase(before);
  by_handle_.Put(hash, object);
  handle_of_[object] = hash;
  return true;
}

bool FanotifyRung::RegisterAbsent(ObjectId object, std::string_view path) {
  by_path_.Put(by_path_.Hash(path), object);
  uint64_t before = std::exchange(handle_of_[object], 0);
  if (before != 0 && by_handle_.Find(before) == object) by_handle_.Erase(before);
  return before != 0;
}

void FanotifyRung::HandleEvent(const char* info, size_t size, uint64_t mask, pid_t pid,
                               const std::function<std::string(ObjectId)>& path_of,
                               const std::function<void(const Touch&)>& touch) {
  while (size >= sizeof(fanotify_event_info_header)) {
    fanotify_event_info_header header;
    memcpy(&header, info, sizeof header);
    // The kernel writes these, and yet: no length is believed before it is bounded.
    size_t fixed = sizeof(fanotify_event_info_fid) + sizeof(file_handle);
    if (header.len < fixed || header.len > size) return;
    const auto* fid = reinterpret_cast<const fanotify_event_info_fid*>(info);
    const auto* handle = reinterpret_cast<const file_handle*>(fid->handle);
    if (handle->handle_bytes > header.len - fixed) return;
    bool named = header.info_type == FAN_EVENT_INFO_TYPE_DFID_NAME;
    std::optional<uint32_t> object =
        by_handle_.Find(by_handle_.Hash(Identity(&fid->fsid, *handle)));
    if (object && (!named || (mask & kNames))) touch({*object, ChannelOf(mask), pid});
    if (object && named) {
      const char* name = info + fixed + handle->handle_bytes;
      size_t space = header.len - fixed - handle->handle_bytes;
      std::string_view child(name, strnlen(name, space));
      std::string path = path_of(*object);
      if (child != "." && !child.empty()) (path == "/" ? path : path += '/') += child;
      if (std::optional<uint32_t> id = by_path_.Find(by_path_.Hash(path)))
        touch({*id, ChannelOf(mask), pid});
    }
    info += header.len;
    size -= header.len;
  }
}

void FanotifyRung::Drain(const std::function<std::string(ObjectId)>& path_of,
                         const std::function<void(const Touch&)>& touch,
                         const std::function<void()>& overflow) {
  alignas(8) char buffer[32768];
  for (;;) {
    ssize_t n = read(fd_.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    // Events are 4-byte aligned, not 8: the metadata is copied out.
    for (const char* at = buffer; at + sizeof(fanotify_event_metadata) <= buffer + n;) {
      fanotify_event_metadata event;
      memcpy(&event, at, sizeof event);
      if (event.event_len < sizeof event || event.event_len > size_t(buffer + n - at)) break;
      bool sound = event.vers == FANOTIFY_METADATA_VERSION && event.metadata_len <= event.event_len;
      if (!sound || (event.mask & FAN_Q_OVERFLOW))
        overflow();
      else
        HandleEvent(at + event.metadata_len, event.event_len - event.metadata_len, event.mask,
                    event.pid, path_of, touch);
      at += event.event_len;
    }
  }
}

}  // namespace assay
