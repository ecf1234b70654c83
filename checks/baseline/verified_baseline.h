// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/digest.h"
#include "base/file.h"
#include "checks/baseline/baseline.h"
#include "checks/baseline/baseline.pb.h"
#include "checks/baseline/manifest.h"
#include "checks/baseline/statement.h"
#include "checks/rules/policy.pb.h"

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
