// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "base/host.h"
#include "checks/rules/policy.pb.h"

namespace assay {

/// An object that is not as a rule wants it.
struct InodeOffender {
  std::string path;
  Metadata found;
};

/// All objects of JudgeInode() that are not as wanted; none also where nothing exists.
Expected<std::vector<InodeOffender>> InodeOffenders(const Inode& expected, Host& host);

}  // namespace assay
