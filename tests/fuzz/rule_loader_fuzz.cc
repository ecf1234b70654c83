// SPDX-License-Identifier: Apache-2.0
#include "checks/rules/rule_form.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    assay::Form form("f", YAML::Load(std::string(reinterpret_cast<const char*>(data), size)));
    for (const assay::Form& item : form.Items()) (void)assay::CompileRule(item);
  } catch (const assay::FormMistake&) {
  } catch (const YAML::Exception&) {
  }
  return 0;
}
