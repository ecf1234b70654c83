// SPDX-License-Identifier: Apache-2.0
#include "attest/evidence_form.h"

#include <algorithm>
#include <span>
#include <vector>

#include "base/wire.h"

namespace assay {

namespace {

// Wire types of protobuf's encoding that our messages use.
enum WireType : uint8_t { kVarint = 0, kCounted = 2 };

struct Field {
  uint32_t number;
  WireType type;
  bool repeated = false;
  std::span<const Field> message = {};  ///< of a counted field that is a message
  uint32_t choice = 0;                  ///< fields of one oneof share it; at most one may come
};

// evidence.proto, once more, as far as its bytes go. A field that is added there must be added
// here: until then its evidence is refused, which is what a signed part asks for.
constexpr Field kProcess[] = {
    {1, kVarint}, {2, kVarint}, {3, kCounted}, {4, kCounted}, {5, kVarint}};
constexpr Field kCause[] = {{1, kCounted, false, kProcess},
                            {2, kVarint},
                            {3, kVarint},
                            {4, kCounted},
                            {5, kCounted, true, kProcess}};
constexpr Field kDeviation[] = {{1, kCounted}, {2, kCounted}, {3, kCounted},
                                {4, kCounted}, {5, kCounted}, {6, kCounted}};
constexpr Field kOpen[] = {{1, kVarint},  {2, kVarint},  {3, kCounted},
                           {4, kCounted}, {5, kCounted}, {6, kCounted}};
constexpr Field kMatch[] = {{1, kCounted}, {2, kVarint}};
constexpr Field kDrift[] = {
    {1, kCounted, true, kDeviation}, {2, kCounted, false, kCause}, {3, kCounted}, {4, kVarint}};
constexpr Field kScan[] = {{1, kVarint}, {2, kVarint}, {3, kVarint}};
constexpr Field kRestart[] = {{1, kCounted}, {2, kCounted}};
constexpr Field kResync[] = {{1, kCounted}};
constexpr std::span<const Field> kClose = {};
constexpr Field kRecord[] = {{1, kVarint},
                             {2, kVarint},
                             {3, kVarint},
                             {4, kCounted, false, kOpen, 1},
                             {5, kCounted, false, kMatch, 1},
                             {6, kCounted, false, kDrift, 1},
                             {7, kCounted, false, kScan, 1},
                             {8, kCounted, false, kRestart, 1},
                             {9, kCounted, false, kClose, 1},
                             {10, kCounted, false, kResync, 1}};
constexpr Field kChannel[] = {{1, kCounted}, {2, kCounted}, {3, kVarint}, {4, kCounted}};
constexpr Field kReport[] = {
    {1, kVarint},  {2, kCounted}, {3, kCounted}, {4, kCounted},
    {5, kCounted}, {6, kCounted}, {7, kCounted}, {8, kCounted},
    {9, kCounted}, {10, kVarint}, {11, kVarint}, {12, kCounted, true, kChannel},
    {13, kVarint}, {14, kVarint}, {15, kVarint}, {16, kCounted, true},
    {17, kVarint}, {18, kVarint}, {19, kCounted}};
constexpr Field kPcr[] = {{1, kVarint}, {2, kCounted}};
constexpr Field kEvidence[] = {{1, kVarint},  {2, kCounted},       {3, kCounted},
                               {4, kCounted}, {5, kCounted},       {6, kCounted, true, kPcr},
                               {7, kVarint},  {8, kCounted, true}, {9, kCounted},
                               {10, kCounted}};

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
  if ((tag & 7) != field->type)
    return Fail(ErrorCode::kInvalid,
                "field " + std::to_string(tag >> 3) + " has wire type " + std::to_string(tag & 7));
  return &*field;
}

// What came already in one message: at most one of each singular field and of each choice.
class Seen {
 public:
  Expected<void> Note(const Field& field) {
    uint64_t bits = uint64_t(1) << field.number;
    if (field.choice) bits |= uint64_t(1) << (32 + field.choice);
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

Expected<void> CheckMessage(Part part, std::vector<Part>& parts) {
  WireReader in(part.bytes);
  Seen seen;
  while (!in.AtEnd()) {
    uint64_t tag = TRY(Varint(in));
    const Field* field = TRY(Declared(part.fields, tag));
    TRY(seen.Note(*field));
    uint64_t value = TRY(Varint(in));
    if (field->type == kVarint) continue;
    std::string_view bytes = TRY(in.Bytes(value));
    if (!field->message.empty() || field->choice) parts.push_back({bytes, field->message});
  }
  return {};
}

// Iterative: how deep messages nest is not the sender's choice to exhaust a stack with.
Expected<void> CheckForm(std::string_view bytes, std::span<const Field> fields) {
  std::vector<Part> parts = {{bytes, fields}};
  while (!parts.empty()) {
    Part part = parts.back();
    parts.pop_back();
    TRY(CheckMessage(part, parts));
  }
  return {};
}

template <typename Message>
Expected<Message> Read(std::string_view bytes, std::span<const Field> fields, size_t limit) {
  if (bytes.size() > limit)
    return Fail(ErrorCode::kInvalid, std::to_string(bytes.size()) + " bytes, at most " +
                                         std::to_string(limit) + " allowed");
  TRY(CheckForm(bytes, fields));
  Message message;
  if (!message.ParseFromArray(bytes.data(), int(bytes.size())))
    return Fail(ErrorCode::kInvalid, "not the message it should be (text that is not UTF-8?)");
  return message;
}

}  // namespace

Expected<Evidence> ReadEvidence(std::string_view bytes) {
  Evidence evidence = TRY(Read<Evidence>(bytes, kEvidence, kMaxEvidence));
  if (evidence.version() != 1)
    return Fail(ErrorCode::kUnsupported,
                "evidence of version " + std::to_string(evidence.version()) + ", we read 1");
  if (size_t(evidence.ledger_size()) > kMaxRecords)
    return Fail(ErrorCode::kInvalid, std::to_string(evidence.ledger_size()) + " ledger records");
  if (evidence.node_id().size() > kMaxNodeId) return Fail(ErrorCode::kInvalid, "endless node id");
  return evidence;
}

Expected<LedgerRecord> ReadRecord(std::string_view bytes) {
  LedgerRecord record = TRY(Read<LedgerRecord>(bytes, kRecord, kMaxRecord));
  if (record.payload_case() == LedgerRecord::PAYLOAD_NOT_SET)
    return Fail(ErrorCode::kInvalid, "a ledger record that says nothing");
  return record;
}

Expected<Report> ReadReport(std::string_view bytes) {
  Report report = TRY(Read<Report>(bytes, kReport, kMaxReport));
  if (report.version() != 1)
    return Fail(ErrorCode::kUnsupported,
                "report of version " + std::to_string(report.version()) + ", we read 1");
  return report;
}

}  // namespace assay
