// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "checks/formats/grub_script.h"

namespace assay {

/// A way to boot Linux: one `linux` command of GRUB's, or one entry of the Boot Loader
/// Specification.
struct BootEntry {
  std::string title;
  std::string kernel;  ///< empty where it is a variable that nobody sets: the options still count
  std::string options;  ///< the kernel's command line
  std::string file;
  int line = 0;
};

struct GrubPassword {
  std::string user;
  bool hashed = false;  ///< password_pbkdf2 with a grub.pbkdf2 hash
  int line = 0;
};

/// What a generated grub.cfg(5) says, its conditions not judged: every branch counts, and a
/// variable has the value that was last written to it above.
struct GrubConfig {
  std::vector<BootEntry> entries;
  std::vector<std::string> superusers;
  int superusers_line = 0;
  std::vector<GrubPassword> passwords;
  bool reads_loader_entries = false;  ///< `blscfg`: the entries are in /boot/loader/entries
  GrubVariables variables;            ///< at the end
};

/// Parses grub.cfg, custom.cfg or user.cfg; `variables` are set before (grubenv). Kernels are the
/// words of linux, linux16, linuxefi, and of module and module2 where those name a vmlinuz (Xen);
/// memtest is no kernel. kInvalid with file and line for what GRUB could not read (grub_script.h),
/// for braces that do not match, and for more than 1000 entries.
Expected<GrubConfig> ParseGrubConfig(std::string_view text, const std::string& file,
                                     GrubVariables variables = {});

/// The environment block (GRUB manual, "The GRUB environment block"): NAME=VALUE lines, a
/// backslash before a character that is to be itself, padding with '#'.
GrubVariables ParseGrubEnvironment(std::string_view text);

}  // namespace assay
