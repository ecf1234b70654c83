// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/mount_table.h"

#include <algorithm>

#include "checks/formats/lines.h"

namespace assay {

namespace {

std::string_view Plain(std::string_view point) {
  while (point.size() > 1 && point.ends_with('/')) point.remove_suffix(1);
  return point;
}

std::string Opposite(const std::string& option) {
  if (option == "ro") return "rw";
  if (option == "rw") return "ro";
  return option.starts_with("no") ? option.substr(2) : "no" + option;
}

void Put(MountOptions& options, const std::string& option) {
  options.erase(Opposite(option));
  options.insert(option);
  if (option == "user" || option == "users")
    for (const char* implied : {"noexec", "nosuid", "nodev"}) Put(options, implied);
  if (option == "owner" || option == "group")
    for (const char* implied : {"nosuid", "nodev"}) Put(options, implied);
}

// Views into the table's text, but for the place.
struct Row {
  std::string_view id, parent, options;
  std::string point;
  int line = 0;
};

std::vector<Row> RowsOf(std::string_view mountinfo) {
  std::vector<Row> rows;
  int number = 0;
  for (std::string_view line : LinesOf(mountinfo)) {
    number++;
    std::vector<std::string_view> fields = WordsOf(line);
    if (fields.size() < 6) continue;
    rows.push_back({fields[0], fields[1], fields[5], UnescapedMountField(fields[4]), number});
  }
  return rows;
}

// The topmost mount at `point` on top of `current`: each hangs on the one below. The steps are
// counted, for a table that is read while it changes may go in circles.
const Row* Climb(const std::vector<Row>& rows, const Row* current, std::string_view point) {
  for (size_t steps = 0; steps < rows.size(); steps++) {
    auto next = std::find_if(rows.rbegin(), rows.rend(), [&](const Row& row) {
      return &row != current && row.parent == current->id && row.point == point;
    });
    if (next == rows.rend()) return current;
    current = &*next;
  }
  return current;
}

const Row* Root(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    if (row.point != "/") continue;
    bool has_parent = std::ranges::any_of(
        rows, [&](const Row& other) { return &other != &row && other.id == row.parent; });
    if (!has_parent) return Climb(rows, &row, "/");
  }
  return nullptr;
}

struct Assignment {
  std::string_view value;
  int line = 0;  // 0: none
};

// systemd.syntax(7): what stands in another section, or before the first, is not read.
Assignment LastInMountSection(std::string_view text, std::string_view key) {
  Assignment last;
  bool inside = false;
  int number = 0;
  for (std::string_view line : LinesOf(text)) {
    number++;
    line = Trim(line);
    if (line.starts_with('[')) inside = line == "[Mount]";
    size_t equals = line.find('=');
    if (inside && equals != std::string_view::npos && Trim(line.substr(0, equals)) == key)
      last = {Trim(line.substr(equals + 1)), number};
  }
  return last;
}

}  // namespace

std::string UnescapedMountField(std::string_view field) {
  auto digit = [&](size_t i, char most) { return field[i] >= '0' && field[i] <= most; };
  std::string plain;
  for (size_t i = 0; i < field.size(); i++) {
    bool octal = field[i] == '\\' && i + 3 < field.size() && digit(i + 1, '3') &&
                 digit(i + 2, '7') && digit(i + 3, '7');
    if (!octal) {
      plain += field[i];
      continue;
    }
    plain += char((field[i + 1] - '0') * 64 + (field[i + 2] - '0') * 8 + (field[i + 3] - '0'));
    i += 3;
  }
  return plain;
}

MountOptions EffectiveOptions(std::string_view list) {
  MountOptions options;
  while (!list.empty()) {
    std::string option(list.substr(0, list.find(',')));
    list.remove_prefix(std::min(list.size(), option.size() + 1));
    if (!option.empty()) Put(options, option);
  }
  return options;
}

Expected<std::optional<MountEntry>> MountAt(std::string_view mountinfo, std::string_view point) {
  point = Plain(point);
  std::vector<Row> rows = RowsOf(mountinfo);
  const Row* current = Root(rows);
  if (!current) return Fail(ErrorCode::kInvalid, "the mount table holds no root");
  for (size_t end = 1; end < point.size();) {
    end = std::min(point.find('/', end + 1), point.size());
    current = Climb(rows, current, point.substr(0, end));
  }
  if (current->point != point) return std::nullopt;
  return MountEntry{EffectiveOptions(current->options), "/proc/1/mountinfo",
                    std::string(current->options), current->line};
}

std::optional<MountEntry> FstabEntry(std::string_view text, std::string_view point) {
  int number = 0;
  for (std::string_view line : LinesOf(text)) {
    number++;
    std::vector<std::string_view> fields = WordsOf(line);
    if (fields.size() < 4 || fields[0].starts_with('#')) continue;
    if (Plain(UnescapedMountField(fields[1])) != Plain(point)) continue;
    MountOptions options = EffectiveOptions(fields[3]);
    if (options.contains("noauto")) return std::nullopt;  // the boot leaves it alone
    return MountEntry{std::move(options), "/etc/fstab", std::string(fields[3]), number};
  }
  return std::nullopt;
}

std::optional<MountEntry> UnitOptions(std::string_view text, const std::string& file) {
  Assignment last = LastInMountSection(text, "Options");
  if (!last.line) return std::nullopt;
  return MountEntry{EffectiveOptions(last.value), file, std::string(last.value), last.line};
}

bool NamesAMount(std::string_view text) { return !LastInMountSection(text, "What").value.empty(); }

std::string MountUnitName(std::string_view point) {
  static constexpr char kDigits[] = "0123456789abcdef";
  point = Plain(point);
  if (point == "/") return "-.mount";
  std::string name;
  for (char c : point.substr(1)) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    bool plain = letter || c == ':' || c == '_' || (c == '.' && !name.empty());
    if (c == '/')
      name += '-';
    else if (plain)
      name += c;
    else
      name += {'\\', 'x', kDigits[uint8_t(c) >> 4], kDigits[uint8_t(c) & 15]};
  }
  return name + ".mount";
}

}  // namespace assay
