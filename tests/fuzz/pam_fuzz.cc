// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/pam_options.h"
#include "checks/formats/pam_paths.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)assay::ParsePamControl(text);
  for (const char* module : {"pam_faillock.so", "pam_pwhistory.so", "pam_pwquality.so"})
    (void)assay::ParsePamOptions(text, "f", module);
  assay::Expected<std::vector<assay::PamStatement>> file = assay::ParsePamFile(text, "f");
  if (!file) return 0;
  // Levels as substacks would give them: one more behind each such line, up to three.
  assay::PamStack stack;
  int level = 0;
  for (assay::PamStatement& statement : *file) {
    if (statement.kind == assay::PamStatement::Kind::kInclude || stack.size() >= 64) continue;
    bool marks = statement.kind == assay::PamStatement::Kind::kSubstack;
    stack.push_back({"f", std::move(statement), level, marks});
    if (marks) level = (level + 1) % 4;
  }
  for (size_t at = 0; at < stack.size(); at++) (void)assay::ReachOf(stack, at, "pam_unix.so");
  return 0;
}
