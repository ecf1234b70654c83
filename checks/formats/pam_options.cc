// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/pam_options.h"

#include <strings.h>

#include <algorithm>
#include <span>

#include "checks/formats/drop_ins.h"
#include "checks/formats/lines.h"

namespace assay {

namespace {

constexpr std::string_view kFaillock = "pam_faillock.so", kPwhistory = "pam_pwhistory.so",
                           kPwquality = "pam_pwquality.so";

constexpr std::string_view kPwqualityNumbers[] = {
    "difok",     "minlen",     "dcredit",        "ucredit",     "lcredit",    "ocredit",
    "minclass",  "maxrepeat",  "maxclassrepeat", "maxsequence", "gecoscheck", "dictcheck",
    "usercheck", "usersubstr", "enforcing",      "retry"};
constexpr std::string_view kPwqualityOthers[] = {"badwords", "dictpath", "enforce_for_root",
                                                 "local_users_only"};

constexpr size_t kLongestLine = 1023;  // comments too

bool SameName(std::string_view module, std::string_view a, std::string_view b) {
  if (module == kFaillock) return a == b;
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

bool IsAmong(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::any_of(names,
                             [&](std::string_view one) { return SameName(kPwquality, one, name); });
}

// As strtol(3) takes it, whole.
bool IsNumber(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.size() <= 9 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool PwqualityTakes(const PamOption& option) {
  if (IsAmong(kPwqualityNumbers, option.name)) return IsNumber(option.value);
  return IsAmong(kPwqualityOthers, option.name);
}

PamOption OptionOf(std::string_view line) {
  size_t end = line.find_first_of(" \t=");
  if (end == std::string_view::npos) return {std::string(line), "", "", 0};
  std::string_view value = Trim(line.substr(end));
  if (value.starts_with('=')) value = Trim(value.substr(1));
  return {std::string(line.substr(0, end)), std::string(value), "", 0};
}

Expected<std::vector<std::string>> FilesOf(Host& host, std::string_view module,
                                           const std::string& conf) {
  std::vector<std::string> files;
  if (module == kPwquality) files = TRY(DropIns(host, {conf + ".d"}, ".conf"));
  // libpwquality looks at the first ".conf" of a name: "a.conf.conf" is none of its files.
  std::erase_if(files, [](const std::string& file) {
    return file.find(".conf", file.rfind('/')) + 5 != file.size();
  });
  files.push_back(conf);
  return files;
}

Expected<std::vector<PamOption>> ReadOptions(Host& host, std::string_view module,
                                             const std::string& conf) {
  std::vector<PamOption> options;
  for (const std::string& file : TRY(FilesOf(host, module, conf))) {
    Expected<std::string> text = ReadText(host, file);
    if (!text && text.error().code == ErrorCode::kNotFound) continue;
    if (!text) return std::unexpected(text.error());
    for (PamOption& option : TRY(ParsePamOptions(*text, file, module)))
      options.push_back(std::move(option));
  }
  return options;
}

std::optional<PamOption> ArgumentOf(const PamEntry& entry, std::string_view name) {
  std::optional<PamOption> found;
  std::string_view module = PamModuleName(entry.statement.target);
  for (const std::string& arg : entry.statement.args) {
    size_t equals = arg.find('=');
    // pam_unix compares no more than the letters of its own word.
    bool same = module == "pam_unix.so"
                    ? arg.starts_with(name)
                    : SameName(module, std::string_view(arg).substr(0, equals), name);
    if (!same) continue;
    found = {arg.substr(0, equals), equals == std::string::npos ? "" : arg.substr(equals + 1),
             entry.file, entry.statement.line};
  }
  return found;
}

// The file that this entry's module reads, if any.
Expected<std::string> ConfOf(Host& host, const PamEntry& entry, const std::string& conf) {
  std::string_view module = PamModuleName(entry.statement.target);
  if (module == kPwquality) return conf;  // it knows no conf=
  std::optional<PamOption> other = ArgumentOf(entry, "conf");
  if (!other) return conf;
  Expected<Metadata> there = host.StatTarget(other->value);
  if (!there)
    return Fail(ErrorCode::kInvalid, entry.file + ":" + std::to_string(entry.statement.line) +
                                         ": conf=" + other->value + ": " + there.error().text);
  return other->value;
}

}  // namespace

bool ReadsPamOptions(std::string_view module) {
  return module == kFaillock || module == kPwhistory || module == kPwquality;
}

Expected<std::vector<PamOption>> ParsePamOptions(std::string_view text, const std::string& file,
                                                 std::string_view module) {
  std::vector<PamOption> options;
  int number = 0;
  for (std::string_view line : LinesOf(text)) {
    number++;
    if (line.size() >= kLongestLine && module != kPwhistory)
      return Fail(ErrorCode::kInvalid, file + ":" + std::to_string(number) +
                                           ": the module stops reading at so long a line");
    line = Trim(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    PamOption option = OptionOf(line);
    option.file = file;
    option.line = number;
    if (module == kPwquality && !PwqualityTakes(option))
      return Fail(ErrorCode::kInvalid,
                  file + ":" + std::to_string(number) + ": libpwquality stops reading at '" +
                      std::string(line.substr(0, 80)) + "'",
                  "correct the name or the number");
    options.push_back(std::move(option));
  }
  return options;
}

Expected<std::optional<PamOption>> PamOptionOf(Host& host, const PamEntry& entry,
                                               const std::string& name, const std::string& conf) {
  std::string_view module = PamModuleName(entry.statement.target);
  if (std::optional<PamOption> argument = ArgumentOf(entry, name)) return argument;
  if (conf.empty()) return std::nullopt;
  std::string path = TRY(ConfOf(host, entry, conf));
  using Options = Expected<std::vector<PamOption>>;
  const Options& options =
      host.Once<Options>("pam-options/" + std::string(module) + path,
                         [&](Host& h) { return ReadOptions(h, module, path); });
  if (!options) return std::unexpected(options.error());
  std::optional<PamOption> found;
  for (const PamOption& option : *options)
    if (SameName(module, option.name, name) && !(found && module == kPwhistory)) found = option;
  return found;
}

}  // namespace assay
