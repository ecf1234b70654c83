// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/sysctl_config.h"
#include "checks/predicates/forms.h"

namespace assay {

void CompileSysctl(const Form& form, Sysctl& into) {
  auto entries = form.Entries();
  if (entries.size() != 1) form.Expected("{NAME: VALUE}, one sysctl");
  into.set_name(SysctlPath(entries[0].first));
  for (const std::string& value : entries[0].second.Texts()) into.add_values(value);
}

}  // namespace assay
