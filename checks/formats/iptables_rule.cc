// SPDX-License-Identifier: Apache-2.0
// One rule as iptables(8) and iptables-extensions(8) write it.
#include <algorithm>
#include <cctype>

#include "checks/formats/iptables_save.h"

namespace assay {

namespace {

// Matches that refuse nothing by themselves: their options do, and are read.
constexpr std::string_view kPlainMatches[] = {"tcp", "udp", "comment", "multiport"};
// Targets that decide nothing: the packet goes on to the next rule.
constexpr std::string_view kPassing[] = {"LOG",      "NFLOG",    "ULOG",    "MARK",     "CONNMARK",
                                         "AUDIT",    "TCPMSS",   "TRACE",   "SET",      "DSCP",
                                         "CLASSIFY", "CT",       "NOTRACK", "TOS",      "TTL",
                                         "HL",       "CHECKSUM", "LED",     "IDLETIMER"};

template <typename List>
bool In(const List& list, std::string_view word) {
  return std::ranges::find(list, word) != std::end(list);
}

std::vector<std::string> SplitAt(char separator, const std::string& text) {
  std::vector<std::string> parts;
  for (size_t from = 0; from <= text.size();) {
    size_t end = std::min(text.find(separator, from), text.size());
    parts.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return parts;
}

std::string Lower(std::string text) {
  for (char& c : text) c = char(tolower(static_cast<unsigned char>(c)));
  return text;
}

// "eth+" is every name that begins with eth; "+" is every interface.
std::string InterfaceName(std::string name) {
  if (name.ends_with('+')) name.back() = '*';
  return name == "*" ? "" : name;
}

class RuleWords {
 public:
  RuleWords(const std::vector<std::string>& words, std::string_view family)
      : words_(words), family_(family) {}

  Expected<std::vector<FilterRule>> Read() {
    while (at_ < words_.size()) {
      bool negated = words_[at_] == "!";
      at_ += negated;
      if (at_ >= words_.size()) return Fail(ErrorCode::kInvalid, "a '!' without what follows");
      std::string option = words_[at_++];
      if (option == "-4" || option == "-6") return OfFamily(option);
      if (Value(option)) {
        if (at_ >= words_.size()) return Fail(ErrorCode::kInvalid, option + " without its value");
        Take(option, words_[at_++], negated);
      } else if (option.starts_with('-')) {
        // Behind -j stand the options of the target, which refuse no packet.
        rule_.narrower |= !after_target_ || !option.starts_with("--");
      }
    }
    return Finish();
  }

 private:
  static bool Value(std::string_view option) {
    constexpr std::string_view kOptions[] = {"-i",
                                             "--in-interface",
                                             "-o",
                                             "--out-interface",
                                             "-s",
                                             "--source",
                                             "--src",
                                             "-d",
                                             "--destination",
                                             "--dst",
                                             "-p",
                                             "--protocol",
                                             "--proto",
                                             "-m",
                                             "--match",
                                             "-j",
                                             "--jump",
                                             "-g",
                                             "--goto",
                                             "--dport",
                                             "--dports",
                                             "--destination-port",
                                             "--destination-ports",
                                             "--comment",
                                             "--log-prefix",
                                             "--nflog-prefix",
                                             "-c",
                                             "--set-counters"};
    return In(kOptions, option);
  }

  void Take(const std::string& option, const std::string& value, bool negated) {
    if (option == "-i" || option == "--in-interface")
      Set(rule_.in, InterfaceName(value), negated);
    else if (option == "-o" || option == "--out-interface")
      Set(rule_.out, InterfaceName(value), negated);
    else if (option == "-s" || option == "--src" || option == "--source")
      Sources(value, negated);
    else if (option == "-d" || option == "--dst" || option == "--destination")
      Set(rule_.destination, NetworkOf(value), negated);
    else if (option == "-p" || option.starts_with("--proto"))
      negated ? void(rule_.narrower = true) : void(rule_.protocol = ProtocolName(value));
    else if (option == "-m" || option == "--match")
      rule_.narrower |= !In(kPlainMatches, value);
    else if (option == "-j" || option == "--jump")
      Target(value, "jump");
    else if (option == "-g" || option == "--goto")
      Target(value, "goto");
    else if (option.starts_with("--d"))
      Ports(value, negated);
    else if (option == "-c" || option == "--set-counters")
      at_ += at_ < words_.size();
  }

  // "" takes all: said with '!', it takes none, which is a rule that does nothing.
  void Set(std::string& into, const std::string& value, bool negated) {
    if (value.empty())
      rule_.narrower |= negated;
    else
      into = (negated ? "!" : "") + value;
  }

  void Sources(const std::string& value, bool negated) {
    std::vector<std::string> all = SplitAt(',', value);
    if (all.size() > 1 && negated)
      rule_.narrower = true;
    else if (all.size() > 1)
      sources_ = all;
    else
      Set(rule_.source, NetworkOf(value), negated);
  }

  void Ports(const std::string& value, bool negated) {
    for (const std::string& range : SplitAt(',', value))
      if (!AddPorts(range, ':', rule_)) rule_.opaque = true;
    rule_.narrower |= negated || rule_.opaque;
    if (negated) rule_.ports.clear();
  }

  void Target(const std::string& name, const char* kind) {
    after_target_ = true;
    if (In(std::initializer_list<std::string_view>{"ACCEPT", "DROP", "REJECT", "RETURN"}, name))
      rule_.verdict = Lower(name);
    else if (name == "QUEUE" || name == "NFQUEUE")
      rule_.verdict = "queue";
    else if (!In(kPassing, name)) {
      rule_.verdict = kind;
      rule_.target = name;
    }
  }

  // iptables-restore leaves out rules of the other family.
  Expected<std::vector<FilterRule>> OfFamily(std::string_view option) {
    if ((option == "-4") == (family_ == "ip")) return Read();
    return std::vector<FilterRule>{};
  }

  Expected<std::vector<FilterRule>> Finish() {
    if (sources_.empty()) return std::vector<FilterRule>{rule_};
    std::vector<FilterRule> rules;
    for (const std::string& source : sources_) {
      rule_.source = NetworkOf(source);
      rules.push_back(rule_);
    }
    return rules;
  }

  const std::vector<std::string>& words_;
  std::string_view family_;
  size_t at_ = 0;
  bool after_target_ = false;
  std::vector<std::string> sources_;
  FilterRule rule_;
};

}  // namespace

Expected<std::vector<FilterRule>> ParseIptablesRule(const std::vector<std::string>& words,
                                                    std::string_view family) {
  return RuleWords(words, family).Read();
}

}  // namespace assay
