// SPDX-License-Identifier: Apache-2.0
// What a boot loader reads: GRUB scripts and environment blocks, loader entries, unified images,
// and the kernel's command line.
#include <algorithm>

#include "checks/formats/grub_config.h"
#include "checks/formats/kernel_command_line.h"
#include "checks/formats/loader_entry.h"
#include "tests/fuzz/hold.h"

using assay::Hold;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  int lines = int(std::ranges::count(text, '\n')) + 1;
  assay::GrubVariables variables = assay::ParseGrubEnvironment(text);
  auto config = assay::ParseGrubConfig(text, "f", variables);
  if (!config) Hold(config.error().text.starts_with("f"));
  if (config) {
    for (const assay::BootEntry& entry : config->entries)
      Hold(entry.line >= 1 && entry.line <= lines);
    for (const assay::GrubPassword& password : config->passwords)
      Hold(password.line >= 1 && password.line <= lines);
    for (const std::string& user : config->superusers) Hold(!user.empty());
  }
  if (auto entry = assay::ParseLoaderEntry(text, "f", variables)) Hold(!entry->kernel.empty());
  if (auto options = assay::UnifiedImageOptions(text)) Hold(options->size() <= size);
  for (const std::string& word : assay::CommandLineWords(text)) Hold(word.size() <= size);
  auto value = assay::CommandLineValue(text, "apparmor");
  Hold(!value || text.contains("apparmor"));
  return 0;
}
