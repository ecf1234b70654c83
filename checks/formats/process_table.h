// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/host.h"

namespace assay {

/// One process of the machine, without those in pid namespaces of their own (containers).
struct Process {
  std::string pid;
  std::string name;     ///< proc_pid_comm(5): at most 15 bytes, and what the process says it is
  std::string program;  ///< path of its executable; empty if that may not be read
  uint32_t real_uid = 0, effective_uid = 0;
};

/// Name and user ids of /proc/PID/status (proc_pid_status(5)); nullopt for a process in a pid
/// namespace of its own (more than one number in NSpid). kInvalid without Name or Uid.
Expected<std::optional<Process>> ParseProcessStatus(std::string_view text);

/// All processes of the running machine, read once for all rules. One that ends while we read is
/// left out.
const Expected<std::vector<Process>>& ProcessesOf(Host& host);

}  // namespace assay
