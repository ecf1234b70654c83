// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>

namespace assay {

/// What must be true of whatever a fuzz target reads; else it is a finding.
inline void Hold(bool what) {
  if (!what) abort();
}

}  // namespace assay
