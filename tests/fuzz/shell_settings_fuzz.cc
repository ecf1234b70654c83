// SPDX-License-Identifier: Apache-2.0
// Start-up files of shells, and what umask takes.
#include <algorithm>

#include "checks/formats/shell_settings.h"
#include "checks/formats/shell_words.h"
#include "tests/fuzz/hold.h"

using assay::Hold;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  int lines = int(std::ranges::count(text, '\n')) + 1;
  if (auto tokens = assay::ShellTokens(text))
    for (const assay::ShellToken& token : *tokens) Hold(token.line >= 1 && token.line <= lines);
  auto settings = assay::ParseShellSettings(text);
  if (!settings) Hold(settings.error().text.starts_with("line "));
  if (settings)
    for (const assay::ShellSetting& one : *settings) Hold(one.line >= 1 && one.line <= lines);
  if (auto mask = assay::ParseUmask(text)) Hold(*mask <= 0777);
  return 0;
}
