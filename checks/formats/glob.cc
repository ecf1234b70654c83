// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/glob.h"

#include <algorithm>
#include <cctype>
#include <optional>

namespace assay {

namespace {

bool InClass(std::string_view name, char c) {
  struct Class {
    std::string_view name;
    int (*holds)(int);
  };
  static constexpr Class kClasses[] = {
      {"alpha", isalpha}, {"digit", isdigit}, {"alnum", isalnum}, {"upper", isupper},
      {"lower", islower}, {"space", isspace}, {"punct", ispunct}, {"xdigit", isxdigit},
      {"blank", isblank}, {"cntrl", iscntrl}, {"graph", isgraph}, {"print", isprint}};
  uint8_t byte = uint8_t(c);
  if (byte >= 0x80) return false;
  for (const Class& one : kClasses)
    if (one.name == name) return one.holds(byte) != 0;
  return false;
}

// One element of a bracket; nullopt where the pattern ends first.
struct Element {
  std::string_view class_name;  // "digit" of [:digit:]
  char low = 0, high = 0;
};

std::optional<char> TakeOne(std::string_view& rest) {
  if (rest.starts_with('\\')) rest.remove_prefix(1);
  if (rest.empty()) return std::nullopt;
  char c = rest[0];
  rest.remove_prefix(1);
  return c;
}

std::optional<Element> TakeElement(std::string_view& rest) {
  if (rest.starts_with("[:")) {
    size_t end = rest.find(":]", 2);
    if (end == std::string_view::npos) return std::nullopt;
    Element element{rest.substr(2, end - 2)};
    rest.remove_prefix(end + 2);
    return element;
  }
  std::optional<char> low = TakeOne(rest);
  if (!low) return std::nullopt;
  Element element{{}, *low, *low};
  if (rest.size() < 2 || rest[0] != '-' || rest[1] == ']') return element;
  rest.remove_prefix(1);
  std::optional<char> high = TakeOne(rest);
  if (!high) return std::nullopt;
  element.high = *high;
  return element;
}

// Matches `c` with the bracket behind its '[' and takes it off; nullopt if it has no end.
std::optional<bool> TakeBracket(std::string_view& pattern, char c) {
  std::string_view rest = pattern;
  bool negated = rest.starts_with('!') || rest.starts_with('^');
  if (negated) rest.remove_prefix(1);
  bool found = false;
  for (bool first = true;; first = false) {
    if (rest.empty() || rest[0] == '/') return std::nullopt;
    if (rest[0] == ']' && !first) break;
    std::optional<Element> one = TakeElement(rest);
    if (!one) return std::nullopt;
    found |= one->class_name.empty()
                 ? uint8_t(one->low) <= uint8_t(c) && uint8_t(c) <= uint8_t(one->high)
                 : InClass(one->class_name, c);
  }
  rest.remove_prefix(1);
  pattern = rest;
  return found != negated;
}

// Takes what stands for one character off the pattern; false if that is not `c`.
bool TakeCharacter(std::string_view& pattern, char c) {
  char wanted = pattern[0];
  pattern.remove_prefix(1);
  if (wanted == '?') return true;
  if (wanted == '[')
    if (std::optional<bool> matched = TakeBracket(pattern, c)) return *matched;
  if (wanted != '\\') return wanted == c;
  if (pattern.empty()) return false;
  wanted = pattern[0];
  pattern.remove_prefix(1);
  return wanted == c;
}

// A dot in front must be said: by itself or behind a backslash.
bool SaysDot(std::string_view pattern) {
  return pattern.starts_with('.') || pattern.starts_with("\\.");
}

}  // namespace

bool GlobMatches(std::string_view pattern, std::string_view name) {
  if (pattern.contains('/') || name.contains('/')) return false;
  if (name.starts_with('.') && !SaysDot(pattern)) return false;
  // Only the last star is ever tried again: what an earlier one takes more, it can take too.
  std::optional<std::string_view> star_pattern;
  std::string_view star_name;
  for (;;) {
    if (pattern.starts_with('*')) {
      pattern.remove_prefix(1);
      star_pattern = pattern;
      star_name = name;
      continue;
    }
    if (name.empty() && pattern.empty()) return true;
    if (!name.empty() && !pattern.empty() && TakeCharacter(pattern, name[0])) {
      name.remove_prefix(1);
      continue;
    }
    if (!star_pattern || star_name.empty()) return false;
    star_name.remove_prefix(1);
    pattern = *star_pattern;
    name = star_name;
  }
}

bool HasGlob(std::string_view path) {
  return path.find_first_of("*?[\\") != std::string_view::npos;
}

namespace {

std::string Below(const std::string& directory, std::string_view name) {
  return (directory == "/" ? "" : directory) + "/" + std::string(name);
}

Expected<void> AddMatches(Host& host, const std::string& directory, std::string_view component,
                          std::vector<std::string>& into) {
  if (!HasGlob(component)) return into.push_back(Below(directory, component)), Expected<void>();
  Expected<std::vector<std::string>> names = host.List(directory);
  if (!names && names.error().code == ErrorCode::kNotFound) return {};
  if (!names) return std::unexpected(names.error());
  for (const std::string& name : *names)
    if (GlobMatches(component, name)) into.push_back(Below(directory, name));
  return {};
}

}  // namespace

Expected<std::vector<std::string>> GlobPaths(Host& host, std::string_view pattern, size_t limit) {
  std::vector<std::string> paths = {"/"};
  for (std::string_view rest = pattern; !rest.empty();) {
    rest.remove_prefix(std::min(rest.find_first_not_of('/'), rest.size()));
    std::string_view component = rest.substr(0, rest.find('/'));
    rest.remove_prefix(component.size());
    if (component.empty()) break;
    std::vector<std::string> next;
    for (const std::string& path : paths) {
      TRY(AddMatches(host, path, component, next));
      if (next.size() > limit)
        return Fail(ErrorCode::kInvalid, "'" + std::string(pattern) + "' matches more than " +
                                             std::to_string(limit) + " paths");
    }
    paths = std::move(next);
  }
  return paths;
}

}  // namespace assay
