// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/selinux_config.h"

#include <strings.h>

#include "checks/formats/lines.h"

namespace assay {

SelinuxMode ParseSelinuxConfig(std::string_view text) {
  constexpr std::string_view kKey = "SELINUX=";
  int number = 0;
  for (std::string_view line : LinesOf(text)) {
    number++;
    if (!line.starts_with(kKey)) continue;
    std::string_view value = Trim(line.substr(kKey.size()));
    for (std::string_view mode : {"enforcing", "permissive", "disabled"})
      if (value.size() >= mode.size() && !strncasecmp(value.data(), mode.data(), mode.size()))
        return {std::string(mode), number};
  }
  return {"not set", 0};
}

}  // namespace assay
