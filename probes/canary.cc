// SPDX-License-Identifier: Apache-2.0
#include "probes/canary.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/fd.h"

namespace assay {

namespace {

bool WriteByte(const std::string& path) {
  Fd fd(open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  return fd && pwrite(fd.get(), "c", 1, 0) == 1;
}

// A store through a mapping that outlives the descriptor: no write(2) ever happens.
bool StoreByte(const std::string& path) {
  Fd fd(open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return false;
  void* page = mmap(nullptr, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (page == MAP_FAILED) return false;
  fd.Reset();
  *static_cast<volatile char*>(page) = 'm';
  return munmap(page, 1) == 0;
}

bool ChangeMode(const std::string& path) {
  struct stat status{};
  return !stat(path.c_str(), &status) && !chmod(path.c_str(), (status.st_mode & 0777) ^ 0040);
}

bool ChangeXattr(const std::string& path) {
  return !setxattr(path.c_str(), "user.assay.canary", "c", 1, 0) &&
         !removexattr(path.c_str(), "user.assay.canary");
}

bool Touched(const std::string& path) {
  return bool(Fd(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)));
}

}  // namespace

Expected<Canary> Canary::Make(const std::string& directory) {
  if (mkdir(directory.c_str(), 0700) && errno != EEXIST)
    return FailErrno(errno, "making the canary's directory '" + directory + "'");
  Canary canary(directory);
  for (ObjectId object : {kCanaryFile, kCanaryQuiet}) {
    std::string path = canary.Path(object);
    Fd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd || pwrite(fd.get(), "c", 1, 0) != 1)
      return FailErrno(errno, "making the canary '" + path + "'");
  }
  return canary;
}

std::string Canary::Path(ObjectId canary_object) const {
  if (canary_object == kCanaryDirectory) return directory_;
  return directory_ + (canary_object == kCanaryFile ? "/file" : "/quiet");
}

void Canary::Clean() const {
  for (const char* name : {"/a", "/b"}) {
    std::string path = directory_ + name;
    if (unlink(path.c_str()) && errno == EISDIR) rmdir(path.c_str());
  }
}

std::vector<Canary::Touch> Canary::Touches() const {
  std::string file = Path(kCanaryFile), a = directory_ + "/a", b = directory_ + "/b";
  auto names = [](const char* name, std::function<bool()> run) {
    return Touch{name, Channel::kNames, kCanaryDirectory, std::move(run)};
  };
  return {
      {"write", Channel::kContent, kCanaryFile, [=] { return WriteByte(file); }},
      {"store to a mapping", Channel::kContent, kCanaryFile, [=] { return StoreByte(file); }},
      {"chmod", Channel::kAttributes, kCanaryFile, [=] { return ChangeMode(file); }},
      {"setxattr", Channel::kAttributes, kCanaryFile, [=] { return ChangeXattr(file); }},
      names("create", [=] { return Touched(a); }),
      names("link", [=] { return !link(a.c_str(), b.c_str()); }),
      names("unlink", [=] { return !unlink(b.c_str()); }),
      names("rename", [=] { return !rename(a.c_str(), b.c_str()); }),
      names("unlink", [=] { return !unlink(b.c_str()); }),
      names("symlink", [=] { return !symlink("file", a.c_str()); }),
      names("unlink", [=] { return !unlink(a.c_str()); }),
      names("mkdir", [=] { return !mkdir(a.c_str(), 0700); }),
      names("rmdir", [=] { return !rmdir(a.c_str()); }),
  };
}

}  // namespace assay
