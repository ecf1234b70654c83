// SPDX-License-Identifier: Apache-2.0
#include "checks/harden/fix_su.h"

#include <algorithm>
#include <set>

#include "checks/formats/accounts.h"
#include "checks/formats/lines.h"
#include "checks/formats/pam_file.h"
#include "checks/harden/fix.h"
#include "checks/harden/setting.h"

namespace assay {

namespace {

constexpr char kSu[] = "/etc/pam.d/su";
constexpr char kEmptyGroup[] = "sugroup";
constexpr char kWheel[] = "auth       required   pam_wheel.so use_uid group=sugroup";
// What groupadd --system gives, from above.
constexpr uint32_t kFirstGid = 999, kLastGid = 101;

// The line of pam_rootok, without which root is locked out as well.
Expected<int> RootLine(const std::string& text) {
  int line = 0;
  for (const PamStatement& one : TRY(ParsePamFile(text, kSu))) {
    if (one.kind == PamStatement::Kind::kModule && one.target.ends_with("pam_wheel.so"))
      return ByHand("/etc/pam.d/su has pam_wheel already, with another purpose");
    if (!line && one.type == "auth" && one.target == "pam_rootok.so") line = one.line;
  }
  if (!line) return ByHand("/etc/pam.d/su has no pam_rootok, behind which pam_wheel belongs");
  return line;
}

// Behind the comment that offers it, as Debian and Red Hat ship it, or behind pam_rootok.
int PlaceOf(const std::string& text, int root_line) {
  int number = 0;
  for (std::string_view line : LinesOf(text)) {
    if (++number <= root_line || !line.starts_with('#')) continue;
    std::vector<std::string_view> words = WordsOf(line.substr(1));
    if (words.size() >= 3 && words[0] == "auth" && words[1] == "required" &&
        words[2] == "pam_wheel.so")
      return number;
  }
  return root_line;
}

Expected<void> Restrict(Plan& plan) {
  std::optional<std::string> text = TRY(plan.Read(kSu));
  if (!text) return ByHand("");
  for (std::string_view line : LinesOf(*text))
    if (line == kWheel) return {};
  int place = PlaceOf(*text, TRY(RootLine(*text)));
  std::string above(LinesOf(*text)[static_cast<size_t>(place - 1)]);
  return plan.Write(kSu, WithLineAt(*text, place, above + "\n" + kWheel));
}

Expected<std::set<uint32_t>> GidsInUse(const std::string& group, const Plan& plan) {
  std::set<uint32_t> gids;
  for (const GroupEntry& one : TRY(ParseGroup(group, kGroup)).entries) gids.insert(one.gid);
  std::string passwd = TRY(plan.Read(kPasswd)).value_or("");
  for (const PasswdEntry& one : TRY(ParsePasswd(passwd, kPasswd)).entries) gids.insert(one.gid);
  return gids;
}

bool NamesGroup(const AccountFile<GroupEntry>& file) {
  return std::ranges::find(file.entries, kEmptyGroup, &GroupEntry::name) != file.entries.end();
}

Expected<void> Append(const char* file, const std::string& text, const std::string& line,
                      Plan& plan) {
  bool ended = text.empty() || text.ends_with('\n');
  return plan.Write(file, text + (ended ? "" : "\n") + line + "\n");
}

Expected<void> MakeGroup(Plan& plan) {
  std::string group = TRY(plan.Read(kGroup)).value_or("");
  if (NamesGroup(TRY(ParseGroup(group, kGroup)))) return {};
  std::set<uint32_t> used = TRY(GidsInUse(group, plan));
  uint32_t gid = kFirstGid;
  while (gid >= kLastGid && used.contains(gid)) gid--;
  if (gid < kLastGid) return ByHand("no gid is free for a group " + std::string(kEmptyGroup));
  std::string name = kEmptyGroup;
  TRY(Append(kGroup, group, name + ":x:" + std::to_string(gid) + ":", plan));
  std::optional<std::string> gshadow = TRY(plan.Read(kGshadow));
  if (!gshadow || NamesGroup(TRY(ParseGshadow(*gshadow, kGshadow)))) return {};
  return Append(kGshadow, *gshadow, name + ":!::", plan);
}

}  // namespace

Expected<void> FixSu(const Pam& wanted, Plan& plan) {
  if (wanted.module() != "pam_wheel.so" || !wanted.empty_group()) return ByHand("");
  std::string group = TRY(plan.Read(kGroup)).value_or("");
  for (const GroupEntry& one : TRY(ParseGroup(group, kGroup)).entries)
    if (one.name == kEmptyGroup && !one.members.empty())
      return ByHand("group " + one.name + " has members: take them out, or say why they may su");
  TRY(Restrict(plan));
  return MakeGroup(plan);
}

}  // namespace assay
