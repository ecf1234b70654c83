// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "checks/formats/audit_rule.h"

namespace assay {

/// What auditctl(8) asks of the machine while it reads a line.
struct AuditWorld {
  uint32_t arch = 0;  ///< AUDIT_ARCH_*; 0: not known, and a line that needs it is an error
  std::function<std::optional<uint32_t>(std::string_view)> uid, gid;  ///< of a name
  std::function<bool(std::string_view)> is_directory;                 ///< links followed
};

/// A line of rules and where it stands.
struct AuditLine {
  std::string file, text;
  int line = 0;
};

/// What a set of lines leaves in the kernel that was empty before.
struct AuditRuleSet {
  std::vector<AuditRule> rules;  ///< in the order in which the kernel asks them
  std::optional<int> enabled;    ///< of the last -e: 0, 1 or 2 (locked)
  AuditLine enabled_line;
  std::vector<AuditLine> skipped;  ///< wrong lines that -i or -c told auditctl to pass over
};

/// Whether `a` comes before `b` for `ls -v` and `sort -V` (GNU filevercmp), names of *.rules files.
bool VersionLess(std::string_view a, std::string_view b);

/// augenrules(8): the texts of rules.d, in the order of VersionLess, as one list of lines: the last
/// bare -D first, then the last -b and the last -f, then all others, the last -e at the end;
/// comments and empty lines are gone. As `cat` does, a file without a newline at its end joins its
/// last line with the next file's first.
std::vector<AuditLine> MergeAuditRules(
    const std::vector<std::pair<std::string, std::string>>& files);

/// The lines of one file, without empty ones and comments.
std::vector<AuditLine> LinesOfAuditRules(const std::string& file, std::string_view text);

/// Reads lines as `auditctl -R` does (auditctl(8), auditctl.c of 3.0.9): words are parted by blanks
/// only, quotes are part of a word. kInvalid, with file and line, at the first line that auditctl
/// refuses (there it stops, so that what follows is never loaded) unless -i or -c stands before it;
/// for a rule that is there already, too. At most 6143 bytes a line and 65,536 rules.
Expected<AuditRuleSet> ReadAuditRules(const std::vector<AuditLine>& lines, const AuditWorld& world);

/// Adds one -F condition ("auid>=1000", key aside) to a rule; kInvalid for what auditctl refuses.
/// A system call's number or name is looked up for `arch`.
Expected<AuditField> ParseAuditField(std::string_view text, uint32_t list, const AuditWorld& world);
/// One -C comparison ("uid!=euid").
Expected<AuditField> ParseAuditComparison(std::string_view text);

}  // namespace assay
