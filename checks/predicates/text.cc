// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "checks/formats/drop_ins.h"
#include "checks/formats/key_value.h"
#include "checks/formats/lines.h"
#include "checks/predicates/demand.h"
#include "checks/predicates/predicate.h"

namespace assay {

namespace {

// A link to /dev/null hides the files behind it, as an empty one does.
Expected<std::string> ReadMaskable(Host& host, const std::string& path) {
  Expected<std::string> target = host.ReadLink(path);
  if (target && *target == "/dev/null") return std::string();
  return ReadText(host, path);
}

class Search {
 public:
  Search(const Text& expected, Host& host) : expected_(expected), host_(host) {}

  Expected<void> Run() {
    if (!expected_.drop_ins_first()) TRY(ReadMain());
    std::vector<std::string> directories(expected_.drop_ins().begin(), expected_.drop_ins().end());
    for (const std::string& file : TRY(DropIns(host_, directories, ".conf")))
      TRY(Take(file, ReadText(host_, file)));
    // pwquality.conf(5) reads its directory before its file.
    if (expected_.drop_ins_first()) TRY(ReadMain());
    return {};
  }

  bool any() const { return any_; }
  const std::optional<KeyValue>& value() const { return value_; }

 private:
  Expected<void> ReadMain() {
    for (const std::string& path : expected_.paths())
      if (TRY(Take(path, ReadMaskable(host_, path)))) break;
    return {};
  }

  // Whether the file is there.
  Expected<bool> Take(const std::string& file, const Expected<std::string>& text) {
    if (!text && text.error().code == ErrorCode::kNotFound) return false;
    if (!text) return std::unexpected(text.error());
    any_ = true;
    if (value_ && expected_.first_wins()) return true;
    if (std::optional<KeyValue> found = FindKey(expected_, *text, file)) value_ = std::move(found);
    return true;
  }

  const Text& expected_;
  Host& host_;
  bool any_ = false;
  std::optional<KeyValue> value_;
};

std::string Paths(const Text& expected) {
  std::string text;
  for (const std::string& path : expected.paths()) text += (text.empty() ? "" : " or ") + path;
  return text;
}

std::string Key(const Text& expected) {
  return expected.section().empty() ? expected.key()
                                    : "[" + expected.section() + "] " + expected.key();
}

}  // namespace

Answer JudgeText(const Text& expected, Host& host) {
  Search search(expected, host);
  if (Expected<void> done = search.Run(); !done) return CannotTell(done.error());
  std::optional<KeyValue> value = search.value();
  if (!value && expected.has_default_() && !expected.paths().empty())
    value = KeyValue{expected.default_(), "default of " + expected.paths(0), 0};
  if (!value && !search.any()) return {Result::kFail, Paths(expected) + " does not exist", {}};
  if (!value) return {Result::kFail, Paths(expected) + " does not set " + Key(expected), {}};
  const std::string wanted = Describe(expected.demand());
  std::optional<bool> meets = Meets(expected.demand(), value->text);
  if (!meets) return {Result::kNotChecked, "this assay does not know the rule's comparison", {}};
  Answer answer{Result::kPass, "", {{value->file, value->line, value->text, wanted}}};
  if (*meets) return answer;
  answer.result = Result::kFail;
  answer.reason = Key(expected) + " is " + (value->text.empty() ? "empty" : value->text) +
                  (value->line ? "" : " by default") + ", wanted is " + wanted;
  return answer;
}

}  // namespace assay
