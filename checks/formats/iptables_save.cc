// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/iptables_save.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/printable.h"
#include "checks/formats/lines.h"

namespace assay {

namespace {

// Words as iptables-restore takes a line apart: double quotes hold blanks, a backslash in them
// keeps the next character. nullopt: a quotation is not finished.
std::optional<std::vector<std::string>> SaveWords(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false, any = false;
  for (size_t i = 0; i < line.size(); i++) {
    char c = line[i];
    if (quoted && c == '\\' && i + 1 < line.size())
      word += line[++i];
    else if (c == '"')
      any = true, quoted = !quoted;
    else if (!quoted && (c == ' ' || c == '\t')) {
      if (any || !word.empty()) words.push_back(std::move(word));
      word.clear();
      any = false;
    } else
      word += c;
  }
  if (quoted) return std::nullopt;
  if (any || !word.empty()) words.push_back(std::move(word));
  return words;
}

std::string HookOf(std::string_view chain) {
  return chain == "INPUT"     ? "input"
         : chain == "FORWARD" ? "forward"
         : chain == "OUTPUT"  ? "output"
                              : "";
}

class SaveFile {
 public:
  SaveFile(const std::string& file, std::string_view family, bool keep, Ruleset& into)
      : file_(file), family_(family), keep_(keep), ruleset_(into) {
    Index();
  }

  Expected<void> Read(std::string_view text) {
    for (std::string_view line : LinesOf(text)) {
      number_++;
      line = Trim(line);
      if (line.empty() || line.starts_with('#')) continue;
      Expected<void> read = Line(line);
      if (!read) return read;
    }
    if (!table_.empty()) return Mistake("table " + table_ + " has no COMMIT, so it is not loaded");
    return {};
  }

 private:
  Expected<void> Mistake(const std::string& what) const {
    return Fail(ErrorCode::kInvalid,
                file_ + ":" + std::to_string(number_) + ": " + Printable(what));
  }

  Expected<void> Line(std::string_view line) {
    if (line.starts_with('*')) return Begin(line.substr(1));
    if (table_.empty()) return Mistake("a line outside of a table");
    if (line == "COMMIT") {
      table_.clear();
      return {};
    }
    if (table_ != "filter") return {};
    if (line.starts_with(':')) return Declare(line.substr(1));
    if (line.starts_with('[')) line = Trim(line.substr(std::min(line.size(), line.find(']') + 1)));
    return Command(line);
  }

  Expected<void> Begin(std::string_view name) {
    if (!table_.empty()) return Mistake("table " + table_ + " has no COMMIT");
    table_ = Trim(name);
    if (table_ != "filter") return {};
    ruleset_.Table(family_, table_);
    if (!keep_)
      std::erase_if(ruleset_.chains, [this](const FilterChain& chain) {
        return chain.family == family_ && chain.table == "filter";
      });
    Index();
    return {};
  }

  // ":INPUT DROP [0:0]"; "-" for a chain that is not built in, which is emptied.
  Expected<void> Declare(std::string_view line) {
    std::vector<std::string_view> words = WordsOf(line);
    if (words.size() < 2) return Mistake("a chain without its policy");
    FilterChain& chain = Chain(words[0]);
    if (!chain.hook.empty()) return Policy(chain, words[1]);
    chain.rules.clear();
    return {};
  }

  Expected<void> Policy(FilterChain& chain, std::string_view policy) {
    if (policy == "DROP")
      chain.policy = "drop";
    else if (policy == "ACCEPT")
      chain.policy = "accept";
    else if (policy != "-")
      return Mistake("policy " + std::string(policy));
    return {};
  }

  void Index() {
    places_.clear();
    for (size_t i = 0; i < ruleset_.chains.size(); i++) {
      const FilterChain& chain = ruleset_.chains[i];
      if (chain.family == family_ && chain.table == "filter") places_[chain.name] = i;
    }
  }

  FilterChain* Find(const std::string& name) {
    auto place = places_.find(name);
    return place == places_.end() ? nullptr : &ruleset_.chains[place->second];
  }

  FilterChain& Chain(std::string_view name) {
    if (FilterChain* chain = Find(std::string(name))) return *chain;
    places_[std::string(name)] = ruleset_.chains.size();
    FilterChain chain;
    chain.family = family_;
    chain.table = "filter";
    chain.name = name;
    chain.hook = HookOf(name);
    if (!chain.hook.empty()) chain.type = "filter", chain.policy = "accept";
    chain.file = file_;
    chain.line = number_;
    return ruleset_.chains.emplace_back(std::move(chain));
  }

  Expected<void> Command(std::string_view line) {
    std::optional<std::vector<std::string>> words = SaveWords(line);
    if (!words || words->size() < 2)
      return Mistake("'" + std::string(line) + "' is not understood");
    const std::string command = (*words)[0], name = (*words)[1];
    bool built_in = !HookOf(name).empty();
    if (command == "-N" || command == "--new-chain") return Chain(name), Expected<void>();
    FilterChain* chain = built_in ? &Chain(name) : Find(name);
    if (!chain) return Mistake("chain " + name + " is not declared, so nothing is loaded");
    if ((command == "-P" || command == "--policy") && words->size() == 3)
      return Policy(*chain, (*words)[2]);
    if (command == "-F" || command == "--flush") return chain->rules.clear(), Expected<void>();
    bool append = command == "-A" || command == "--append";
    if (!append && command != "-I" && command != "--insert")
      return Mistake("'" + command + "' is not understood");
    words->erase(words->begin(), words->begin() + 2);
    return Add(*chain, *words, append, line);
  }

  // -I CHAIN 3 puts a rule before the third one, -I CHAIN before the first.
  Expected<void> Add(FilterChain& chain, std::vector<std::string>& words, bool append,
                     std::string_view line) {
    size_t place = chain.rules.size();
    if (!append) {
      FilterRule number;
      bool given = !words.empty() && AddPorts(words[0], ':', number) && !words[0].contains(':');
      place = given ? std::min<size_t>(place, std::max(1, int(number.ports[0].first)) - 1u) : 0;
      if (given) words.erase(words.begin());
    }
    Expected<std::vector<FilterRule>> rules = ParseIptablesRule(words, family_);
    if (!rules) return Mistake(rules.error().text);
    for (FilterRule& rule : *rules) {
      rule.text = Printable(line, 512);
      rule.file = file_;
      rule.line = number_;
    }
    chain.rules.insert(chain.rules.begin() + ptrdiff_t(place), rules->begin(), rules->end());
    return {};
  }

  const std::string& file_;
  std::string family_;
  bool keep_;
  Ruleset& ruleset_;
  std::map<std::string, size_t> places_;  // of the chains of this table
  std::string table_;
  int number_ = 0;
};

}  // namespace

Expected<void> AddIptablesSave(std::string_view text, const std::string& file,
                               std::string_view family, bool keep, Ruleset& into) {
  return SaveFile(file, family, keep, into).Read(text);
}

}  // namespace assay
