// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <regex.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace assay {

/// A POSIX extended regular expression (regex(7), regcomp(3) of libc, C locale), compiled once and
/// asked of many lines.
class LinePattern {
 public:
  /// kInvalid, with what is wrong: not an expression; longer than 2048 bytes; a back reference,
  /// for their time has no bound; a repetition of a repetition ("a+*"), and repetitions that libc,
  /// which writes them out, would make some 2,000 characters of.
  static Expected<LinePattern> Compile(const std::string& pattern, bool ignore_case);

  /// Whether it matches somewhere in the line. The line may hold any byte but is never followed
  /// beyond its end. kInternal if libc has no memory for it.
  Expected<bool> Matches(std::string_view line) const;

 private:
  struct Freed {
    void operator()(regex_t* regex) const;
  };
  explicit LinePattern(std::unique_ptr<regex_t, Freed> regex) : regex_(std::move(regex)) {}
  std::unique_ptr<regex_t, Freed> regex_;
};

/// `text` as an expression that matches just it.
std::string Literally(std::string_view text);

}  // namespace assay
