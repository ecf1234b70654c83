// SPDX-License-Identifier: Apache-2.0
#include "checks/rules/rule_form.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  assay::Expected<assay::YamlNode> root = assay::ParseYaml("f", text);
  if (!root) return 0;
  try {
    for (const assay::Form& item : assay::Form("f", *root).Items()) (void)assay::CompileRule(item);
  } catch (const assay::FormMistake&) {
  }
  return 0;
}
