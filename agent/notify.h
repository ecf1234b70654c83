// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/clock.h"

namespace assay {

/// Tells the service manager (sd_notify(3): "READY=1", "STATUS=...", "WATCHDOG=1"). Does nothing
/// where $NOTIFY_SOCKET is not set; a failure is no concern of ours.
void NotifyManager(std::string_view state);

/// How often the manager expects WATCHDOG=1 ($WATCHDOG_USEC, sd_watchdog_enabled(3)); 0 = never.
BootNanos WatchdogInterval();

}  // namespace assay
