// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "attest/evidence.pb.h"
#include "base/error.h"

namespace assay {

/// Readers of the messages in evidence.proto for bytes that nobody vouches for (checklist step 1).
/// protobuf keeps fields it does not know and takes the last of two that contradict each other;
/// what is signed must have one meaning, so these refuse, with kInvalid: fields that the version 1
/// messages do not have, a singular field that comes twice, wire types other than the declared,
/// numbers longer than needed, lengths beyond the bytes, text that is not UTF-8, and more of
/// anything than the limits below.

inline constexpr size_t kMaxEvidence = 64 << 20;
inline constexpr size_t kMaxRecords = 200'000;
inline constexpr size_t kMaxRecord = 64 << 10, kMaxReport = 256 << 10;
inline constexpr size_t kMaxNodeId = 256;
inline constexpr size_t kMaxFields = 8192;  ///< of a record or report; of evidence beside records

Expected<Evidence> ReadEvidence(std::string_view bytes);
Expected<LedgerRecord> ReadRecord(std::string_view bytes);
Expected<Report> ReadReport(std::string_view bytes);

}  // namespace assay
