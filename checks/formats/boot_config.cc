// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/boot_config.h"

#include "checks/formats/lines.h"
#include "checks/formats/loader_entry.h"

namespace assay {

namespace {

constexpr const char* kPartitions[] = {"/boot", "/boot/efi", "/efi"};
constexpr size_t kStartOfImage = 8 << 20;  // the kernel and initrd stand behind the command line

Expected<std::string> ReadIfThere(Host& host, const std::string& file) {
  Expected<std::string> text = ReadText(host, file);
  if (!text && text.error().code == ErrorCode::kNotFound) return std::string();
  return text;
}

Expected<std::vector<std::string>> NamesIn(Host& host, const std::string& directory) {
  Expected<std::vector<std::string>> names = host.List(directory);
  if (!names && names.error().code == ErrorCode::kNotFound) return std::vector<std::string>();
  return names;
}

Expected<std::vector<std::string>> GrubDirectories(Host& host) {
  std::vector<std::string> directories = {"/boot/grub", "/boot/grub2"};
  for (const std::string partition : {"/boot/efi/EFI", "/efi/EFI"})
    for (const std::string& vendor : TRY(NamesIn(host, partition)))
      directories.push_back(partition + "/" + vendor);
  return directories;
}

// Reads one directory's menu; returns the variables that the loader's entries may use.
Expected<GrubVariables> ReadMenu(Host& host, const std::string& directory, BootConfig& config) {
  std::string environment = TRY(ReadIfThere(host, directory + "/grubenv"));
  GrubVariables saved = ParseGrubEnvironment(environment);
  GrubMenu menu{directory + "/grub.cfg", {}, {}, 0};
  GrubVariables variables = saved;
  std::vector<BootEntry> entries;
  bool loader = false;
  // In the order in which GRUB comes by them: grub.cfg asks for the others before and behind.
  for (const char* name : {"/user.cfg", "/grub.cfg", "/custom.cfg"}) {
    std::string text = TRY(ReadIfThere(host, directory + name));
    GrubConfig parsed = TRY(ParseGrubConfig(text, directory + name, std::move(variables)));
    std::ranges::move(parsed.entries, std::back_inserter(entries));
    std::ranges::move(parsed.passwords, std::back_inserter(menu.passwords));
    menu.superusers = std::move(parsed.superusers);
    if (parsed.superusers_line) menu.line = parsed.superusers_line;
    loader |= parsed.reads_loader_entries;
    variables = std::move(parsed.variables);
  }
  if (!entries.empty() || loader) config.menus.push_back(std::move(menu));
  std::ranges::move(entries, std::back_inserter(config.entries));
  // grub.cfg sets $kernelopts only where grubenv did not.
  for (auto& [name, value] : saved) variables[name] = std::move(value);
  return variables;
}

Expected<void> ReadLoaderEntries(Host& host, const std::string& directory,
                                 const GrubVariables& variables, BootConfig& config) {
  for (const std::string& name : TRY(NamesIn(host, directory))) {
    if (!name.ends_with(".conf")) continue;
    std::string file = directory + "/" + name;
    std::string text = TRY(ReadText(host, file));
    std::optional<BootEntry> entry = ParseLoaderEntry(text, file, variables);
    if (entry) config.entries.push_back(std::move(*entry));
  }
  return {};
}

Expected<void> ReadUnifiedImages(Host& host, const std::string& directory, BootConfig& config) {
  for (const std::string& name : TRY(NamesIn(host, directory))) {
    if (!name.ends_with(".efi") && !name.ends_with(".EFI")) continue;
    std::string file = directory + "/" + name;
    std::string start = TRY(host.ReadStart(file, kStartOfImage));
    Expected<std::string> options = UnifiedImageOptions(start);
    if (!options) return std::unexpected(WithContext(options.error(), file));
    config.entries.push_back({name, file, std::move(*options), file, 0});
  }
  return {};
}

}  // namespace

Expected<BootConfig> ReadBootConfig(Host& host) {
  BootConfig config;
  GrubVariables variables;
  for (const std::string& directory : TRY(GrubDirectories(host)))
    variables.merge(TRY(ReadMenu(host, directory, config)));
  for (const std::string partition : kPartitions) {
    Expected<void> entries =
        ReadLoaderEntries(host, partition + "/loader/entries", variables, config);
    if (!entries) return std::unexpected(entries.error());
    Expected<void> images = ReadUnifiedImages(host, partition + "/EFI/Linux", config);
    if (!images) return std::unexpected(images.error());
  }
  return config;
}

const Expected<BootConfig>& BootConfigOf(Host& host) {
  return host.Once<Expected<BootConfig>>("boot configuration", ReadBootConfig);
}

}  // namespace assay
