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
  std::string name;     ///< with '/', may hold globs; "net/ipv4/conf/*/rp_filter"
  std::string written;  ///< the name as the file has it
  std::string value;
  bool excluded = false;  ///< "-name" without a value: globs do not set it
  std::string file;
  int line = 0;
  bool after_boot = false;  ///< of ufw's file: sysctl(8) applies it after systemd-sysctl
  std::string sets;         ///< of PersistedSysctl: the name that it writes, without globs
  size_t place = 0;         ///< of PersistedSysctl: among all that are applied
};

/// The assignments of one file's text. Lines that are neither comment nor assignment are skipped,
/// as systemd-sysctl(8) does after a warning.
std::vector<SysctlAssignment> ParseSysctlFile(std::string_view text, std::string_view file);

/// The name with '/' as separator (sysctl.d(5): if the first separator is '.', the two are
/// swapped), without a '/' at either end, empty parts and parts that are ".".
std::string SysctlPath(std::string_view name);

/// The value that the next boot would set, and where it stands; nullopt if no file sets it.
/// Order of systemd-sysctl: a file name in /etc masks the same name in /usr/local/lib and /usr/lib
/// (also as a link to /dev/null; /run is empty when the boot begins); the rest in the order of file
/// names. As apply_all() of systemd 252 does: of one key as it is spelled (a glob too) the last
/// assignment counts and is applied at its place, but an equal one after it changes neither value
/// nor place; a key without a glob, also an excluded one, is out of reach of globs; the last of
/// what is left wins. ip_forward and conf/all/forwarding of IPv4 are one variable: the last to be
/// written wins. Braces in a glob are alternatives; kInvalid for one with more than 16 '{' and ','.
/// Where ufw is enabled its IPT_SYSCTL file comes last, and its last line wins, glob or not.
Expected<std::optional<SysctlAssignment>> PersistedSysctl(Host& host, std::string_view name);

/// The assignments and exclusions of the root's files that hold, in the order in which they are
/// applied: one of each key, and all of ufw's file. PersistedSysctl shares one reading of them
/// through Host::Once.
Expected<std::vector<SysctlAssignment>> AllPersistedSysctls(Host& host);

}  // namespace assay
