// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/control.pb.h"
#include "base/clock.h"
#include "base/error.h"

namespace assay {

inline constexpr char kDefaultSocket[] = "/run/assay/assayd.sock";

/// Asks assayd and waits for the reply. kNotFound or kUnavailable when nobody listens, kUnavailable
/// past the deadline; an error that assayd answered comes back as itself.
Expected<ControlReply> AskDaemon(const std::string& socket, const ControlRequest& request,
                                 BootNanos deadline = 30'000'000'000);

}  // namespace assay
