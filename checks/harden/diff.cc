// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>

#include "checks/formats/lines.h"
#include "checks/harden/plan.h"

namespace assay {

namespace {

constexpr size_t kContext = 3;
constexpr size_t kMostCells = 4'000'000;  // beyond, the middle is shown as replaced

struct Line {
  char sign;  // ' ', '-', '+'
  std::string_view text;
};
using Lines = std::vector<std::string_view>;

// Longest common subsequence of what is between a common beginning and end.
void Compare(const Lines& before, const Lines& after, size_t from, size_t ends,
             std::vector<Line>& into) {
  size_t rows = before.size() - from - ends, columns = after.size() - from - ends;
  bool small = (rows + 1) * (columns + 1) <= kMostCells;
  std::vector<uint32_t> longest(small ? (rows + 1) * (columns + 1) : 0);
  auto at = [&](size_t i, size_t j) -> uint32_t& { return longest[i * (columns + 1) + j]; };
  for (size_t i = small ? rows : 0; i-- > 0;)
    for (size_t j = columns; j-- > 0;)
      at(i, j) = before[from + i] == after[from + j] ? at(i + 1, j + 1) + 1
                                                     : std::max(at(i + 1, j), at(i, j + 1));
  size_t i = 0, j = 0;
  while (i < rows || j < columns) {
    if (small && i < rows && j < columns && before[from + i] == after[from + j]) {
      into.push_back({' ', before[from + i]});
      i++, j++;
    } else if (i < rows && (!small || j == columns || at(i + 1, j) >= at(i, j + 1))) {
      into.push_back({'-', before[from + i++]});
    } else {
      into.push_back({'+', after[from + j++]});
    }
  }
}

std::vector<Line> Script(const Lines& before, const Lines& after) {
  size_t shorter = std::min(before.size(), after.size()), from = 0, ends = 0;
  while (from < shorter && before[from] == after[from]) from++;
  while (ends < shorter - from &&
         before[before.size() - 1 - ends] == after[after.size() - 1 - ends])
    ends++;
  std::vector<Line> script;
  for (size_t i = 0; i < from; i++) script.push_back({' ', before[i]});
  Compare(before, after, from, ends, script);
  for (size_t i = before.size() - ends; i < before.size(); i++) script.push_back({' ', before[i]});
  return script;
}

// Where the change after `start` ends: more than two contexts of nothing are between it and the
// next.
size_t HunkEnd(const std::vector<Line>& script, size_t start) {
  size_t last = start;
  for (size_t i = start; i < script.size() && i <= last + 2 * kContext; i++)
    if (script[i].sign != ' ') last = i;
  return std::min(script.size(), last + kContext + 1);
}

std::string Hunks(const std::vector<Line>& script) {
  std::string text;
  size_t old_line = 1, new_line = 1, done = 0;
  for (size_t i = 0; i < script.size(); i++) {
    if (script[i].sign == ' ') continue;
    size_t begin = std::max(done, i > kContext ? i - kContext : 0), end = HunkEnd(script, i);
    for (; done < begin; done++) old_line++, new_line++;
    size_t removed = 0, added = 0;
    std::string body;
    for (; done < end; done++) {
      removed += script[done].sign != '+';
      added += script[done].sign != '-';
      body += script[done].sign + std::string(script[done].text) + "\n";
    }
    text += "@@ -" + std::to_string(removed ? old_line : 0) + "," + std::to_string(removed) + " +" +
            std::to_string(new_line) + "," + std::to_string(added) + " @@\n" + body;
    old_line += removed, new_line += added;
    i = end - 1;
  }
  return text;
}

std::string Octal(uint32_t mode) {
  char text[16];
  snprintf(text, sizeof text, "%04o", mode);
  return text;
}

std::string Metadata(const std::string& path, const Change& change) {
  std::string text;
  const Ownership& from = change.from;
  const Ownership& to = change.to;
  if (to.uid)
    text += "owner " + path + ": " + std::to_string(*from.uid) + " -> " + std::to_string(*to.uid) +
            "\n";
  if (to.gid)
    text += "group " + path + ": " + std::to_string(*from.gid) + " -> " + std::to_string(*to.gid) +
            "\n";
  if (to.mode && from.mode && from.mode != to.mode)
    text += "mode  " + path + ": " + Octal(*from.mode) + " -> " + Octal(*to.mode) + "\n";
  return text;
}

std::string OfChange(const std::string& path, const Change& change) {
  std::string text;
  if (change.unlink) text += "unlink " + path + "\n";
  if (change.link) text += "link  " + path + " -> " + *change.link + "\n";
  text += Metadata(path, change);
  if (!change.after) return text;
  text +=
      "--- " + (change.before ? "a" + path : std::string("/dev/null")) + "\n+++ b" + path + "\n";
  return text + Hunks(Script(LinesOf(change.before.value_or("")), LinesOf(*change.after)));
}

}  // namespace

std::string Diff(const Plan& plan) {
  std::string text;
  for (const auto& [path, change] : plan.changes()) text += OfChange(path, change);
  return text;
}

}  // namespace assay
