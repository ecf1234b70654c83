// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/predicate.h"
#include "checks/predicates/shell_files.h"

namespace assay {

Answer JudgeShellEnvironment(const ShellEnvironment& expected, Host& host) {
  if (expected.check() == "umask") return JudgeUmask(expected, host);
  if (expected.check() == "timeout") return JudgeTimeout(expected, host);
  if (expected.check() == "root-path") return JudgeRootPath(expected, host);
  return {Result::kNotChecked, "this assay does not know the check '" + expected.check() + "'", {}};
}

}  // namespace assay
