// SPDX-License-Identifier: Apache-2.0
#include "checks/baseline/finding.h"

namespace assay {

std::string_view KindName(Finding::Kind kind) {
  switch (kind) {
    case Finding::Kind::kFile:
      return "file";
    case Finding::Kind::kPackage:
      return "package";
    case Finding::Kind::kSysctl:
      return "sysctl";
    case Finding::Kind::kRule:
      return "rule";
  }
  return "unknown";
}

std::string_view ChangeName(Finding::Change change) {
  switch (change) {
    case Finding::Change::kChanged:
      return "changed";
    case Finding::Change::kMissing:
      return "missing";
    case Finding::Change::kExtra:
      return "extra";
  }
  return "unknown";
}

}  // namespace assay
