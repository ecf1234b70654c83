// SPDX-License-Identifier: Apache-2.0
// One rule in the syntax of nft(8).
#include <algorithm>
#include <optional>

#include "base/printable.h"
#include "checks/formats/iptables_save.h"
#include "checks/formats/nft_config.h"

namespace assay {

namespace {

constexpr size_t kMaxRules = 1000;

// What a field is compared with.
struct Wanted {
  bool negated = false;
  bool set = false;  // named, or a map: what is in it stands elsewhere
  std::vector<std::string> values;
};

class RuleWords {
 public:
  explicit RuleWords(const NftTokens& words) : words_(words) {}

  Expected<std::vector<FilterRule>> Read() {
    while (at_ < words_.size()) {
      if (Verdict() || Passing() || Match()) continue;
      // Whatever it is, it takes no more packets than the rest of the rule does.
      for (FilterRule& rule : rules_) rule.narrower = true;
      SkipOne();
      if (rules_.size() > kMaxRules) break;
    }
    if (rules_.size() > kMaxRules) return NftMistake(words_[0], "a rule with too large sets");
    std::string text;
    for (const NftToken& word : words_) text += (text.empty() ? "" : " ") + word.text;
    for (FilterRule& rule : rules_) {
      rule.text = Printable(text, 512);
      rule.file = words_[0].file;
      rule.line = words_[0].line;
    }
    return std::move(rules_);
  }

 private:
  bool Is(size_t ahead, std::string_view word) const {
    return at_ + ahead < words_.size() && words_[at_ + ahead].Is(word);
  }

  // One word, or all that stands in braces.
  void SkipOne() {
    int depth = 0;
    while (at_ < words_.size()) {
      depth += words_[at_].Is("{") - words_[at_].Is("}");
      at_++;
      if (depth <= 0) return;
    }
  }

  bool Verdict() {
    for (std::string_view word : {"accept", "drop", "return", "continue"})
      if (Is(0, word)) return Decide(word == "continue" ? "" : word, "", 1);
    if (Is(0, "reject")) return Decide("reject", "", words_.size());  // and what it answers with
    if (Is(0, "queue")) return Decide("queue", "", words_.size());
    bool jump = Is(0, "jump") || Is(0, "goto");
    if (!jump || at_ + 1 >= words_.size()) return false;
    return Decide(words_[at_].text, words_[at_ + 1].text, 2);
  }

  bool Decide(std::string_view verdict, const std::string& target, size_t words) {
    for (FilterRule& rule : rules_) {
      rule.verdict = verdict;
      rule.target = target;
    }
    at_ = std::min(words_.size(), at_ + words);
    return true;
  }

  // Statements that refuse no packet.
  bool Passing() {
    if (Is(0, "counter")) {
      at_++;
      while ((Is(0, "packets") || Is(0, "bytes") || Is(0, "name")) && at_ + 1 < words_.size())
        at_ += 2;
      return true;
    }
    if (Is(0, "log")) {
      at_++;
      for (bool more = true; more;) {
        more = false;
        for (std::string_view option :
             {"prefix", "level", "group", "snaplen", "queue-threshold", "flags"})
          if (Is(0, option) && at_ + 1 < words_.size()) at_ += 2, more = true;
      }
      return true;
    }
    if (Is(0, "comment") && at_ + 1 < words_.size()) return at_ += 2, true;
    if (Is(0, "notrack")) return at_++, true;
    bool sets = (Is(0, "meta") || Is(0, "ct")) && Is(2, "set") && at_ + 3 < words_.size();
    if (sets) at_ += 3, SkipOne();
    return sets;
  }

  bool Match() {
    size_t from = at_;
    at_ += Is(0, "meta");
    for (bool in : {true, false})
      if (Is(0, in ? "iif" : "oif") || Is(0, in ? "iifname" : "oifname")) {
        Spread(in ? &FilterRule::in : &FilterRule::out, Values(1));
        return true;
      }
    if (Is(0, "nfproto")) return OfFamily(Values(1));
    if (Is(0, "l4proto")) return Protocol(Values(1));
    at_ = from;
    if (Is(0, "ip") || Is(0, "ip6")) return Header(words_[at_].text);
    bool transport = Is(0, "tcp") || Is(0, "udp");
    if (!transport) return false;
    Narrow(&FilterRule::protocol, words_[at_].text);
    if (!Is(1, "dport")) return at_++, false;
    Ports(Values(2));
    return true;
  }

  bool Header(const std::string& family) {
    Narrow(&FilterRule::family, family);
    if (Is(1, "saddr")) return Spread(&FilterRule::source, Networks(Values(2))), true;
    if (Is(1, "daddr")) return Spread(&FilterRule::destination, Networks(Values(2))), true;
    if (Is(1, "protocol") || Is(1, "nexthdr")) return Protocol(Values(2));
    return at_++, false;
  }

  // The field's value may come after "==" or "!="; `words` name the field.
  Wanted Values(size_t words) {
    at_ += words;
    Wanted wanted;
    wanted.negated = Is(0, "!=");
    at_ += Is(0, "!=") || Is(0, "==");
    if (at_ >= words_.size()) return wanted.set = true, wanted;
    bool strange = Is(0, "vmap") || Is(0, "map") || Is(0, "&") || Is(0, ".") || Is(0, ">=") ||
                   Is(0, "<=") || Is(0, "<") || Is(0, ">") || words_[at_].text.starts_with('@');
    if (strange) {
      wanted.set = true;
      at_ += Is(0, "vmap") || Is(0, "map");
      if (at_ < words_.size()) SkipOne();
    } else if (Is(0, "{")) {
      SetOf(wanted);
    } else {
      wanted.values = {words_[at_++].text};
    }
    // A concatenation goes on behind a dot: ip saddr . tcp dport
    if (Is(0, ".") || Is(0, "vmap")) wanted.set = true;
    return wanted;
  }

  void SetOf(Wanted& wanted) {
    bool comma = true;
    for (at_++; at_ < words_.size() && !Is(0, "}"); at_++) {
      if (Is(0, ",")) {
        comma = true;
        continue;
      }
      // More than one word in an element: a range with blanks, a comment, a timeout, a nested set.
      if (!comma || Is(0, "{")) wanted.set = true;
      if (comma) wanted.values.push_back(words_[at_].text);
      comma = false;
    }
    at_ += at_ < words_.size();
  }

  static Wanted Networks(Wanted wanted) {
    for (std::string& value : wanted.values) value = NetworkOf(value);
    return wanted;
  }

  void Opaque() {
    for (FilterRule& rule : rules_) rule.opaque = rule.narrower = true;
  }

  // A second condition on a field does not replace the first.
  void Narrow(std::string FilterRule::* field, const std::string& value) {
    for (FilterRule& rule : rules_) {
      if ((rule.*field).empty()) rule.*field = value;
      rule.narrower |= rule.*field != value;
    }
  }

  // One rule for each of the values.
  void Spread(std::string FilterRule::* field, const Wanted& wanted) {
    bool many = wanted.values.size() > 1;
    if (wanted.set || wanted.values.empty() || (many && wanted.negated)) return Opaque();
    if (wanted.values.size() * rules_.size() > kMaxRules) {
      rules_.resize(kMaxRules + 1);
      return;
    }
    std::vector<FilterRule> before = std::move(rules_), all;
    for (const std::string& value : wanted.values) {
      rules_ = before;
      if (!value.empty())
        Narrow(field, (wanted.negated ? "!" : "") + value);
      else if (wanted.negated)
        Opaque();
      all.insert(all.end(), rules_.begin(), rules_.end());
    }
    rules_ = std::move(all);
  }

  bool OfFamily(const Wanted& wanted) {
    bool one = wanted.values.size() == 1 && !wanted.negated && !wanted.set;
    std::string family = one ? wanted.values[0] : "";
    if (family == "ipv4")
      Narrow(&FilterRule::family, "ip");
    else if (family == "ipv6")
      Narrow(&FilterRule::family, "ip6");
    else
      Opaque();
    return true;
  }

  bool Protocol(const Wanted& wanted) {
    if (wanted.values.size() != 1 || wanted.negated || wanted.set) {
      for (FilterRule& rule : rules_) rule.narrower = true;
      return true;
    }
    Narrow(&FilterRule::protocol, ProtocolName(wanted.values[0]));
    return true;
  }

  void Ports(const Wanted& wanted) {
    if (wanted.negated || wanted.set || !rules_[0].ports.empty()) return Opaque();
    for (FilterRule& rule : rules_)
      for (const std::string& value : wanted.values)
        if (!AddPorts(value, '-', rule)) rule.opaque = rule.narrower = true;
  }

  const NftTokens& words_;
  size_t at_ = 0;
  std::vector<FilterRule> rules_{1};
};

}  // namespace

Expected<std::vector<FilterRule>> ParseNftConfigRule(const NftTokens& words) {
  if (words.empty()) return std::vector<FilterRule>{};
  return RuleWords(words).Read();
}

}  // namespace assay
