// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/host.h"

namespace assay {

struct LabelledProcess {
  std::string pid;
  std::string label;    ///< of the security module: "unconfined", "/usr/bin/man (enforce)"
  std::string program;  ///< /proc/PID/exe, without " (deleted)"
};

/// All processes that run a program (kernel threads do not) with their labels
/// (proc_pid_attr(5)). One that ends while it is looked at is left out. Only live; recorded as
/// kLive `what`.
Expected<std::vector<LabelledProcess>> LabelledProcesses(Host& host, std::string_view what);

}  // namespace assay
