// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/formats/unit_files.h"

namespace assay {

/// The script in /etc/init.d in place of a service without a unit file, and the links in
/// /etc/rc[2-5].d that start it: what systemd-sysv-generator(8) makes a unit of. A script that root
/// cannot execute is none; "NAME.sh" is the script of NAME too.
Expected<void> LookAtScripts(Host& host, UnitFile& unit);

}  // namespace assay
