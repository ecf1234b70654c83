// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace assay {

/// RFC 4648 section 4, with padding. The inverse accepts only what the first would write.
std::string Base64(std::string_view bytes);
Expected<std::string> FromBase64(std::string_view text);

}  // namespace assay
