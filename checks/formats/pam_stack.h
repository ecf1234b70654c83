// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/host.h"
#include "checks/formats/pam_file.h"

namespace assay {

/// One module of a stack, in the order in which PAM runs them, includes put in.
struct PamEntry {
  std::string file;
  PamStatement statement;
  int level = 0;  ///< how many substacks it is in
  /// Not a module: the place of a `substack` line, which a jump counts and nobody runs.
  bool marks_substack = false;
};

using PamStack = std::vector<PamEntry>;

/// All modules of one type ("auth", ...) of a service: /etc/pam.d/SERVICE, or else
/// /usr/lib/pam.d/SERVICE; `@include`, `include` and `substack` followed, 16 deep, 1000 modules at
/// most. Read once for all rules of a run (Host::Once).
///
/// kNotFound if the service has no file. kInvalid with file and line for what ParsePamFile refuses,
/// an included file that is not there, and a circle of includes.
Expected<PamStack> ReadPamStack(Host& host, const std::string& service, const std::string& type);

/// The services that hold the shared stack of a type: of Debian "common-TYPE" (and
/// "common-session-noninteractive"), else of Red Hat "system-auth" and "password-auth"; those that
/// exist, never empty. kNotFound if there is none of them.
Expected<std::vector<std::string>> SharedPamServices(Host& host, const std::string& type);

/// The name of a module without its directory: "/lib/security/pam_unix.so" is "pam_unix.so".
std::string_view PamModuleName(std::string_view module);

}  // namespace assay
