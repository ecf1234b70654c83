// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/host.h"
#include "checks/formats/accounts.h"
#include "checks/rules/policy.pb.h"

namespace assay {

/// One line that breaks an invariant.
struct Offence {
  std::string file;
  int line = 0;  ///< 0: the file as a whole, or an object of the file tree
  std::string value;
};

/// What an invariant looks at.
struct AccountQuestion {
  const Accounts& expected;
  const AccountDatabase& accounts;
  Host& host;

  bool Excepted(std::string_view name) const;
};

/// One of the closed set. `find` names every offending line; an Error is kError.
struct AccountInvariant {
  std::string_view name;
  std::string_view wanted;  ///< "uid 0 is root's alone": for evidence and reasons
  bool shadow = false;      ///< cannot be judged without /etc/shadow: then it fails
  bool demand = false;      ///< takes a demand (equals, at-most, ...)
  bool mode = false;        ///< takes a mode
  Expected<std::vector<Offence>> (*find)(const AccountQuestion&);
};

/// All of them.
std::span<const AccountInvariant> AccountInvariants();

using Offences = Expected<std::vector<Offence>>;

/// account_identity.cc: ids, names and groups.
Offences UidZero(const AccountQuestion& q);
Offences GidZeroUsers(const AccountQuestion& q);
Offences GidZeroGroups(const AccountQuestion& q);
Offences PrimaryGroups(const AccountQuestion& q);
Offences ShadowGroup(const AccountQuestion& q);
Offences RepeatedUids(const AccountQuestion& q);
Offences RepeatedGids(const AccountQuestion& q);
Offences RepeatedUserNames(const AccountQuestion& q);
Offences RepeatedGroupNames(const AccountQuestion& q);

/// account_passwords.cc: password fields, shells and aging. The aging ones look at every line of
/// shadow that has a password (not empty, not locked).
Offences NotShadowed(const AccountQuestion& q);
Offences EmptyPasswords(const AccountQuestion& q);
Offences RootPassword(const AccountQuestion& q);
Offences SystemShells(const AccountQuestion& q);
Offences ListedNoLogin(const AccountQuestion& q);
Offences UnlockedWithoutShell(const AccountQuestion& q);
Offences MaxDays(const AccountQuestion& q);
Offences MinDays(const AccountQuestion& q);
Offences WarnDays(const AccountQuestion& q);
Offences InactiveDays(const AccountQuestion& q);
Offences ChangedInFuture(const AccountQuestion& q);

/// account_homes.cc: of the users whose shell lets them work.
Offences HomeDirectories(const AccountQuestion& q);
Offences DotFiles(const AccountQuestion& q);

}  // namespace assay
