// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/pam_option.h"

#include "checks/formats/lines.h"
#include "checks/formats/pam_options.h"
#include "checks/predicates/demand.h"

namespace assay {

namespace {

std::string_view TakeField(std::string_view& line) {
  std::string_view field = line.substr(0, line.find(':'));
  line.remove_prefix(std::min(line.size(), field.size() + 1));
  return field;
}

struct GroupLine {
  std::string gid, members;
};

// The first line of the name, as files of nsswitch(5) do.
Expected<std::optional<GroupLine>> FindGroup(Host& host, std::string_view name) {
  std::string text = TRY(ReadText(host, "/etc/group"));
  for (std::string_view line : LinesOf(text)) {
    if (TakeField(line) != name) continue;
    TakeField(line);
    std::string gid(TakeField(line));
    return GroupLine{gid, std::string(Trim(line))};
  }
  return std::nullopt;
}

// Somebody whose own group it is, who is a member without being listed.
Expected<std::string> PrimaryMember(Host& host, std::string_view gid) {
  std::string text = TRY(ReadText(host, "/etc/passwd"));
  for (std::string_view line : LinesOf(text)) {
    std::string_view name = TakeField(line);
    TakeField(line);
    TakeField(line);
    if (TakeField(line) == gid) return std::string(name);
  }
  return std::string();
}

Expected<std::string> WhyNotEmpty(Host& host, const std::string& name) {
  std::optional<GroupLine> group = TRY(FindGroup(host, name));
  if (!group) return "there is no group " + name;
  if (!group->members.empty()) return "group " + name + " has members: " + group->members;
  std::string primary = TRY(PrimaryMember(host, group->gid));
  return primary.empty() ? "" : name + " is the own group of " + primary;
}

std::string Shown(const std::string& name, const std::string& value) {
  return value.empty() ? name : name + " = " + value;
}

Answer JudgeGroup(const std::string& name, EvidenceItem item, Host& host) {
  item.expected = "a group without members";
  Expected<std::string> complaint = WhyNotEmpty(host, name);
  if (!complaint) return CannotTell(complaint.error());
  if (complaint->empty()) return {Result::kPass, "", {item}};
  return {Result::kFail, *complaint, {item}};
}

Answer JudgeValue(const Pam& expected, const std::string& value, EvidenceItem item) {
  item.expected = Describe(expected.demand());
  std::optional<bool> met = Meets(expected.demand(), value);
  if (!met) return {Result::kNotChecked, "this assay does not know the rule's comparison", {}};
  if (*met) return {Result::kPass, "", {item}};
  return {Result::kFail,
          expected.option() + " is " + (value.empty() ? "without a value" : value) +
              ", wanted is " + item.expected,
          {item}};
}

}  // namespace

Answer JudgePamOption(const Pam& expected, const PamEntry& entry, Host& host) {
  Expected<std::optional<PamOption>> found =
      PamOptionOf(host, entry, expected.option(), expected.conf());
  if (!found) return CannotTell(found.error());
  EvidenceItem item{entry.file, entry.statement.line, expected.option() + " is not set", ""};
  if (*found) item = {(*found)->file, (*found)->line, Shown((*found)->name, (*found)->value), ""};
  if (expected.has_set()) {
    item.expected = expected.set() ? "set" : "not set";
    if (found->has_value() == expected.set()) return {Result::kPass, "", {item}};
    return {Result::kFail,
            expected.option() + " is " + (expected.set() ? "not set" : "set") + " for " +
                expected.module(),
            {item}};
  }
  if (!*found && expected.builtin().empty())
    return {Result::kFail, expected.option() + " is not set for " + expected.module(), {item}};
  if (!*found) item.value = Shown(expected.option(), expected.builtin()) + " (built in)";
  std::string value = *found ? (*found)->value : expected.builtin();
  if (expected.empty_group()) return JudgeGroup(value, item, host);
  return JudgeValue(expected, value, item);
}

}  // namespace assay
