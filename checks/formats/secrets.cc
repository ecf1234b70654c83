// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/secrets.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>

namespace assay {

namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";

using Alphabet = std::bitset<256>;

Alphabet Of(std::initializer_list<std::string_view> parts) {
  Alphabet alphabet;
  for (std::string_view part : parts)
    for (char c : part) alphabet.set(uint8_t(c));
  return alphabet;
}

size_t RunOf(std::string_view text, const Alphabet& alphabet) {
  size_t length = 0;
  while (length < text.size() && alphabet[uint8_t(text[length])]) length++;
  return length;
}

uint32_t Crc32(std::string_view text) {
  uint32_t crc = ~0u;
  for (char c : text) {
    crc ^= uint8_t(c);
    for (int i = 0; i < 8; i++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
  }
  return ~crc;
}

// GitHub's announcement of 2021-04-05: the last six digits are the CRC-32 of the rest, base 62.
bool ChecksumHolds(std::string_view token) {
  constexpr std::string_view kBase62 =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  uint32_t crc = Crc32(token.substr(0, token.size() - 6));
  for (size_t i = token.size(); i-- > token.size() - 6; crc /= 62)
    if (token[i] != kBase62[crc % 62]) return false;
  return true;
}

// A random token has many different characters; "xxxxxxxx" and "your-token-here" have not.
bool IsVaried(std::string_view token) {
  std::string sorted(token);
  std::ranges::sort(sorted);
  size_t different = size_t(std::ranges::unique(sorted).begin() - sorted.begin());
  return different * 3 >= std::min<size_t>(token.size(), 36) && !token.contains("EXAMPLE");
}

// A token: a fixed prefix, then between `least` and `most` characters of an alphabet, and no more.
struct TokenForm {
  std::string_view prefix;
  const char* kind;
  Alphabet alphabet;
  size_t least, most;
  bool checksum = false;
};

const std::vector<TokenForm>& TokenForms() {
  static const Alphabet kAlnum = Of({kDigits, kUpper, kLower});
  static const Alphabet kUrl = Of({kDigits, kUpper, kLower, "-_"});
  static const Alphabet kBase64 = Of({kDigits, kUpper, kLower, "+/"});
  static const Alphabet kBase32 = Of({"234567", kUpper});
  static const std::vector<TokenForm> kForms = {
      {"AKIA", "AWS access key id", kBase32, 16, 16},
      {"ASIA", "AWS access key id", kBase32, 16, 16},
      {"ghp_", "GitHub token", kAlnum, 36, 36, true},
      {"gho_", "GitHub token", kAlnum, 36, 36, true},
      {"ghu_", "GitHub token", kAlnum, 36, 36, true},
      {"ghs_", "GitHub token", kAlnum, 36, 36, true},
      {"ghr_", "GitHub token", kAlnum, 36, 36, true},
      {"github_pat_", "GitHub token", Of({kDigits, kUpper, kLower, "_"}), 82, 82},
      {"npm_", "npm token", kAlnum, 36, 36, true},
      {"glpat-", "GitLab token", kUrl, 20, 20},
      {"xoxb-", "Slack token", Of({kDigits, kUpper, kLower, "-"}), 40, 80},
      {"xoxp-", "Slack token", Of({kDigits, kUpper, kLower, "-"}), 40, 80},
      {"AIza", "Google API key", kUrl, 35, 35},
      {"sk_live_", "Stripe key", kAlnum, 24, 99},
      {"pypi-AgEIcHlwaS5vcmc", "PyPI token", kUrl, 70, 250},
      {"hvs.", "Vault token", kUrl, 24, 200},
      {"AccountKey=", "Azure storage key", kBase64, 86, 86},
      {"AGE-SECRET-KEY-1", "age private key", Of({kDigits, kUpper}), 58, 58},
  };
  return kForms;
}

bool IsToken(const TokenForm& form, std::string_view rest) {
  std::string_view body = rest.substr(form.prefix.size());
  size_t run = RunOf(body, form.alphabet);
  if (run < form.least || run > form.most) return false;
  body = body.substr(0, run);
  return IsVaried(body) && (!form.checksum || ChecksumHolds(body));
}

constexpr std::string_view kKeyBeginning = "-----BEGIN ";

// "-----BEGIN ... PRIVATE KEY-----" and, before any END, at least 40 characters of base64. JSON
// writes the line ends as \n. A template or a manual has no such body.
bool IsPrivateKey(std::string_view rest) {
  static const Alphabet kBody = Of({kDigits, kUpper, kLower, "+/="});
  std::string_view label = rest.substr(11, 64);
  size_t end = label.find("-----");
  if (end == std::string_view::npos || !label.substr(0, end).contains("PRIVATE KEY")) return false;
  std::string_view body = rest.substr(11 + end + 5, 1024);
  body = body.substr(0, body.find("-----END"));
  while (!body.empty()) {
    size_t run = RunOf(body, kBody);
    if (run >= 40) return IsVaried(body.substr(0, run));
    body.remove_prefix(std::min(body.size(), run + 1));
  }
  return false;
}

// Of each beginning three neighbouring pairs of characters are looked for, from this place on. One
// of them stands at a place that three divides, so that two of three places need no look. Dashes
// stand in rows in many files, "BEGIN" does not.
constexpr size_t kStride = 3;
size_t AnchorOf(std::string_view beginning) { return beginning.starts_with("-----") ? 5 : 0; }

const std::bitset<65536>& AnchorPairs() {
  static const std::bitset<65536> kPairs = [] {
    std::bitset<65536> pairs;
    auto add = [&pairs](std::string_view text) {
      for (size_t i = AnchorOf(text); i < AnchorOf(text) + kStride; i++)
        pairs.set(size_t(uint8_t(text[i])) << 8 | uint8_t(text[i + 1]));
    };
    add(kKeyBeginning);
    for (const TokenForm& form : TokenForms()) add(form.prefix);
    return pairs;
  }();
  return kPairs;
}

const char* KindAt(std::string_view rest, char before) {
  if (rest.starts_with(kKeyBeginning)) return IsPrivateKey(rest) ? "private key" : nullptr;
  // In the middle of a longer word it is part of something else.
  static const Alphabet kWord = Of({kDigits, kUpper, kLower, "_"});
  if (kWord[uint8_t(before)]) return nullptr;
  for (const TokenForm& form : TokenForms())
    if (rest.starts_with(form.prefix) && IsToken(form, rest)) return form.kind;
  return nullptr;
}

}  // namespace

std::vector<SecretFound> FindSecrets(std::string_view bytes, size_t limit) {
  std::vector<SecretFound> found;
  const std::bitset<65536>& pairs = AnchorPairs();
  size_t next = 0;  // what begins before it is reported
  int line = 1;     // that of `counted`: lines are counted only up to a finding
  size_t counted = 0;
  auto look = [&](size_t at) {
    const char* kind = at < next ? nullptr : KindAt(bytes.substr(at), at ? bytes[at - 1] : '\n');
    if (!kind || found.size() >= limit) return;
    line += int(std::ranges::count(bytes.substr(counted, at - counted), '\n'));
    counted = at;
    next = at + 1;
    found.push_back({kind, line});
  };
  for (size_t i = 0; i + 1 < bytes.size() && found.size() < limit; i += kStride) {
    if (!pairs[size_t(uint8_t(bytes[i])) << 8 | uint8_t(bytes[i + 1])]) continue;
    for (size_t anchor : {AnchorOf(kKeyBeginning), AnchorOf("")})
      for (size_t back = anchor + kStride; back-- > anchor;)
        if (back <= i) look(i - back);
  }
  return found;
}

}  // namespace assay
