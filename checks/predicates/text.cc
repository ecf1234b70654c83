// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <optional>

#include "checks/formats/drop_ins.h"
#include "checks/formats/key_value.h"
#include "checks/formats/lines.h"
#include "checks/predicates/predicate.h"

namespace assay {

namespace {

std::optional<long long> Number(std::string_view text) {
  long long number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "" is of policies whose writer left the default out.
bool KnownComparison(const Text& expected) {
  for (const char* known : {"", "equals", "one-of", "at-most", "at-least"})
    if (expected.comparison() == known) return true;
  return false;
}

bool Meets(const Text& expected, const std::string& value) {
  if (expected.values().empty()) return false;
  if (expected.comparison() == "at-most" || expected.comparison() == "at-least") {
    std::optional<long long> found = Number(value), wanted = Number(expected.values(0));
    if (!found || !wanted) return false;
    return expected.comparison() == "at-most" ? *found <= *wanted : *found >= *wanted;
  }
  return std::ranges::find(expected.values(), value) != expected.values().end();
}

std::string Wanted(const Text& expected) {
  std::string text = expected.comparison() == "at-most"    ? "at most "
                     : expected.comparison() == "at-least" ? "at least "
                                                           : "";
  for (int i = 0; i < expected.values_size(); i++) text += (i ? " or " : "") + expected.values(i);
  return text;
}

// The files in reading order.
Expected<std::vector<std::string>> FilesOf(const Text& expected, Host& host) {
  std::vector<std::string> files = {expected.path()};
  std::vector<std::string> directories(expected.drop_ins().begin(), expected.drop_ins().end());
  for (std::string& file : TRY(DropIns(host, directories, ".conf")))
    files.push_back(std::move(file));
  // pwquality.conf(5) reads its directory before its file.
  if (expected.drop_ins_first()) std::ranges::rotate(files, files.begin() + 1);
  return files;
}

}  // namespace

Answer JudgeText(const Text& expected, Host& host) {
  if (!KnownComparison(expected))
    return {Result::kNotChecked, "this assay does not know the rule's comparison", {}};
  Expected<std::vector<std::string>> files = FilesOf(expected, host);
  if (!files) return CannotTell(files.error());
  std::optional<KeyValue> value;
  bool any = false;
  for (const std::string& file : *files) {
    Expected<std::string> text = ReadText(host, file);
    if (!text && text.error().code == ErrorCode::kNotFound) continue;
    if (!text) return CannotTell(text.error());
    any = true;
    if (value && expected.first_wins()) continue;
    if (std::optional<KeyValue> found = FindKey(expected, *text, file)) value = std::move(found);
  }
  if (!any) return {Result::kFail, expected.path() + " does not exist", {}};
  if (!value) return {Result::kFail, expected.path() + " does not set " + expected.key(), {}};
  Answer answer{Result::kPass, "", {{value->file, value->line, value->text, Wanted(expected)}}};
  if (Meets(expected, value->text)) return answer;
  answer.result = Result::kFail;
  answer.reason = expected.key() + " is " + value->text + ", wanted is " + Wanted(expected);
  return answer;
}

}  // namespace assay
