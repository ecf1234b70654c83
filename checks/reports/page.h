// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace assay {

/// The HTML report's page with its places to fill: {{title}}, {{about}}, {{alarm}}, {{bar}},
/// {{summary}}, {{figures}}, {{rules}}.
extern const char kPage[];

}  // namespace assay
