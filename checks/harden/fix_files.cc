// SPDX-License-Identifier: Apache-2.0
// Owners and modes, keys and lines of configuration files.
#include <algorithm>

#include "checks/formats/glob.h"
#include "checks/formats/key_value.h"
#include "checks/formats/line_pattern.h"
#include "checks/formats/lines.h"
#include "checks/formats/os_release.h"
#include "checks/harden/fix.h"
#include "checks/harden/setting.h"
#include "checks/predicates/demand.h"
#include "checks/predicates/id_set.h"
#include "checks/predicates/inode.h"
#include "checks/predicates/lines.h"

namespace assay {

namespace {

constexpr size_t kMaxFiles = 10'000;
constexpr char kOwnDropIn[] = "/zz-assay.conf";  // after all others

using Ids = google::protobuf::RepeatedPtrField<std::string>;
using FindId = std::function<Expected<uint32_t>(std::string_view)>;

// The first id of those wanted that the root has, if the present one is none of them.
Expected<std::optional<uint32_t>> IdFor(const Ids& wanted, uint32_t present, const FindId& find) {
  if (wanted.empty() || TRY(IdSet::Of(wanted, find)).Holds(present)) return std::nullopt;
  for (const std::string& one : wanted) {
    if (auto range = IdRangeOf(one)) return range->first;
    Expected<uint32_t> id = find(one);
    if (id) return *id;
    if (id.error().code != ErrorCode::kNotFound) return std::unexpected(id.error());
  }
  return std::nullopt;
}

bool IsOfType(const Inode& wanted, const Metadata& found) {
  if (wanted.type().empty()) return true;
  return found.type ==
         (wanted.type() == "file" ? Metadata::Type::kRegular : Metadata::Type::kDirectory);
}

Expected<void> FixOffender(const Inode& wanted, const InodeOffender& offender, Plan& plan) {
  const auto& [path, found] = offender;
  if (!IsOfType(wanted, found)) return ByHand(path + " is no " + wanted.type());
  Host& host = plan.host();
  Ownership to;
  to.uid =
      TRY(IdFor(wanted.owners(), found.uid, [&](std::string_view name) { return host.Uid(name); }));
  to.gid =
      TRY(IdFor(wanted.groups(), found.gid, [&](std::string_view name) { return host.Gid(name); }));
  if (wanted.has_mode() && (found.mode & ~wanted.mode())) to.mode = found.mode & wanted.mode();
  // chown(2) takes set-id bits away, which the rule may allow.
  if ((to.uid || to.gid) && !to.mode) to.mode = found.mode;
  return plan.Own(path, to);
}

// Keys of a file whose drop-ins come later are set in one of ours.
std::string FileFor(const Text& wanted, Host& host) {
  if (!wanted.drop_ins().empty() && !wanted.first_wins() && !wanted.drop_ins_first())
    return wanted.drop_ins(0) + kOwnDropIn;
  for (const std::string& path : wanted.paths())
    if (host.StatTarget(path)) return path;
  return "";
}

Expected<LinePattern> PatternOf(const Lines& wanted, Host& host) {
  std::string pattern = wanted.pattern();
  if (pattern.contains(kOsIdMark)) pattern = WithOsId(pattern, TRY(OsId(host)));
  return LinePattern::Compile(pattern, wanted.ignore_case());
}

// Without the lines that must not be there; where there are comments they become some.
Expected<std::string> Without(const Lines& wanted, const LinePattern& pattern,
                              std::string_view text) {
  std::string kept;
  for (std::string_view line : LinesOf(text)) {
    bool comment = !wanted.comment().empty() && Trim(line).starts_with(wanted.comment());
    bool unwanted = !comment && TRY(pattern.Matches(line));
    if (unwanted && wanted.comment().empty()) continue;
    kept += (unwanted ? wanted.comment() + " assay: " : "") + std::string(line) + "\n";
  }
  return kept;
}

Expected<void> TakeOutOf(const std::string& path, const Lines& wanted, const LinePattern& pattern,
                         Plan& plan) {
  std::optional<std::string> text = TRY(plan.Read(path));
  if (!text) return {};
  std::string kept = TRY(Without(wanted, pattern, *text));
  if (!wanted.write().empty() && kept != *text) kept = wanted.write() + "\n";
  return plan.Write(path, std::move(kept));
}

Expected<void> TakeOut(const Lines& wanted, Plan& plan) {
  LinePattern pattern = TRY(PatternOf(wanted, plan.host()));
  for (const std::string& glob : wanted.paths())
    for (const std::string& path : TRY(GlobPaths(plan.host(), glob, kMaxFiles)))
      TRY(TakeOutOf(path, wanted, pattern, plan));
  return {};
}

}  // namespace

Expected<void> FixInode(const Inode& wanted, Plan& plan) {
  std::vector<InodeOffender> offenders = TRY(InodeOffenders(wanted, plan.host()));
  for (const InodeOffender& offender : offenders) TRY(FixOffender(wanted, offender, plan));
  if (!offenders.empty()) return {};
  if (!wanted.create()) return ByHand("");
  TRY(plan.Write(wanted.paths(0), "", wanted.mode()));
  return {};
}

Expected<void> FixText(const Text& wanted, Plan& plan) {
  std::optional<std::string> value = ValueFor(wanted.demand());
  std::string path = FileFor(wanted, plan.host());
  if (!value || path.empty()) return ByHand("");
  std::optional<std::string> now = TRY(plan.Read(path));
  // Of several demands on one key an earlier fix may have met this one.
  std::optional<KeyValue> planned = FindKey(wanted, now.value_or(""), path);
  if (planned && Meets(wanted.demand(), planned->text).value_or(false)) return {};
  std::optional<std::string> text = WithKey(wanted, now.value_or(""), *value);
  if (!text) return ByHand("the line of " + wanted.key() + " in " + path + " goes on in the next");
  return plan.Write(path, *text);
}

Expected<void> FixLines(const Lines& wanted, Plan& plan) {
  if (wanted.none()) return TakeOut(wanted, plan);
  if (wanted.write().empty()) return ByHand("");
  std::string path = wanted.write_to();
  // A program that is not there needs no configuration.
  if (!plan.host().StatTarget(path.substr(0, path.rfind('/')))) return ByHand("");
  std::optional<std::string> now = TRY(plan.Read(path));
  return plan.Write(path, WithLine(now.value_or(""), wanted.write()));
}

}  // namespace assay
