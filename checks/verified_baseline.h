// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/digest.h"
#include "base/file.h"
#include "checks/baseline.h"
#include "checks/baseline.pb.h"
#include "checks/manifest.h"
#include "checks/policy.pb.h"
#include "checks/statement.h"

namespace assay {

/// What a verified baseline consists of; for the comparison, which lives in this room.
struct VerifiedBaseline::Impl {
  MappedFile map;  ///< of manifest.pb; `manifest` points into it
  Manifest manifest;
  Policy policy;
  BootReference boot;
  Statement statement;
  Digest digest{};
  std::string key_id;
};

}  // namespace assay
