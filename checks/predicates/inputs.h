// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/rules/policy.pb.h"

namespace assay {

/// What an image, a root that is not running, can say of a predicate.
enum class InImage {
  kJudged,         ///< passes and fails
  kSpeaksAgainst,  ///< can fail; whether it passes, only a running machine can tell
  kLiveOnly,       ///< not checked
  kLeftToOthers,   ///< not applicable: other parts of the rule decide (`static: notapplicable`)
};

/// One predicate and what it looks at. The one place that says so; the table in checks/README.md is
/// made of it, and a test holds it against the judges.
struct PredicateInputs {
  std::string_view name;  ///< as a rule file has it: "unit active"
  InImage in_image;
  std::string_view live;   ///< what is read on a running machine
  std::string_view image;  ///< what is read in an image; "the same" as live; "-": nothing
};

/// All predicates but the combinators, in the order of the documentation.
std::span<const PredicateInputs> AllPredicateInputs();

/// The name that a reader knows a predicate by, finer than the table's: "accounts unique-uids". Of
/// a combinator: its key.
std::string PredicateName(const Expectation& predicate);

/// The row of a predicate that is no combinator; nullptr for one that this assay does not know.
const PredicateInputs* InputsOf(const Expectation& predicate);

/// What a rule is made of, combinators opened.
struct RuleInputs {
  std::vector<std::string> predicates;  ///< names, each once, in the rule's order
  std::vector<std::string> condition;   ///< those of applies-if
  std::vector<std::string> live_only;   ///< those of them that an image cannot answer
  InImage in_image = InImage::kJudged;  ///< of the whole: kSpeaksAgainst where it holds in part
  bool manual = false;                  ///< a person decides
};
RuleInputs InputsOfRule(const Rule& rule);

/// "live and image", "live; image in part", "live only".
std::string_view WhereJudged(InImage in_image);

}  // namespace assay
