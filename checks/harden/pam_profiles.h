// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// The files that pam-auth-update(8) makes: /etc/pam.d/common-STACK, and /var/lib/pam/STACK.
inline constexpr const char* kPamStacks[] = {"auth", "account", "password", "session",
                                             "session-noninteractive"};

/// The field that a profile has for a stack: of "auth" and "-Initial" it is "Auth-Initial".
std::string PamFieldName(std::string_view stack, std::string_view suffix);

/// A file of /usr/share/pam-configs, in the format of pam-auth-update(8): "Name: ...", "Auth:" with
/// the lines of the stack below it.
struct PamProfile {
  std::string id;  ///< the name of the file
  long priority = 0;
  std::set<std::string> conflicts;
  std::map<std::string, std::string> fields;  ///< "Auth-Initial": its lines, each without blanks

  /// A field of a stack ("auth"): suffix "", "-Initial" or "-Type"; empty if there is none. What a
  /// session has, one that is not interactive has too, unless the profile says otherwise.
  std::string Field(std::string_view stack, std::string_view suffix) const;
};

/// Reads whatever it gets, as pam-auth-update does: lines that mean nothing are part of the field
/// before them. nullopt for a profile that pam-auth-update takes for disabled (pam_tally).
std::optional<PamProfile> ParsePamProfile(std::string_view id, std::string_view text);

/// The file of a profile.
std::string PamProfileText(const PamProfile& profile);

/// The order of the stacks: the higher priority first, then the names backwards.
void SortPamProfiles(std::vector<PamProfile>& profiles);

/// /etc/pam.d/common-STACK of the enabled profiles in order, byte by byte as pam-auth-update writes
/// it without local modifications; `form` is its template of /usr/share/pam. nullopt where the
/// template lacks its marks, or a profile's line is none.
std::optional<std::string> PamStackText(std::string_view stack, std::string_view form,
                                        const std::vector<PamProfile>& enabled);

/// /var/lib/pam/STACK: which lines are whose.
std::string PamStateText(std::string_view stack, const std::vector<PamProfile>& enabled);

/// The profiles that a file of /var/lib/pam names.
std::set<std::string> PamStateProfiles(std::string_view state);

}  // namespace assay
