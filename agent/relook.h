// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "agent/watch_list.h"
#include "base/host.h"
#include "checks/baseline/baseline.h"
#include "checks/rules/engine.h"
#include "probes/watcher.h"

namespace assay {

/// What one look at an object found.
struct LookOutcome {
  Comparison comparison;
  bool open_for_writing = false;  ///< a writer is there: the answer may change when it closes
  bool moved = false;             ///< touched while we looked: look again at once
};

/// Results of the rules now, against those that were sealed. One per running comparison.
class RuleBook {
 public:
  explicit RuleBook(const Policy& policy) : policy_(policy) {}

  /// Judges rule number `rule` again and tells `list` what it read.
  Comparison Judge(size_t rule, Host& host, WatchList& list);
  /// The same for the rule with this id; nothing if there is none.
  Comparison JudgeNamed(std::string_view id, Host& host, WatchList& list);
  /// Takes over an outcome that was judged elsewhere (the scan's).
  Comparison Take(size_t rule, RuleOutcome outcome, WatchList& list);
  uint64_t Count(Result result) const;
  /// Rules that passed when they were sealed, fail now, and are only reported: "ID: reason".
  std::vector<std::string> Reported() const;
  const std::string& IdOf(size_t rule) const { return policy_.rules(int(rule)).id(); }

 private:
  const Policy& policy_;
  std::map<size_t, Result> results_;
  std::map<size_t, std::string> reported_;
};

/// A deviation where a rule that passed when it was sealed fails now; unverifiable where it passed
/// and cannot be judged now. Nothing of a rule that is only reported (`drift: false`): ordinary
/// users change its answer, with their own files.
Comparison CompareRule(const Policy& policy, size_t rule, const RuleOutcome& outcome);

/// Looks at one watched object again, in the order that makes *clean* a sound word (notes of the
/// probes, section 8): slot's sequence, writers, bytes and metadata, writers again, acknowledge.
/// The one judge of DESIGN law 3 for events, sweeps and confirmations alike.
LookOutcome LookAgain(ObjectId object, Watcher& watcher, const VerifiedBaseline& baseline,
                      WatchList& list, RuleBook& rules, Host& host);

/// Appends `more` to `all`.
void Append(Comparison& all, Comparison more);

}  // namespace assay
