// SPDX-License-Identifier: Apache-2.0
#include <strings.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "checks/drop_ins.h"
#include "checks/lines.h"
#include "checks/predicate.h"

namespace assay {

namespace {

struct Value {
  std::string text, file;
  int line = 0;
};

bool SameKey(const Text& expected, std::string_view key) {
  if (!expected.ignore_case()) return key == expected.key();
  return key.size() == expected.key().size() &&
         strncasecmp(key.data(), expected.key().data(), key.size()) == 0;
}

std::optional<std::string> ValueOf(const Text& expected, std::string_view line) {
  line = Trim(line);
  if (line.empty() || line[0] == '#') return std::nullopt;
  size_t end = expected.separator() == "=" ? line.find('=') : line.find_first_of(" \t");
  if (end == std::string_view::npos || !SameKey(expected, Trim(line.substr(0, end))))
    return std::nullopt;
  return std::string(Trim(line.substr(end + 1)));
}

void Search(const Text& expected, std::string_view text, const std::string& file,
            std::optional<Value>& value) {
  int number = 0;
  for (std::string_view line : LinesOf(text)) {
    number++;
    if (value && expected.first_wins()) return;
    if (std::optional<std::string> found = ValueOf(expected, line))
      value = Value{std::move(*found), file, number};
  }
}

std::optional<long long> Number(std::string_view text) {
  long long number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
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
  if (!expected.drop_ins().empty())
    for (std::string& file : TRY(DropIns(host, {expected.drop_ins()}, ".conf")))
      files.push_back(std::move(file));
  // pwquality.conf(5) reads its directory before its file.
  if (expected.drop_ins_first()) std::ranges::rotate(files, files.begin() + 1);
  return files;
}

}  // namespace

Answer JudgeText(const Text& expected, Host& host) {
  Expected<std::vector<std::string>> files = FilesOf(expected, host);
  if (!files) return CannotTell(files.error());
  std::optional<Value> value;
  bool any = false;
  for (const std::string& file : *files) {
    Expected<std::string> text = ReadText(host, file);
    if (!text && text.error().code == ErrorCode::kNotFound) continue;
    if (!text) return CannotTell(text.error());
    any = true;
    Search(expected, *text, file, value);
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
