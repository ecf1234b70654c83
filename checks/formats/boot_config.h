// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "base/host.h"
#include "checks/formats/grub_config.h"

namespace assay {

/// One grub.cfg that has a menu, with the user.cfg and custom.cfg beside it.
struct GrubMenu {
  std::string file;
  std::vector<std::string> superusers;
  std::vector<GrubPassword> passwords;
  int line = 0;  ///< where the superusers are set
};

/// What the next boot may start, as all files together say.
struct BootConfig {
  std::vector<BootEntry> entries;
  std::vector<GrubMenu> menus;
  bool empty() const { return entries.empty() && menus.empty(); }
};

/// Reads the grub.cfg of /boot/grub, /boot/grub2 and the EFI system partition, the entries of the
/// Boot Loader Specification and unified kernel images, all that there are. A grub.cfg without
/// menu only leads to another one (the stub on the EFI system partition) and counts for nothing.
Expected<BootConfig> ReadBootConfig(Host& host);

/// The same, read once by all rules that ask.
const Expected<BootConfig>& BootConfigOf(Host& host);

}  // namespace assay
