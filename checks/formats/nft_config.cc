// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/nft_config.h"

#include <algorithm>
#include <tuple>

namespace assay {

namespace {

constexpr size_t kMaxObjects = 100'000;
constexpr size_t kMaxWords = 1'000'000;

constexpr std::string_view kFamilies[] = {"ip", "ip6", "inet", "arp", "bridge", "netdev"};
// What stands in a table, or is added to one, and filters nothing by itself.
constexpr std::string_view kObjects[] = {"set",   "map",     "element", "flowtable", "counter",
                                         "quota", "ct",      "limit",   "secmark",   "synproxy",
                                         "flags", "comment", "meter",   "tunnel"};

template <typename List>
bool In(const List& list, const NftToken& token) {
  return !token.quoted && std::ranges::find(list, token.text) != std::end(list);
}

class ConfigReader {
 public:
  explicit ConfigReader(const NftTokens& tokens) : tokens_(tokens) {}

  Expected<Ruleset> Read() {
    while (true) {
      SkipEnds();
      if (AtEnd()) return std::move(ruleset_);
      Expected<void> read = Command();
      if (!read) return std::unexpected(read.error());
    }
  }

 private:
  struct Name {
    std::string family = "ip";
    std::string table = {}, chain = {};
  };

  // Words behind the end are ends of a statement, so that none needs to be asked whether it is.
  const NftToken& Peek() const {
    static const NftToken end{"\n", "", 0, false};
    return at_ < tokens_.size() ? tokens_[at_] : end;
  }
  const NftToken& Next() {
    const NftToken& token = Peek();
    at_ += at_ < tokens_.size();
    return token;
  }
  bool AtEnd() const { return at_ >= tokens_.size(); }
  void SkipEnds() {
    while (!AtEnd() && Peek().Is("\n")) at_++;
  }
  std::unexpected<Error> Mistake(const NftToken& at) const {
    return NftMistake(at, "'" + at.text + "' is not understood here");
  }

  // The rest of a statement, with all that stands in braces.
  Expected<NftTokens> Statement() {
    NftTokens words;
    int depth = 0;
    while (!AtEnd()) {
      const NftToken& token = Peek();
      // nft itself refuses a statement that nothing ends, and with it the whole file.
      if (depth == 0 && token.Is("}") && !words.empty()) return Mistake(token);
      if (depth == 0 && (token.Is("\n") || token.Is("}"))) return words;
      at_++;
      depth += token.Is("{") - token.Is("}");
      if (!token.Is("\n")) words.push_back(token);
    }
    if (depth > 0) return NftMistake(words.front(), "a brace is not closed");
    return words;
  }

  // A few definitions of definitions could stand for any number of words.
  Expected<NftTokens> Replaced(const NftTokens& words) {
    NftTokens said = TRY(Substituted(words, definitions_));
    substituted_ += said.size();
    if (substituted_ > kMaxWords) return NftMistake(words.front(), "definitions are too long");
    return said;
  }

  Expected<void> Skip() {
    Expected<NftTokens> words = Statement();
    if (!words) return std::unexpected(words.error());
    return {};
  }

  Expected<void> Command() {
    const NftToken& first = Next();
    if (first.Is("table")) return Table();
    if (first.Is("define") || first.Is("redefine")) return Define();
    if (first.Is("flush") || first.Is("delete") || first.Is("destroy"))
      return Remove(first, !first.Is("flush"));
    bool adds = first.Is("add") || first.Is("create") || first.Is("insert");
    // Without a command, a rule or chain is added.
    const NftToken& what = adds ? Next() : first;
    if (what.Is("table")) return Table();
    if (what.Is("chain")) return ChainOf(ReadName(true));
    if (what.Is("rule")) return AddRule(first.Is("insert"));
    if (In(kObjects, what)) return Skip();
    return Mistake(what);
  }

  Name ReadName(bool chain) {
    Name name;
    if (In(kFamilies, Peek())) name.family = Next().text;
    name.table = Next().text;
    if (chain) name.chain = Next().text;
    return name;
  }

  Expected<void> Define() {
    std::string name = Next().text;
    if (!Peek().Is("=")) return Mistake(Peek());
    Next();
    NftTokens value = TRY(Statement());
    definitions_[name] = TRY(Replaced(value));
    return {};
  }

  Expected<void> Remove(const NftToken& first, bool all) {
    const NftToken& what = Next();
    if (what.Is("ruleset") && !all) {
      // "flush ruleset inet" empties one family.
      std::string family = Peek().Is("\n") ? "" : Next().text;
      Erase([&](const auto& one) { return family.empty() || one.family == family; });
      return {};
    }
    bool chain = what.Is("chain");
    if (!chain && !what.Is("table")) return In(kObjects, what) ? Skip() : Mistake(first);
    Name name = ReadName(chain);
    auto meant = [&](const FilterChain& one) {
      return one.family == name.family && one.table == name.table &&
             (!chain || one.name == name.chain);
    };
    if (all) std::erase_if(ruleset_.chains, meant);
    for (FilterChain& one : ruleset_.chains)
      if (meant(one)) one.rules.clear();
    if (all && !chain)
      std::erase_if(ruleset_.tables, [&](const FilterTable& one) {
        return one.family == name.family && one.name == name.table;
      });
    return Peek().Is("\n") ? Expected<void>() : Mistake(Peek());
  }

  template <typename Meant>
  void Erase(Meant meant) {
    std::erase_if(ruleset_.tables, meant);
    std::erase_if(ruleset_.chains, meant);
  }

  Expected<void> Table() {
    Name name = ReadName(false);
    ruleset_.Table(name.family, name.table);
    SkipEnds();
    if (!Peek().Is("{")) return {};
    Next();
    for (SkipEnds(); !Peek().Is("}"); SkipEnds()) {
      if (AtEnd()) return NftMistake(tokens_.back(), "a brace is not closed");
      Expected<void> read = InTable(name);
      if (!read) return read;
    }
    Next();
    return {};
  }

  Expected<void> InTable(Name name) {
    const NftToken& what = Next();
    if (what.Is("define") || what.Is("redefine")) return Define();
    if (what.Is("chain")) {
      name.chain = Next().text;
      return ChainOf(name);
    }
    if (!In(kObjects, what)) return Mistake(what);
    NftTokens words = TRY(Statement());
    if (what.Is("flags"))
      for (const NftToken& flag : words)
        if (flag.Is("dormant")) ruleset_.Table(name.family, name.table).dormant = true;
    return {};
  }

  Expected<FilterChain*> Chain(const Name& name, const NftToken& at) {
    if (FilterChain* chain = ruleset_.Chain(name.family, name.table, name.chain)) return chain;
    if (++objects_ > 10'000) return NftMistake(at, "too many chains");
    FilterChain chain;
    std::tie(chain.family, chain.table, chain.name) = std::tie(name.family, name.table, name.chain);
    chain.file = at.file;
    chain.line = at.line;
    ruleset_.Table(name.family, name.table);
    return &ruleset_.chains.emplace_back(std::move(chain));
  }

  Expected<void> ChainOf(const Name& name) {
    FilterChain* chain = TRY(Chain(name, Peek()));
    SkipEnds();
    if (!Peek().Is("{")) return {};
    Next();
    for (SkipEnds(); !Peek().Is("}"); SkipEnds()) {
      if (AtEnd()) return NftMistake(tokens_.back(), "a brace is not closed");
      NftTokens words = TRY(Statement());
      Expected<void> read = InChain(*chain, words);
      if (!read) return read;
    }
    Next();
    return {};
  }

  Expected<void> InChain(FilterChain& chain, NftTokens words) {
    if (words.empty()) return NftMistake(Peek(), "an empty statement");
    if (words[0].Is("define") || words[0].Is("redefine"))
      return NftMistake(words[0], "a definition inside of a chain is not understood");
    words = TRY(Replaced(words));
    if (words.empty()) return {};
    if (words[0].Is("type")) return Hook(chain, words);
    if (words[0].Is("policy")) return Policy(chain, words);
    if (words[0].Is("flags") || words[0].Is("comment") || words[0].Is("devices")) return {};
    return Rule(chain, words, false);
  }

  // type TYPE hook HOOK [device D] priority P
  Expected<void> Hook(FilterChain& chain, const NftTokens& words) {
    if (words.size() < 6 || !words[2].Is("hook")) return Mistake(words[0]);
    chain.type = words[1].text;
    chain.hook = words[3].text;
    if (chain.policy.empty()) chain.policy = "accept";
    return {};
  }

  Expected<void> Policy(FilterChain& chain, const NftTokens& words) {
    if (words.size() != 2 || (!words[1].Is("drop") && !words[1].Is("accept")))
      return Mistake(words.back());
    chain.policy = words[1].text;
    return {};
  }

  // add rule [FAMILY] TABLE CHAIN [handle N | position N | index N] ...
  Expected<void> AddRule(bool first) {
    const NftToken& at = Peek();
    Name name = ReadName(true);
    FilterChain* chain = ruleset_.Chain(name.family, name.table, name.chain);
    if (!chain) return NftMistake(at, "a rule of a chain that is not there");
    if (Peek().Is("handle") || Peek().Is("position") || Peek().Is("index")) return Mistake(Peek());
    NftTokens words = TRY(Statement());
    words = TRY(Replaced(words));
    if (words.empty()) return NftMistake(at, "a rule that says nothing");
    return Rule(*chain, words, first);
  }

  Expected<void> Rule(FilterChain& chain, const NftTokens& words, bool first) {
    std::vector<FilterRule> rules = TRY(ParseNftConfigRule(words));
    rule_count_ += rules.size();
    if (rule_count_ > kMaxObjects) return NftMistake(words[0], "too many rules");
    chain.rules.insert(first ? chain.rules.begin() : chain.rules.end(), rules.begin(), rules.end());
    return {};
  }

  const NftTokens& tokens_;
  size_t at_ = 0, substituted_ = 0, objects_ = 0, rule_count_ = 0;
  NftDefinitions definitions_;
  Ruleset ruleset_;
};

}  // namespace

Expected<Ruleset> ParseNftConfig(const NftTokens& tokens) { return ConfigReader(tokens).Read(); }

}  // namespace assay
