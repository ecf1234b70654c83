// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace assay {

/// Can anybody write to this inode now? Asked by taking and at once releasing a read lease
/// (fcntl(2) F_SETLEASE; kernel fs/locks.c check_conflicting_open).
enum class Writers {
  kNone,     ///< lease granted: nobody has it open for writing, nor mapped so
  kSome,     ///< lease refused with EAGAIN
  kUnknown,  ///< the oracle does not hold here: overlayfs, NFS, FUSE, leases disabled, no CAP_LEASE
};

struct WriterAnswer {
  Writers writers = Writers::kUnknown;
  std::string reason;  ///< why unknown; empty otherwise
};

/// Asks for the regular file open (read-only) at `fd`. Blocks SIGIO for the calling thread first:
/// a writer that opens while the lease is held would otherwise kill us.
WriterAnswer AskWriters(int fd);

}  // namespace assay
