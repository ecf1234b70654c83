// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/unit_tree.h"

#include <algorithm>
#include <filesystem>
#include <span>

namespace assay {

namespace {

constexpr int kMostAliases = 8;

struct Place {
  const char* path;
  bool configured;
  bool runtime;
};

// In their order; generator.late is left out, for formats/unit_files.h reads the scripts that it is
// made of. Where /lib is a link the last two are one, and the last is not read.
constexpr Place kPlaces[] = {
    {"/etc/systemd/system.control", true, false}, {"/run/systemd/system.control", true, true},
    {"/run/systemd/transient", true, true},       {"/run/systemd/generator.early", false, true},
    {"/etc/systemd/system", true, false},         {"/etc/systemd/system.attached", true, false},
    {"/run/systemd/system", true, true},          {"/run/systemd/system.attached", true, true},
    {"/run/systemd/generator", false, true},      {"/usr/local/lib/systemd/system", false, false},
    {"/usr/lib/systemd/system", false, false},    {"/lib/systemd/system", false, false}};

constexpr const char* kDependencySuffixes[] = {".wants", ".requires", ".upholds"};

constexpr const char* kUnitSuffixes[] = {".service", ".socket", ".target", ".path",
                                         ".timer",   ".mount",  ".slice",  ".automount",
                                         ".swap",    ".device", ".scope"};

bool IsDependencyDirectory(std::string_view name) {
  return std::ranges::any_of(kDependencySuffixes,
                             [&](const char* suffix) { return name.ends_with(suffix); });
}

bool IsUnitDirectory(std::string_view path) {
  return std::ranges::any_of(kPlaces, [&](const Place& place) { return path == place.path; });
}

using NamedLinks = std::vector<std::pair<std::string, std::string>>;

Expected<NamedLinks> LinksOf(Host& host, const std::string& directory) {
  Expected<NamedLinks> links = host.Links(directory);
  if (!links && links.error().code == ErrorCode::kNotFound) return NamedLinks();
  if (!links) return links;
  for (auto& [name, target] : *links)
    if (!target.empty())
      target = (std::filesystem::path(directory) / target).lexically_normal().string();
  return links;
}

bool AreOne(Host& host, const char* one, const char* other) {
  Expected<std::string> a = host.RealPath(one), b = host.RealPath(other);
  return a && b && *a == *b;
}

// The name that a link gives another name to; empty for a file, a mask, or a file elsewhere.
std::string AliasTarget(std::string_view name, const UnitEntry& entry) {
  size_t slash = entry.target.rfind('/');
  if (slash == std::string::npos || !IsUnitDirectory(entry.target.substr(0, slash))) return {};
  std::string target = entry.target.substr(slash + 1);
  return target == name || target == TemplateOf(name) ? std::string() : target;
}

// "autovt@tty1.service", of which the template is an alias of getty@.service, is
// "getty@tty1.service".
std::string Instantiated(std::string_view template_name, std::string_view instance_of) {
  size_t at = template_name.find('@');
  if (at == std::string_view::npos || !template_name.substr(at + 1).starts_with('.'))
    return std::string(template_name);
  size_t from = instance_of.find('@') + 1;
  std::string_view instance = instance_of.substr(from, instance_of.rfind('.') - from);
  return std::string(template_name.substr(0, at + 1))
      .append(instance)
      .append(template_name.substr(at + 1));
}

}  // namespace

std::string TemplateOf(std::string_view name) {
  size_t at = name.find('@'), dot = name.rfind('.');
  if (at == std::string_view::npos || dot == std::string_view::npos || dot <= at + 1) return {};
  return std::string(name.substr(0, at + 1)).append(name.substr(dot));
}

bool IsUnitName(std::string_view name) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@";
  return name.size() < 256 && name.find_first_not_of(kLetters) == std::string_view::npos &&
         std::ranges::any_of(
             kUnitSuffixes,
             [&](std::string_view suffix) {
               return name.size() > suffix.size() && name.ends_with(suffix);
             });
}

Expected<UnitTree> UnitTree::Read(Host& host) {
  UnitTree tree;
  std::map<std::pair<std::string, std::string>, UnitEntry> dependencies;
  std::span<const Place> places = kPlaces;
  if (AreOne(host, places[places.size() - 2].path, places.back().path))
    places = places.first(places.size() - 1);
  for (const Place& place : places) {
    if (place.runtime && !host.live()) continue;
    std::string directory = place.path;
    for (auto& [name, target] : TRY(LinksOf(host, directory))) {
      std::string path = directory + "/" + name;
      if (!IsDependencyDirectory(name)) {
        tree.entries_[name].push_back({path, std::move(target), place.configured});
        continue;
      }
      Expected<NamedLinks> links = LinksOf(host, path);
      if (!links) return std::unexpected(links.error());
      for (auto& [unit, to] : *links)
        dependencies.try_emplace({name, unit}, UnitEntry{path + "/" + unit, std::move(to), false});
    }
  }
  tree.AddDependencies(dependencies);
  return tree;
}

void UnitTree::AddDependencies(
    const std::map<std::pair<std::string, std::string>, UnitEntry>& links) {
  // systemd takes links only, and the name of the link, not what it leads to.
  for (const auto& [owner_and_name, link] : links)
    if (!link.target.empty() && !link.masks() && IsUnitName(owner_and_name.second))
      dependencies_.push_back({owner_and_name.second, link.path});
}

const std::vector<UnitEntry>& UnitTree::Entries(std::string_view name) const {
  static const std::vector<UnitEntry> kNone;
  auto found = entries_.find(name);
  return found == entries_.end() ? kNone : found->second;
}

std::string UnitTree::OwnName(std::string_view name) const {
  std::string own(name);
  for (int hop = 0; hop < kMostAliases; hop++) {
    const std::string from = Entries(own).empty() ? TemplateOf(own) : own;
    if (Entries(from).empty()) return own;
    std::string target = AliasTarget(from, Entries(from).front());
    if (target.empty()) return own;
    own = from == own ? target : Instantiated(target, own);
  }
  return own;
}

std::vector<std::string> UnitTree::NamesOf(std::string_view own_name) const {
  std::vector<std::string> names = {std::string(own_name)};
  for (const auto& [name, entries] : entries_)
    if (name != own_name && !entries.front().target.empty() && OwnName(name) == own_name)
      names.push_back(name);
  return names;
}

}  // namespace assay
