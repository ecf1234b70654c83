// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/host.h"
#include "probes/event.h"
#include "probes/watcher.h"

namespace assay {

/// The BPF programs of one family (lsm/ or fentry/security_*), loaded and attached, with their
/// maps. Attached is not proven: the watcher's canary does that (DESIGN law 11). One thread.
class BpfRung {
 public:
  struct Options {
    Rung family = Rung::kLsm;  ///< kLsm or kFentry
    uint32_t slots = 0;        ///< objects + kPlaces (slots.h); the last three are the places
    uint32_t ring_bytes = 1 << 20;
  };

  /// Loads what this kernel has: a hook that its BTF does not know is left out and its channel
  /// named in missing(). kPermission or kUnsupported when the family is refused: the text names the
  /// refused call and its errno.
  static Expected<std::unique_ptr<BpfRung>> Load(const Options& options);
  virtual ~BpfRung() = default;

  /// From now on a touch of the inode moves `slot`. Replaces an earlier slot of the same key.
  virtual Expected<void> Register(const KeyWire& key, uint32_t slot) = 0;
  virtual void Forget(const KeyWire& key) = 0;

  virtual SlotWire* slots() = 0;    ///< shared with the kernel; Options::slots of them
  virtual int ring_fd() const = 0;  ///< readable (epoll) when doorbells are queued
  /// Calls back for every queued doorbell that is well-formed; counts the others as lost.
  virtual void Drain(const std::function<void(const DoorbellWire&)>& ring) = 0;
  virtual uint64_t lost() const = 0;  ///< doorbells that found the ring full, and malformed ones

  /// Per channel, why it has no program here; empty where it has.
  virtual const std::array<std::string, kChannelCount>& missing() const = 0;
};

/// Decodes one doorbell: size, version, channel and slot are checked against `slots`. kInvalid
/// otherwise.
Expected<DoorbellWire> DecodeDoorbell(std::string_view bytes, uint32_t slots);

/// The kernel's identity of the inode open at `fd` (O_PATH is enough for dev and ino; the
/// generation needs FS_IOC_GETVERSION on a readable fd and is 0 where the file system has none).
Expected<KeyWire> KeyOf(int fd);

}  // namespace assay
