// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "checks/formats/grub_config.h"

namespace assay {

/// An entry of the Boot Loader Specification, type 1 (loader/entries/*.conf): keys and values
/// separated by blanks, comments with '#'; several `options` lines are joined. GRUB's variables in
/// the options ($kernelopts) are replaced. nullopt for an entry that starts no kernel (`efi`).
std::optional<BootEntry> ParseLoaderEntry(std::string_view text, const std::string& file,
                                          const GrubVariables& variables);

/// The kernel's command line of a unified kernel image (Boot Loader Specification, type 2; UAPI.5):
/// the `.cmdline` section of the PE file of which `start` is the beginning; empty if it has no such
/// section. kInvalid if `start` is no PE file or the section lies behind it.
Expected<std::string> UnifiedImageOptions(std::string_view start);

}  // namespace assay
