// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/host.h"

namespace assay {

/// One assignment of a sysctl.d(5) file.
struct SysctlAssignment {
  std::string name;  ///< with '/', may hold globs; "net/ipv4/conf/*/rp_filter"
  std::string value;
  bool excluded = false;  ///< "-name" without a value: globs do not set it
  std::string file;
  int line = 0;
  bool after_boot = false;  ///< of ufw's file: sysctl(8) applies it after systemd-sysctl
};

/// The assignments of one file's text. Lines that are neither comment nor assignment are skipped,
/// as systemd-sysctl(8) does after a warning.
std::vector<SysctlAssignment> ParseSysctlFile(std::string_view text, std::string_view file);

/// The name with '/' as separator (sysctl.d(5): if the first separator is '.', the two are
/// swapped).
std::string SysctlPath(std::string_view name);

/// The value that the next boot would set, and where it stands; nullopt if no file sets it.
/// Order of systemd-sysctl: a file name in /etc masks the same name in /usr/local/lib and /usr/lib
/// (also as a link to /dev/null; /run is empty when the boot begins); the rest in the order of file
/// names; the last assignment wins; an explicit name wins over a glob. Where ufw is enabled its
/// IPT_SYSCTL file comes last, and its last line wins, glob or not.
Expected<std::optional<SysctlAssignment>> PersistedSysctl(Host& host, std::string_view name);

/// All assignments of the root's files, in the order in which they are applied. PersistedSysctl
/// shares one reading of them through Host::Once.
Expected<std::vector<SysctlAssignment>> AllPersistedSysctls(Host& host);

}  // namespace assay
