// SPDX-License-Identifier: Apache-2.0
#include "checks/harden/pam_profiles.h"

#include <algorithm>
#include <cstdlib>

#include "checks/formats/lines.h"

namespace assay {

namespace {

constexpr std::string_view kModuleMark = "Module: ";
constexpr std::string_view kNoPrimary = "[default=1]\t\t\tpam_permit.so\n";

// "Name: text", where a blank or the end of the line follows the colon.
std::optional<std::pair<std::string, std::string>> FieldOf(std::string_view line) {
  size_t word = std::min(line.find_first_of(" \t"), line.size());
  if (word < 2 || line[word - 1] != ':') return std::nullopt;
  std::string name(line.substr(0, word - 1));
  if (name.ends_with("-Final")) name.resize(name.size() - 6);  // of the first pam-auth-update
  return std::pair(name, std::string(Trim(line.substr(word))));
}

void AddConflicts(PamProfile& profile, std::string_view names) {
  while (!names.empty()) {
    std::string_view one = names.substr(0, names.find(", "));
    names.remove_prefix(std::min(names.size(), one.size() + 2));
    profile.conflicts.insert(std::string(one));
  }
}

// "CONTROL MODULE" and its arguments, with one blank between arguments; `end` is the jump over what
// is left of the block.
std::optional<std::string> StackLine(std::string_view line, size_t left) {
  size_t control = line.starts_with('[') ? line.find(']') : line.find_first_of(" \t");
  if (control == line.npos) return std::nullopt;
  size_t module = line.find_first_not_of(" \t", line.starts_with('[') ? control + 1 : control);
  if (module == line.npos) return std::nullopt;
  size_t end = std::min(line.find_first_of(" \t", module), line.size());
  std::string text(line.substr(0, end));
  std::string jump = std::to_string(left);
  for (size_t at = 0; (at = text.find("end", at)) != text.npos; at += jump.size())
    text.replace(at, 3, jump);
  std::vector<std::string_view> args = WordsOf(line.substr(end));
  if (args.empty()) text += ' ';
  for (std::string_view arg : args) text += " " + std::string(arg);
  return text;
}

// The lines of each profile of a block: the first of them has fields of its own.
std::vector<std::string> BlockOf(std::string_view stack, std::string_view type,
                                 const std::vector<PamProfile>& enabled) {
  std::vector<std::string> block;
  for (const PamProfile& profile : enabled) {
    if (profile.Field(stack, "-Type") != type) continue;
    std::string initial = block.empty() ? profile.Field(stack, "-Initial") : "";
    block.push_back(initial.empty() ? profile.Field(stack, "") : initial);
  }
  return block;
}

std::optional<std::string> BlockText(std::string_view stack, std::string_view type,
                                     const std::vector<PamProfile>& enabled) {
  std::string name(stack.substr(0, stack.find('-')));
  std::vector<std::string_view> lines;
  std::vector<std::string> block = BlockOf(stack, type, enabled);
  for (const std::string& one : block)
    for (std::string_view line : LinesOf(one)) lines.push_back(line);
  bool primary = type == "Primary";
  if (primary && lines.empty()) return name + "\t" + std::string(kNoPrimary);
  std::string text;
  for (size_t i = 0; i < lines.size(); i++) {
    std::optional<std::string> line = StackLine(lines[i], lines.size() - i - (primary ? 0 : 1));
    if (!line) return std::nullopt;
    text += name + "\t" + *line + "\n";
  }
  return text;
}

void AddState(std::string_view stack, std::string_view type, const std::vector<PamProfile>& enabled,
              std::string& text) {
  std::vector<std::string> block = BlockOf(stack, type, enabled);
  auto lines = block.begin();
  for (const PamProfile& profile : enabled) {
    if (profile.Field(stack, "-Type") != type) continue;
    if (!lines->empty()) text += std::string(kModuleMark) + profile.id + "\n" + *lines + "\n";
    lines++;
  }
  if (type == "Primary" && block.empty())
    text += std::string(kModuleMark) + "null\n" + std::string(kNoPrimary);
}

}  // namespace

std::string PamFieldName(std::string_view stack, std::string_view suffix) {
  std::string name(stack);
  if (!name.empty()) name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name.append(suffix);
}

std::string PamProfile::Field(std::string_view stack, std::string_view suffix) const {
  if (stack == "session-noninteractive" && !fields.contains("Session-Interactive-Only"))
    stack = "session";
  auto found = fields.find(PamFieldName(stack, suffix));
  return found == fields.end() ? "" : found->second;
}

std::optional<PamProfile> ParsePamProfile(std::string_view id, std::string_view text) {
  PamProfile profile{std::string(id), 0, {}, {}};
  std::string* field = nullptr;
  for (std::string_view line : LinesOf(text)) {
    if (auto named = FieldOf(line)) {
      field = &profile.fields[named->first];
      *field = named->second;
    } else if (line = Trim(line); field && !line.empty()) {
      *field += (field->empty() ? "" : "\n") + std::string(line);
    }
  }
  if (text.contains("pam_tally")) return std::nullopt;
  AddConflicts(profile, profile.fields["Conflicts"]);
  profile.fields.erase("Conflicts");
  profile.priority = strtol(profile.fields["Priority"].c_str(), nullptr, 10);
  return profile;
}

std::string PamProfileText(const PamProfile& profile) {
  std::string conflicts;
  for (const std::string& one : profile.conflicts)
    conflicts += (conflicts.empty() ? "" : ", ") + one;
  std::string text;
  std::map<std::string, std::string> rest = profile.fields;
  for (const char* name : {"Name", "Default", "Priority"})
    if (auto field = rest.extract(name)) text += field.key() + ": " + field.mapped() + "\n";
  if (!conflicts.empty()) text += "Conflicts: " + conflicts + "\n";
  for (const auto& [name, value] : rest) {
    if (!value.contains(".so")) {
      text += name + ": " + value + "\n";
      continue;
    }
    text += name + ":\n";
    for (std::string_view line : LinesOf(value)) text += "\t" + std::string(line) + "\n";
  }
  return text;
}

void SortPamProfiles(std::vector<PamProfile>& profiles) {
  std::ranges::sort(profiles, [](const PamProfile& a, const PamProfile& b) {
    return a.priority != b.priority ? a.priority > b.priority : a.id > b.id;
  });
}

std::optional<std::string> PamStackText(std::string_view stack, std::string_view form,
                                        const std::vector<PamProfile>& enabled) {
  struct Part {
    std::string_view begin, end, type;
  };
  constexpr Part kParts[] = {
      {"# here are the per-package modules (the \"Primary\" block)",
       "# here's the fallback if no module succeeds", "Primary"},
      {"# and here are more per-package modules (the \"Additional\" block)",
       "# end of pam-auth-update config", "Additional"},
  };
  std::string text;
  size_t part = 0;
  bool inside = false;
  for (std::string_view line : LinesOf(form)) {
    if (inside && !line.starts_with(kParts[part].end)) continue;
    text += std::string(line) + "\n";
    if (inside) {
      part++, inside = false;
    } else if (part < 2 && line.starts_with(kParts[part].begin)) {
      std::optional<std::string> block = BlockText(stack, kParts[part].type, enabled);
      if (!block) return std::nullopt;
      text += *block;
      inside = true;
    }
  }
  if (part < 2) return std::nullopt;
  return text;
}

std::string PamStateText(std::string_view stack, const std::vector<PamProfile>& enabled) {
  std::string text;
  AddState(stack, "Primary", enabled, text);
  AddState(stack, "Additional", enabled, text);
  return text;
}

std::set<std::string> PamStateProfiles(std::string_view state) {
  std::set<std::string> names;
  for (std::string_view line : LinesOf(state))
    if (line.starts_with(kModuleMark)) names.insert(std::string(line.substr(kModuleMark.size())));
  names.erase("null");
  return names;
}

}  // namespace assay
