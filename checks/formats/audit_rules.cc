// SPDX-License-Identifier: Apache-2.0
// auditctl -R: what handle_request() of auditctl.c does with each line.
#include "checks/formats/audit_rules.h"

#include <algorithm>
#include <set>

#include "checks/formats/audit_line.h"

namespace assay {

namespace {

constexpr size_t kMostRules = 65536;

std::unexpected<Error> Wrong(std::string text) {
  return Fail(ErrorCode::kInvalid, std::move(text));
}

bool HasKey(const AuditRule& rule, const std::string& key) {
  return ('\1' + rule.key + '\1').contains('\1' + key + '\1');
}

class Loader {
 public:
  explicit Loader(const AuditWorld& world) : world_(world) {}

  Expected<AuditRuleSet> Load(const std::vector<AuditLine>& lines) {
    for (const AuditLine& line : lines) {
      Expected<bool> done = Obey(line);
      if (!done && !pass_over_)
        return std::unexpected(WithContext(
            done.error(), line.file + ":" + std::to_string(line.line) + ": auditctl stops here"));
      if (!done) set_.skipped.push_back(line);
    }
    return std::move(set_);
  }

 private:
  Expected<bool> Obey(const AuditLine& line) {
    AuditRequest request = TRY(ReadAuditLine(line.text, world_));
    request.rule.file = line.file;
    request.rule.line = line.line;
    request.rule.text = line.text;
    switch (request.what) {
      case AuditRequest::What::kAppend:
      case AuditRequest::What::kPrepend:
        return Add(std::move(request.rule), request.what == AuditRequest::What::kPrepend);
      case AuditRequest::What::kRemove:
        return Remove(request.rule);
      case AuditRequest::What::kRemoveAll:
        return RemoveAll(request.rule.key);
      case AuditRequest::What::kEnable:
        return Enable(request.enabled, line);
      case AuditRequest::What::kPassOver:
        pass_over_ = true;
        return true;
      case AuditRequest::What::kNothing:
        return true;
    }
    return true;
  }

  Expected<bool> RemoveAll(const std::string& key) {
    std::erase_if(set_.rules, [&](const AuditRule& rule) {
      bool removed = key.empty() || HasKey(rule, key);
      if (removed) texts_.erase(rule.text);
      return removed;
    });
    return true;
  }

  // The kernel takes no rule twice (audit_add_rule), and none at all once it is locked.
  Expected<bool> Add(AuditRule rule, bool first) {
    if (set_.enabled == 2) return Wrong("a rule after -e 2");
    if (set_.rules.size() >= kMostRules) return Wrong("too many rules");
    if (!texts_.insert(rule.text).second) return Wrong("the rule is there already");
    set_.rules.insert(first ? set_.rules.begin() : set_.rules.end(), std::move(rule));
    return true;
  }

  Expected<bool> Remove(const AuditRule& rule) {
    auto found = std::ranges::find_if(set_.rules, [&](const AuditRule& other) {
      return other.Means(rule) && other.key == rule.key;
    });
    if (found == set_.rules.end()) return Wrong("there is no such rule to remove");
    texts_.erase(found->text);
    set_.rules.erase(found);
    return true;
  }

  Expected<bool> Enable(int enabled, const AuditLine& line) {
    if (set_.enabled == 2) return Wrong("-e after -e 2");
    set_.enabled = enabled;
    set_.enabled_line = line;
    return true;
  }

  const AuditWorld& world_;
  AuditRuleSet set_;
  std::set<std::string> texts_;
  bool pass_over_ = false;
};

}  // namespace

Expected<AuditRuleSet> ReadAuditRules(const std::vector<AuditLine>& lines,
                                      const AuditWorld& world) {
  return Loader(world).Load(lines);
}

}  // namespace assay
