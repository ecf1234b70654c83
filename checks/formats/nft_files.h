// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/error.h"
#include "base/host.h"
#include "checks/formats/packet_filter.h"

namespace assay {

/// The ruleset that nftables.service loads at boot: /etc/nftables.conf (Debian), or else
/// /etc/sysconfig/nftables.conf (Fedora's), with its includes as nft(8) resolves them: relative
/// ones below /etc, globs of file names in alphabetical order. kNotFound if neither exists;
/// kInvalid with file and line for a missing or circular include and for what is not understood.
/// At most 16 deep, 256 files, a million words.
Expected<Ruleset> PersistedNftRuleset(Host& host);

}  // namespace assay
