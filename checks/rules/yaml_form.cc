// SPDX-License-Identifier: Apache-2.0
#include "checks/rules/yaml_form.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/printable.h"

namespace assay {

namespace {

std::string Listed(const std::vector<std::string_view>& words) {
  std::string text;
  for (std::string_view word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

}  // namespace

void Form::Expected(std::string_view what) const {
  throw FormMistake(*file_ + ":" + std::to_string(node_->line) + ": expected " + std::string(what));
}

std::vector<std::pair<std::string, Form>> Form::Entries() const {
  if (!IsMap() || size() == 0) Expected("a map that is not empty");
  if (size() > 10'000) Expected("a map of at most 10000");
  std::vector<std::pair<std::string, Form>> entries;
  std::set<std::string> seen;
  for (size_t i = 0; i < node_->items.size(); i += 2) {
    Form key = Child(node_->items[i]);
    if (!seen.insert(key.Text()).second)
      key.Expected("'" + Printable(key.Text(), 64) + "' only once");
    entries.emplace_back(key.Text(), Child(node_->items[i + 1]));
  }
  return entries;
}

void Form::MapOf(const std::vector<std::string_view>& keys) const {
  if (!IsMap()) Expected("a map with the keys " + Listed(keys));
  std::set<std::string> seen;
  for (size_t i = 0; i < node_->items.size(); i += 2) {
    Form key = Child(node_->items[i]);
    std::string name = key.Text();
    if (std::ranges::find(keys, name) == keys.end())
      key.Expected("one of " + Listed(keys) + ", not '" + Printable(name, 64) + "'");
    if (!seen.insert(name).second) key.Expected("'" + name + "' only once");
  }
}

std::vector<std::string> Form::Keys() const {
  std::vector<std::string> keys;
  for (size_t i = 0; IsMap() && i < node_->items.size(); i += 2)
    if (Child(node_->items[i]).IsScalar()) keys.push_back(node_->items[i].scalar);
  return keys;
}

const YamlNode* Form::Find(std::string_view key) const {
  for (size_t i = 0; IsMap() && i < node_->items.size(); i += 2)
    if (node_->items[i].scalar == key) return &node_->items[i + 1];
  return nullptr;
}

bool Form::Has(const char* key) const { return Find(key); }

Form Form::At(const char* key) const {
  const YamlNode* found = Find(key);
  if (!found) Expected("the key '" + std::string(key) + "'");
  return Child(*found);
}

std::string Form::Text() const {
  if (!IsScalar() || node_->scalar.empty()) Expected("a text");
  std::string text = node_->scalar;
  if (text.starts_with("${") && text.ends_with('}')) {
    std::string name = text.substr(2, text.size() - 3);
    if (!parameters_ || !parameters_->contains(name))
      Expected("a parameter that the profile has, not '" + Printable(name, 64) + "'");
    text = parameters_->at(name);
  }
  bool control = std::ranges::any_of(text, [](char c) { return uint8_t(c) < 0x20 || c == 0x7f; });
  if (text.size() > 1024 || control) Expected("a text of one line and at most 1024 bytes");
  // A backslash is the only thing that Printable() escapes and we take.
  std::string rest = text;
  std::erase(rest, '\\');
  if (Printable(rest, 4 * rest.size() + 3) != rest) Expected("a text in UTF-8 without controls");
  return text;
}

std::string Form::Path() const {
  std::string path = Text();
  if (!path.starts_with('/') || path.contains("/../") || path.ends_with("/.."))
    Expected("an absolute path without '..'");
  return path;
}

std::vector<Form> Form::Items() const {
  if (!IsList() || size() == 0) Expected("a list that is not empty");
  if (size() > 10'000) Expected("a list of at most 10000");
  std::vector<Form> items;
  for (const YamlNode& item : node_->items) items.push_back(Child(item));
  return items;
}

std::vector<std::string> Form::Paths() const {
  if (IsScalar()) return {Path()};
  std::vector<std::string> paths;
  for (const Form& item : Items()) paths.push_back(item.Path());
  return paths;
}

std::vector<std::string> Form::Texts() const {
  if (IsScalar()) return {Text()};
  std::vector<std::string> texts;
  for (const Form& item : Items()) texts.push_back(item.Text());
  return texts;
}

std::string Form::OneOf(std::initializer_list<std::string_view> words) const {
  std::string text = Text();
  if (std::ranges::find(words, text) == words.end()) Expected("one of " + Listed(words));
  return text;
}

int Form::Whole(int low, int high) const {
  std::string text = Text();
  int number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < low || number > high)
    Expected("a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  return number;
}

bool Form::Flag() const { return OneOf({"true", "false"}) == "true"; }

uint32_t Form::Mode() const {
  std::string text = Text();
  uint32_t mode = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (error != std::errc() || end != text.data() + text.size() || mode > 07777)
    Expected("an octal mode such as \"0644\"");
  return mode;
}

}  // namespace assay
