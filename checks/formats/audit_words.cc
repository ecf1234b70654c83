// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/audit_words.h"

namespace assay {

namespace {

constexpr std::string_view kFlags = "hicslDvt";
constexpr std::string_view kWithValue = "CefrbaAdSFmRwWkpq";

struct LongOption {
  const char* name;
  bool value;
};

constexpr LongOption kLong[] = {{"loginuid-immutable", false},
                                {"backlog_wait_time", true},
                                {"reset-lost", false},
                                {"reset_backlog_wait_time_actual", false},
                                {"signal", true}};

std::vector<std::string> Words(std::string_view line) {
  std::vector<std::string> words;
  bool inside = false;
  for (size_t i = 0; i < line.size(); i++) {
    bool escaped =
        line[i] == '\\' && i + 1 < line.size() && (line[i + 1] == ' ' || line[i + 1] == '\\');
    if (line[i] == ' ') {
      inside = false;
      continue;
    }
    if (!inside) words.emplace_back();
    inside = true;
    words.back() += line[escaped ? ++i : i];
  }
  return words;
}

std::unexpected<Error> Wrong(const std::string& word, const char* why) {
  return Fail(ErrorCode::kInvalid, "'" + word + "' " + why);
}

class Options {
 public:
  explicit Options(std::vector<std::string> words) : words_(std::move(words)) {}

  Expected<std::vector<AuditOption>> Read() {
    for (; next_ < words_.size(); next_++) {
      const std::string& word = words_[next_];
      if (word.size() < 2 || word[0] != '-' || word == "--")
        return Wrong(word, "belongs to no option");
      if (word[1] == '-')
        TRY(Long(word));
      else
        TRY(Letters(word));
    }
    return std::move(found_);
  }

 private:
  // The value: the rest of the word, or the next one, whatever it begins with.
  Expected<bool> Take(const std::string& word, std::string name, std::string_view rest) {
    if (rest.empty() && ++next_ >= words_.size()) return Wrong(word, "lacks its value");
    found_.push_back({std::move(name), rest.empty() ? words_[next_] : std::string(rest)});
    return true;
  }

  Expected<bool> Letters(const std::string& word) {
    for (size_t i = 1; i < word.size(); i++) {
      std::string name(1, word[i]);
      if (kWithValue.contains(word[i]))
        return Take(word, name, std::string_view(word).substr(i + 1));
      if (!kFlags.contains(word[i])) return Wrong(word, "is no option of auditctl");
      found_.push_back({name, ""});
    }
    return true;
  }

  Expected<bool> Long(const std::string& word) {
    size_t equals = word.find('=');
    std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    for (const LongOption& option : kLong) {
      if (name != option.name) continue;
      if (!option.value && equals != std::string::npos) return Wrong(word, "takes no value");
      if (option.value && equals == std::string::npos) return Take(word, name, "");
      found_.push_back({name, option.value ? word.substr(equals + 1) : ""});
      return true;
    }
    return Wrong(word, "is no option of auditctl");
  }

  std::vector<std::string> words_;
  std::vector<AuditOption> found_;
  size_t next_ = 0;
};

}  // namespace

Expected<std::vector<AuditOption>> AuditOptions(std::string_view line) {
  return Options(Words(line)).Read();
}

}  // namespace assay
