// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/clock.h"
#include "base/error.h"

namespace assay {

/// Packets of a Unix SOCK_SEQPACKET pair: the kernel keeps each message whole and its length with
/// it, so that neither side can make the other wait for, or allocate, more than this.
inline constexpr size_t kMaxTpmMessage = 16 << 10;

/// kNotFound when the other side is gone.
Expected<void> SendPacket(int fd, const std::string& bytes);
/// Waits until `deadline` (CLOCK_BOOTTIME; 0: for ever). kNotFound when the other side is gone,
/// kUnavailable when the deadline passed, kInvalid for a packet that is too long.
Expected<std::string> ReceivePacket(int fd, BootNanos deadline);

}  // namespace assay
