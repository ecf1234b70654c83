// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "checks/formats/packet_filter.h"

namespace assay {

/// A word of a file in the syntax of nft(8). The end of a statement (a newline or ';') is the word
/// "\n"; braces, commas and '=' are words of their own.
struct NftToken {
  std::string text;
  std::string file;
  int line = 0;
  bool quoted = false;  ///< a string, never a keyword
  bool Is(std::string_view word) const { return !quoted && text == word; }
};
using NftTokens = std::vector<NftToken>;
using NftDefinitions = std::map<std::string, NftTokens, std::less<>>;

/// The words of one file. '#' begins a comment, a backslash before a newline joins the lines.
/// kInvalid with file and line: a string that does not end on its line.
Expected<NftTokens> NftTokensOf(std::string_view text, const std::string& file);

/// The ruleset that `nft -f` makes of these words, includes already put in their places, in an
/// empty kernel. Read are table and chain blocks, the commands add, create, insert, flush, delete
/// and destroy of tables and chains, and definitions. A rule is read as far as FilterRule goes;
/// what is not understood in it makes it `narrower`, a set or map that matters `opaque`. What is
/// not understood outside of chains is kInvalid with file and line, unless it is a kind of object
/// that filters nothing (sets, counters).
Expected<Ruleset> ParseNftConfig(const NftTokens& tokens);

/// One rule's words, none of them a variable. Several rules where a set of
/// interfaces or sources is written in it; kInvalid for more than 1000.
Expected<std::vector<FilterRule>> ParseNftConfigRule(const NftTokens& words);

/// `words` with "$NAME" replaced by what it stands for; kInvalid if that is nowhere defined.
Expected<NftTokens> Substituted(const NftTokens& words, const NftDefinitions& definitions);

/// kInvalid: "FILE:LINE: what".
std::unexpected<Error> NftMistake(const NftToken& at, const std::string& what);

}  // namespace assay
