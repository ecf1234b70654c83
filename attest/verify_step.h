// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "attest/verify.h"

namespace assay {

/// Why a step of the checklist ends the appraisal, and what it ends as.
struct Refusal {
  Appraisal appraisal = Appraisal::kUntrusted;
  std::string text;
};

template <typename T>
using Checked = std::expected<T, Refusal>;

inline std::unexpected<Refusal> Refuse(Appraisal appraisal, std::string text) {
  return std::unexpected(Refusal{appraisal, std::move(text)});
}

/// An error of a parser, as the refusal of what it parsed.
inline std::unexpected<Refusal> Refuse(Appraisal appraisal, std::string_view what,
                                       const Error& error) {
  return Refuse(appraisal, std::string(what) + ": " + error.ToString());
}

}  // namespace assay
