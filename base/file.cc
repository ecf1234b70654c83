// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <utility>

namespace assay {

namespace {

std::string Quoted(const std::string& path) { return "'" + path + "'"; }

// A regular file open for reading, and its size. O_NONBLOCK: a FIFO in its place must not hang us.
Expected<std::pair<Fd, size_t>> OpenRegular(const std::string& path, size_t limit) {
  Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) return FailErrno(errno, "opening " + Quoted(path));
  struct stat status{};
  if (fstat(fd.get(), &status)) return FailErrno(errno, "stat of " + Quoted(path));
  if (!S_ISREG(status.st_mode))
    return Fail(ErrorCode::kInvalid, "opening " + Quoted(path) + ": not a regular file");
  if (uint64_t(status.st_size) > limit)
    return Fail(ErrorCode::kInvalid, "opening " + Quoted(path) + ": " +
                                         std::to_string(status.st_size) + " bytes, more than the " +
                                         std::to_string(limit) + " allowed");
  return std::pair(std::move(fd), size_t(status.st_size));
}

std::string DirectoryOf(const std::string& path) {
  size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Expected<std::string> ReadFile(const std::string& path, size_t limit) {
  auto [fd, size] = TRY(OpenRegular(path, limit));
  std::string bytes(size + 1, '\0');  // one more, to see a file that grew
  size_t filled = 0;
  while (filled < bytes.size()) {
    ssize_t n = read(fd.get(), bytes.data() + filled, bytes.size() - filled);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FailErrno(errno, "reading " + Quoted(path));
    if (n == 0) break;
    filled += size_t(n);
  }
  if (filled > size)
    return Fail(ErrorCode::kUnavailable, "reading " + Quoted(path) + ": it grew meanwhile");
  bytes.resize(filled);
  return bytes;
}

Expected<void> WriteAll(int fd, std::string_view bytes, std::string_view what) {
  while (!bytes.empty()) {
    ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FailErrno(errno, "writing " + std::string(what));
    bytes.remove_prefix(size_t(n));
  }
  return {};
}

Expected<void> WriteFileAtomically(const std::string& path, std::string_view bytes, int mode) {
  std::string temporary = path + ".new";
  unlink(temporary.c_str());
  Fd fd(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!fd) return FailErrno(errno, "creating " + Quoted(temporary));
  Expected<void> written = WriteAll(fd.get(), bytes, Quoted(temporary));
  if (written && fsync(fd.get())) written = FailErrno(errno, "fsync of " + Quoted(temporary));
  if (written && rename(temporary.c_str(), path.c_str()))
    written = FailErrno(errno, "renaming to " + Quoted(path));
  if (!written) {
    unlink(temporary.c_str());
    return written;
  }
  Fd directory(open(DirectoryOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || fsync(directory.get()))
    return FailErrno(errno, "fsync of the directory of " + Quoted(path));
  return {};
}

Expected<void> WriteOutput(const std::string& path, std::string_view bytes) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode))
    return WriteFileAtomically(path, bytes, 0644);
  Fd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0644));
  if (!fd) return FailErrno(errno, "opening " + Quoted(path));
  return WriteAll(fd.get(), bytes, Quoted(path));
}

Expected<MappedFile> MappedFile::Open(const std::string& path, size_t limit) {
  auto [fd, size] = TRY(OpenRegular(path, limit));
  MappedFile file;
  file.size_ = size;
  if (size == 0) return file;
  file.address_ = mmap(nullptr, size, PROT_READ, MAP_SHARED, fd.get(), 0);
  if (file.address_ == MAP_FAILED) {
    int err = errno;
    file.address_ = nullptr;
    return FailErrno(err, "mapping " + Quoted(path));
  }
  return file;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : address_(std::exchange(other.address_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(address_, other.address_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (address_) munmap(address_, size_);
}

void MappedFile::DropPages() const {
  if (address_) madvise(address_, size_, MADV_DONTNEED);
}

}  // namespace assay
