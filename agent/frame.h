// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace assay {

/// Frames of the control socket: 4 bytes of length, big-endian, then the message. The length is
/// checked before anything is allocated.
inline constexpr size_t kMaxRequestFrame = 4096;
inline constexpr size_t kMaxReplyFrame = 64 << 20;

std::string Frame(std::string_view message);

/// Takes one whole frame from the front of `buffer`. nullopt: more bytes are needed. kInvalid: the
/// length exceeds `limit`; the peer is not to be listened to any longer.
Expected<std::optional<std::string>> TakeFrame(std::string& buffer, size_t limit);

}  // namespace assay
