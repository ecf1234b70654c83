// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <cstring>

#include "base/fd.h"
#include "probes/bpf_rung.h"

namespace assay {
namespace {

/// i_generation of a regular file or directory; 0 where nobody can tell (tmpfs, overlayfs).
uint32_t GenerationOf(int fd, mode_t mode) {
  if (!S_ISREG(mode) && !S_ISDIR(mode)) return 0;
  // FS_IOC_GETVERSION wants more than O_PATH; an object that was looked at may be opened.
  Fd readable(open(("/proc/self/fd/" + std::to_string(fd)).c_str(),
                   O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  // The number says long, every file system writes an int (fs/ext4/ioctl.c).
  long generation = 0;
  if (!readable || ioctl(readable.get(), FS_IOC_GETVERSION, &generation) < 0) return 0;
  return static_cast<uint32_t>(generation);
}

}  // namespace

Expected<DoorbellWire> DecodeDoorbell(std::string_view bytes, uint32_t slots) {
  DoorbellWire wire;
  if (bytes.size() != sizeof wire) {
    return Fail(ErrorCode::kInvalid, "a doorbell of " + std::to_string(bytes.size()) + " bytes");
  }
  std::memcpy(&wire, bytes.data(), sizeof wire);
  if (wire.version != ASSAY_WIRE_VERSION) {
    return Fail(ErrorCode::kInvalid, "a doorbell of version " + std::to_string(wire.version));
  }
  if (wire.channel >= kChannelCount) {
    return Fail(ErrorCode::kInvalid, "a doorbell of channel " + std::to_string(wire.channel));
  }
  if (wire.slot >= slots) {
    return Fail(ErrorCode::kInvalid, "a doorbell for slot " + std::to_string(wire.slot) + " of " +
                                         std::to_string(slots));
  }
  return wire;
}

Expected<KeyWire> KeyOf(int fd) {
  struct stat status;
  if (fstat(fd, &status) < 0) return FailErrno(errno, "asking for the identity of an inode");
  return KeyWire{.ino = status.st_ino,
                 .dev = major(status.st_dev) << 20 | minor(status.st_dev),
                 .gen = GenerationOf(fd, status.st_mode)};
}

}  // namespace assay
