// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace assay {

/// One process of the chain that led to a change. What could not be read because the process was
/// gone is empty or nullopt and `gone` is set: it is said, not guessed.
struct Process {
  pid_t pid = 0;
  uint64_t start_time = 0;  ///< nanoseconds of CLOCK_BOOTTIME; tells reused pids apart; 0 = unknown
  std::string exe;          ///< /proc/PID/exe, or the kernel's comm in parentheses when gone
  std::string command_line;  ///< /proc/PID/cmdline joined by spaces, at most 256 bytes, printable
  bool gone = false;
};

/// Who made a change, as far as the rung can know.
struct Cause {
  Process process;
  std::optional<uint32_t> uid;
  std::optional<uint32_t> login_uid;  ///< audit login uid; nullopt = unknown, UINT32_MAX = unset
  std::string cgroup;            ///< path in the unified hierarchy, "/system.slice/ssh.service"
  std::vector<Process> parents;  ///< parent first, up to pid 1, at most 16
};

/// Reads what /proc still says about `pid`. `start_time` (0 = not known) guards against a reused
/// pid: when it differs, the process is reported as gone.
Cause ReadCause(pid_t pid, uint64_t start_time);

}  // namespace assay
