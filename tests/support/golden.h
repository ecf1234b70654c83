// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace assay {

/// Holds a text against a golden file; `tests/run --update-golden` (ASSAY_UPDATE_GOLDEN in the
/// environment) writes the file instead. A difference fails the test that calls it and names the
/// first line that differs.
void ExpectGolden(const std::string& file, const std::string& text);

/// The same of a part of a page that people write: what is between the lines `<!-- NAME -->` and
/// `<!-- end of NAME -->`.
void ExpectGoldenPart(const std::string& file, const std::string& name, const std::string& text);

}  // namespace assay
