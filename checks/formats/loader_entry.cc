// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/loader_entry.h"

#include "checks/formats/lines.h"

namespace assay {

namespace {

// A little-endian number; nullopt past the end.
std::optional<uint32_t> NumberAt(std::string_view bytes, size_t at, size_t size) {
  if (at > bytes.size() || size > bytes.size() - at) return std::nullopt;
  uint32_t number = 0;
  for (size_t i = size; i-- > 0;) number = number << 8 | uint8_t(bytes[at + i]);
  return number;
}

}  // namespace

std::optional<BootEntry> ParseLoaderEntry(std::string_view text, const std::string& file,
                                          const GrubVariables& variables) {
  BootEntry entry;
  entry.file = file;
  int number = 0;
  for (std::string_view line : LinesOf(text)) {
    number++;
    line = Trim(line);
    if (line.empty() || line[0] == '#') continue;
    std::string_view key = line.substr(0, line.find_first_of(" \t"));
    std::string_view value = Trim(line.substr(key.size()));
    if (key == "title") entry.title = value;
    if (key == "linux") entry.kernel = value;
    if (key != "options") continue;
    entry.options += (entry.options.empty() ? "" : " ") + ExpandGrubVariables(value, variables);
    if (entry.line == 0) entry.line = number;
  }
  if (entry.kernel.empty()) return std::nullopt;
  return entry;
}

Expected<std::string> UnifiedImageOptions(std::string_view start) {
  // PE format, "MS-DOS Stub", "COFF File Header", "Section Table".
  std::optional<uint32_t> header = NumberAt(start, 0x3c, 4);
  bool pe = start.starts_with("MZ") && header && *header <= start.size() &&
            start.substr(*header).starts_with(std::string_view("PE\0\0", 4));
  if (!pe) return Fail(ErrorCode::kInvalid, "not a PE file");
  std::optional<uint32_t> sections = NumberAt(start, *header + 6, 2);
  std::optional<uint32_t> optional_size = NumberAt(start, *header + 20, 2);
  if (!sections || !optional_size) return Fail(ErrorCode::kInvalid, "the PE header is cut short");
  for (uint32_t i = 0; i < *sections; i++) {
    size_t section = size_t(*header) + 24 + *optional_size + size_t(i) * 40;
    std::optional<uint32_t> size = NumberAt(start, section + 8, 4);
    std::optional<uint32_t> raw_size = NumberAt(start, section + 16, 4);
    std::optional<uint32_t> offset = NumberAt(start, section + 20, 4);
    if (!size || !raw_size || !offset)
      return Fail(ErrorCode::kInvalid, "the table of sections is cut short");
    if (start.substr(section, 8) != ".cmdline") continue;
    uint32_t length = *size < *raw_size ? *size : *raw_size;
    if (*offset > start.size() || length > start.size() - *offset)
      return Fail(ErrorCode::kInvalid, "the .cmdline section lies outside of what was read");
    std::string_view line = start.substr(*offset, length);
    return std::string(Trim(line.substr(0, line.find('\0'))));
  }
  return std::string();
}

}  // namespace assay
