// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace assay {

/// Nanoseconds of CLOCK_BOOTTIME: monotonic, counts suspend, starts at 0 with the kernel.
/// Every interval and deadline of ours is measured with it; wall time is for text only.
using BootNanos = uint64_t;

/// The clock is an argument, in production and in tests alike.
using BootClock = std::function<BootNanos()>;

BootNanos BootNow();

/// Seconds since the epoch (CLOCK_REALTIME), for records that people read.
int64_t WallSeconds();

/// `seconds` since the epoch as RFC 3339 in UTC, "2026-11-23T06:00:00Z".
std::string Rfc3339(int64_t seconds);

/// A calendar date written YYYY-MM-DD, so that the order of texts is that of days.
bool IsDate(std::string_view text);

/// /proc/sys/kernel/random/boot_id: 36 characters, new with every boot of the kernel.
Expected<std::string> BootId();

}  // namespace assay
