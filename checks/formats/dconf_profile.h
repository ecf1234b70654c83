// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/host.h"
#include "checks/formats/dconf_files.h"

namespace assay {

struct DconfLock {
  std::string file;
  int line = 0;
};

/// One database of a profile, from the files that it is compiled of.
struct DconfDatabase {
  std::string name;
  std::map<std::string, DconfValue> values;
  std::map<std::string, DconfLock> locks;
  std::string stale;  ///< why it does not hold what the files say; empty: it does
};

/// A profile: its databases, the strongest first, without the users' own.
struct DconfProfile {
  std::string file;  ///< empty: there is no such profile
  std::vector<DconfDatabase> databases;

  struct Effective {
    const DconfValue* value;  ///< null: nobody sets the key
    const DconfLock* lock;    ///< null: users may change it
  };
  /// What holds for a key, the users' own databases left out: the weakest database that locks it
  /// hides all stronger ones; from there on the first that has the key wins (dconf-engine.c).
  Effective Find(const std::string& key) const;
};

/// Reads a profile of /etc/dconf/profile, /usr/local/share or /usr/share, and the keyfiles and
/// locks of its system-db databases (/etc/dconf/db/NAME.d), of file names the later winning. A
/// database is stale if it is not there though there are files, or older than these. Of file-db
/// only Debian's greeter is known, which GDM compiles at every start from /usr/share/gdm/dconf;
/// others are the vendor's and count as empty.
Expected<DconfProfile> ReadDconfProfile(Host& host, const std::string& name);

}  // namespace assay
