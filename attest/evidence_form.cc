// SPDX-License-Identifier: Apache-2.0
#include "attest/evidence_form.h"

#include <algorithm>
#include <span>
#include <vector>

#include "base/wire.h"

namespace assay {

namespace {

// How a field travels. Text is counted bytes that must be UTF-8.
enum class Kind : uint8_t { kNumber, kBytes, kText, kMessage };
using enum Kind;

struct Field {
  uint32_t number;
  Kind kind;
  bool repeated = false;
  std::span<const Field> message = {};
  bool choice = false;  ///< of the message's oneof; at most one may come

  uint8_t wire_type() const { return kind == kNumber ? 0 : 2; }
};

// evidence.proto, once more, as far as its bytes go. A field that is added there must be added
// here: until then its evidence is refused, which is what a signed part asks for.
constexpr Field kProcess[] = {{1, kNumber}, {2, kNumber}, {3, kText}, {4, kText}, {5, kNumber}};
constexpr Field kCause[] = {{1, kMessage, false, kProcess},
                            {2, kNumber},
                            {3, kNumber},
                            {4, kText},
                            {5, kMessage, true, kProcess}};
constexpr Field kDeviation[] = {{1, kText}, {2, kText}, {3, kText},
                                {4, kText}, {5, kText}, {6, kText}};
constexpr Field kOpen[] = {{1, kNumber}, {2, kNumber}, {3, kBytes},
                           {4, kBytes},  {5, kText},   {6, kText}};
constexpr Field kMatch[] = {{1, kBytes}, {2, kNumber}};
constexpr Field kDrift[] = {
    {1, kMessage, true, kDeviation}, {2, kMessage, false, kCause}, {3, kBytes}, {4, kNumber}};
constexpr Field kScan[] = {{1, kNumber}, {2, kNumber}, {3, kNumber}};
constexpr Field kRestart[] = {{1, kText}, {2, kBytes}};
constexpr Field kResync[] = {{1, kBytes}};
constexpr std::span<const Field> kClose = {};
constexpr Field kRecord[] = {{1, kNumber},
                             {2, kNumber},
                             {3, kNumber},
                             {4, kMessage, false, kOpen, true},
                             {5, kMessage, false, kMatch, true},
                             {6, kMessage, false, kDrift, true},
                             {7, kMessage, false, kScan, true},
                             {8, kMessage, false, kRestart, true},
                             {9, kMessage, false, kClose, true},
                             {10, kMessage, false, kResync, true}};
constexpr Field kChannel[] = {{1, kText}, {2, kText}, {3, kNumber}, {4, kText}};
constexpr Field kReport[] = {
    {1, kNumber},  {2, kText},    {3, kText},    {4, kText},
    {5, kBytes},   {6, kText},    {7, kText},    {8, kText},
    {9, kText},    {10, kNumber}, {11, kNumber}, {12, kMessage, true, kChannel},
    {13, kNumber}, {14, kNumber}, {15, kNumber}, {16, kText, true},
    {17, kNumber}, {18, kNumber}, {19, kText}};
constexpr Field kPcr[] = {{1, kNumber}, {2, kBytes}};
constexpr Field kEvidence[] = {{1, kNumber}, {2, kText},        {3, kBytes},
                               {4, kBytes},  {5, kBytes},       {6, kMessage, true, kPcr},
                               {7, kNumber}, {8, kBytes, true}, {9, kBytes},
                               {10, kBytes}};

// Bytes of the UTF-8 sequence at the front (RFC 3629), 0 if there is none.
size_t SequenceLength(std::string_view text) {
  uint8_t lead = uint8_t(text[0]);
  if (lead < 0x80) return 1;
  size_t length = lead >= 0xC2 && lead <= 0xDF ? 2
                  : lead >> 4 == 0xE           ? 3
                  : lead >> 3 == 0x1E          ? 4
                                               : 0;
  if (!length || text.size() < length) return 0;
  uint32_t point = lead & (0x7Fu >> length);
  for (size_t i = 1; i < length; i++) {
    if ((uint8_t(text[i]) & 0xC0) != 0x80) return 0;
    point = point << 6 | (uint8_t(text[i]) & 0x3Fu);
  }
  bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  return surrogate || overlong || point > 0x10FFFF ? 0 : length;
}

// Before protobuf sees it, which would write a line to standard error for it.
Expected<void> CheckText(const Field& field, std::string_view text) {
  while (!text.empty()) {
    size_t length = SequenceLength(text);
    if (!length)
      return Fail(ErrorCode::kInvalid,
                  "field " + std::to_string(field.number) + " is text that is not UTF-8");
    text.remove_prefix(length);
  }
  return {};
}

Expected<uint64_t> Varint(WireReader& in) {
  uint64_t value = 0;
  for (int shift = 0; shift < 70; shift += 7) {
    uint8_t byte = TRY(in.U8());
    if (shift == 63 && byte > 1) break;
    value |= uint64_t(byte & 0x7F) << shift;
    if (byte & 0x80) continue;
    if (byte == 0 && shift) return Fail(ErrorCode::kInvalid, "a number longer than needed");
    return value;
  }
  return Fail(ErrorCode::kInvalid, "a number beyond 64 bits");
}

Expected<const Field*> Declared(std::span<const Field> fields, uint64_t tag) {
  auto field = std::ranges::find(fields, tag >> 3, [](const Field& f) { return f.number; });
  if (field == fields.end())
    return Fail(ErrorCode::kInvalid, "unknown field " + std::to_string(tag >> 3));
  if ((tag & 7) != field->wire_type())
    return Fail(ErrorCode::kInvalid,
                "field " + std::to_string(tag >> 3) + " has wire type " + std::to_string(tag & 7));
  return &*field;
}

// What came already in one message: at most one of each singular field and of each choice.
class Seen {
 public:
  Expected<void> Note(const Field& field) {
    uint64_t bits = uint64_t(1) << field.number;
    if (field.choice) bits |= uint64_t(1) << 63;
    if (!field.repeated && (bits_ & bits))
      return Fail(ErrorCode::kInvalid, "field " + std::to_string(field.number) + " twice");
    bits_ |= bits;
    return {};
  }

 private:
  uint64_t bits_ = 0;
};

struct Part {
  std::string_view bytes;
  std::span<const Field> fields;
};

Expected<void> CheckMessage(Part part, std::vector<Part>& parts, size_t& fields_left) {
  WireReader in(part.bytes);
  Seen seen;
  while (!in.AtEnd()) {
    if (fields_left-- == 0) return Fail(ErrorCode::kInvalid, "too many fields");
    uint64_t tag = TRY(Varint(in));
    const Field* field = TRY(Declared(part.fields, tag));
    TRY(seen.Note(*field));
    uint64_t value = TRY(Varint(in));
    if (field->kind == kNumber) continue;
    std::string_view bytes = TRY(in.Bytes(value));
    if (field->kind == kMessage) parts.push_back({bytes, field->message});
    if (field->kind == kText) TRY(CheckText(*field, bytes));
  }
  return {};
}

// Iterative and counted, before protobuf makes objects of it: two bytes of an empty field would
// cost twenty times their size there.
Expected<void> CheckForm(std::string_view bytes, std::span<const Field> fields, size_t limit) {
  std::vector<Part> parts = {{bytes, fields}};
  while (!parts.empty()) {
    Part part = parts.back();
    parts.pop_back();
    TRY(CheckMessage(part, parts, limit));
  }
  return {};
}

template <typename Message>
Expected<Message> Read(std::string_view bytes, std::span<const Field> fields, size_t limit,
                       size_t max_fields) {
  if (bytes.size() > limit)
    return Fail(ErrorCode::kInvalid, std::to_string(bytes.size()) + " bytes, at most " +
                                         std::to_string(limit) + " allowed");
  TRY(CheckForm(bytes, fields, max_fields));
  Message message;
  if (!message.ParseFromArray(bytes.data(), int(bytes.size())))
    return Fail(ErrorCode::kInvalid, "not the message it should be");
  return message;
}

}  // namespace

Expected<Evidence> ReadEvidence(std::string_view bytes) {
  Evidence evidence = TRY(Read<Evidence>(bytes, kEvidence, kMaxEvidence, kMaxRecords + kMaxFields));
  if (evidence.version() != 1)
    return Fail(ErrorCode::kUnsupported,
                "evidence of version " + std::to_string(evidence.version()) + ", we read 1");
  if (size_t(evidence.ledger_size()) > kMaxRecords)
    return Fail(ErrorCode::kInvalid, std::to_string(evidence.ledger_size()) + " ledger records");
  if (evidence.node_id().size() > kMaxNodeId) return Fail(ErrorCode::kInvalid, "endless node id");
  return evidence;
}

Expected<LedgerRecord> ReadRecord(std::string_view bytes) {
  LedgerRecord record = TRY(Read<LedgerRecord>(bytes, kRecord, kMaxRecord, kMaxFields));
  if (record.payload_case() == LedgerRecord::PAYLOAD_NOT_SET)
    return Fail(ErrorCode::kInvalid, "a ledger record that says nothing");
  return record;
}

Expected<Report> ReadReport(std::string_view bytes) {
  Report report = TRY(Read<Report>(bytes, kReport, kMaxReport, kMaxFields));
  if (report.version() != 1)
    return Fail(ErrorCode::kUnsupported,
                "report of version " + std::to_string(report.version()) + ", we read 1");
  return report;
}

}  // namespace assay
