// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace assay {

/// One deviation from the baseline.
struct Finding {
  enum class Kind { kFile, kPackage, kSysctl, kRule };
  enum class Change {
    kChanged,  ///< there, but not as sealed
    kMissing,  ///< sealed, not there
    kExtra,    ///< there, in a golden place, not sealed
  };
  Kind kind = Kind::kFile;
  Change change = Change::kChanged;
  std::string subject;  ///< path, package name, sysctl name, or rule id
  std::string
      property;  ///< what differs: "content", "mode", "owner", "xattr security.capability", ...
  std::string expected;  ///< as sealed, e.g. "sha256:ab12...", "0644"; empty for an extra object
  std::string actual;    ///< as found; empty for a missing object
  bool operator==(const Finding&) const = default;
};
std::string_view KindName(Finding::Kind kind);        ///< "file", "package", "sysctl", "rule"
std::string_view ChangeName(Finding::Change change);  ///< "changed", "missing", "extra"

/// Something that could not be compared: neither golden nor drifted.
struct Unverifiable {
  std::string subject;
  std::string reason;
};

/// The outcome of comparing one object, or many. Golden exactly when both lists are empty.
struct Comparison {
  std::vector<Finding> findings;
  std::vector<Unverifiable> unverifiable;
  bool golden() const { return findings.empty() && unverifiable.empty(); }
};

}  // namespace assay
