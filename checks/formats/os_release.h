// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/host.h"

namespace assay {

/// The assignments of an os-release(5) file: shell-like, values plain, in double quotes (with
/// backslashes before \ " $ `) or in single quotes; the last assignment of a name wins. Lines that
/// are none are skipped, as programs do.
std::map<std::string, std::string, std::less<>> ParseOsRelease(std::string_view text);

/// ID of /etc/os-release or, where that does not exist, /usr/lib/os-release; "linux" if nobody says
/// (os-release(5)).
Expected<std::string> OsId(Host& host);

}  // namespace assay
