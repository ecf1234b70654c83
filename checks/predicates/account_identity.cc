// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <set>

#include "checks/predicates/account_invariants.h"

namespace assay {

namespace {

// Every line of a value that stands on more than one, in the order of values.
template <typename Entry, typename Key>
std::vector<Offence> Repeated(const std::vector<Entry>& entries, const char* file, Key key) {
  std::map<std::string, std::vector<const Entry*>> seen;
  for (const Entry& entry : entries) seen[key(entry)].push_back(&entry);
  std::vector<Offence> offences;
  for (const auto& [value, same] : seen)
    for (const Entry* entry : same)
      if (same.size() > 1)
        offences.push_back(
            {file, entry->line, value == entry->name ? value : value + " of " + entry->name});
  return offences;
}

}  // namespace

Offences UidZero(const AccountQuestion& q) {
  std::vector<Offence> offences;
  bool root = false;
  for (const PasswdEntry& user : q.accounts.passwd.entries) {
    root |= user.uid == 0 && user.name == "root";
    if (user.uid == 0 && user.name != "root" && !q.Excepted(user.name))
      offences.push_back({kPasswd, user.line, user.name + " has uid 0"});
  }
  if (!root) offences.push_back({kPasswd, 0, "no root with uid 0"});
  return offences;
}

Offences GidZeroUsers(const AccountQuestion& q) {
  std::vector<Offence> offences;
  for (const PasswdEntry& user : q.accounts.passwd.entries) {
    if (user.name == "root" && user.gid != 0)
      offences.push_back({kPasswd, user.line, "root has gid " + std::to_string(user.gid)});
    if (user.gid == 0 && user.name != "root" && !q.Excepted(user.name))
      offences.push_back({kPasswd, user.line, user.name + " has gid 0"});
  }
  return offences;
}

Offences GidZeroGroups(const AccountQuestion& q) {
  std::vector<Offence> offences;
  bool root = false;
  for (const GroupEntry& group : q.accounts.group.entries) {
    root |= group.gid == 0 && group.name == "root";
    if (group.gid == 0 && group.name != "root" && !q.Excepted(group.name))
      offences.push_back({kGroup, group.line, group.name + " has gid 0"});
  }
  if (!root) offences.push_back({kGroup, 0, "no group root with gid 0"});
  return offences;
}

Offences PrimaryGroups(const AccountQuestion& q) {
  std::set<uint32_t> known;
  for (const GroupEntry& group : q.accounts.group.entries) known.insert(group.gid);
  std::vector<Offence> offences;
  for (const PasswdEntry& user : q.accounts.passwd.entries)
    if (!known.contains(user.gid) && !q.Excepted(user.name))
      offences.push_back({kPasswd, user.line, user.name + " has gid " + std::to_string(user.gid)});
  return offences;
}

Offences ShadowGroup(const AccountQuestion& q) {
  std::vector<Offence> offences;
  std::set<uint32_t> gids;
  auto members = [&](const GroupEntry& group, const char* file) {
    for (const std::string& member : group.members)
      offences.push_back({file, group.line, member + " is a member"});
  };
  for (const GroupEntry& group : q.accounts.group.entries) {
    if (group.name != "shadow") continue;
    gids.insert(group.gid);
    members(group, kGroup);
  }
  // Who stands in gshadow gets in with newgrp(1).
  if (q.accounts.gshadow)
    for (const GroupEntry& group : q.accounts.gshadow->entries)
      if (group.name == "shadow") members(group, kGshadow);
  for (const PasswdEntry& user : q.accounts.passwd.entries)
    if (gids.contains(user.gid))
      offences.push_back({kPasswd, user.line, user.name + " has it as primary group"});
  return offences;
}

Offences RepeatedUids(const AccountQuestion& q) {
  return Repeated(q.accounts.passwd.entries, kPasswd,
                  [](const PasswdEntry& user) { return "uid " + std::to_string(user.uid); });
}

Offences RepeatedGids(const AccountQuestion& q) {
  return Repeated(q.accounts.group.entries, kGroup,
                  [](const GroupEntry& group) { return "gid " + std::to_string(group.gid); });
}

Offences RepeatedUserNames(const AccountQuestion& q) {
  return Repeated(q.accounts.passwd.entries, kPasswd,
                  [](const PasswdEntry& user) { return user.name; });
}

Offences RepeatedGroupNames(const AccountQuestion& q) {
  return Repeated(q.accounts.group.entries, kGroup,
                  [](const GroupEntry& group) { return group.name; });
}

}  // namespace assay
