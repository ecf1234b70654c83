// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <typeindex>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/fd.h"

namespace assay {

class HostFile;
struct InodeWalk;
struct WalkTotal;

/// One thing that a judgement looked at, present or absent: the watch-list is made of these.
struct Input {
  enum class Kind : uint8_t {
    kFile,       ///< bytes of the object at `name`, an absolute path inside the root
    kMetadata,   ///< only what is there: its type, owner, group, mode, or that nothing is
    kDirectory,  ///< the set of names in the directory at `name`
    kSysctl,     ///< live value; `name` is the path below /proc/sys, "net/ipv4/ip_forward"
    kMounts,     ///< the mount table; `name` is empty
    kModules,    ///< the loaded kernel modules; `name` is empty
    kTree,       ///< all objects of the local file systems below `name`: asked for by a walk only
    kLive,       ///< what the kernel or a daemon answers and no event tells of; `name` says what
  };
  Kind kind;
  std::string name;
  auto operator<=>(const Input&) const = default;
};

/// Metadata of one object, not followed if it is a symbolic link (statx(2)).
struct Metadata {
  enum class Type : uint8_t { kRegular = 1, kDirectory, kSymlink, kFifo, kSocket, kChar, kBlock };
  Type type = Type::kRegular;
  uint32_t mode = 0;          ///< the low 12 bits: permissions, set-id bits, sticky
  uint32_t uid = 0, gid = 0;  ///< numeric, as stored in the inode
  uint64_t size = 0, inode = 0;
  uint64_t blocks = 0;  ///< of 512 bytes
  uint32_t device_major = 0, device_minor = 0;
  int64_t ctime_seconds = 0, mtime_seconds = 0;
  uint32_t ctime_nanos = 0;
  uint64_t mount_id = 0;
};

/// The one door to the operating system that is judged: the running machine ("/"), or the root of
/// an image that is mounted somewhere. Every look is recorded as an Input, also when it found
/// nothing or failed (DESIGN law 2).
///
/// Paths are absolute inside the root ("/etc/ssh/sshd_config"). Where symbolic links are followed,
/// they are resolved inside the root (openat2 RESOLVE_IN_ROOT|NO_MAGICLINKS), so that an image
/// cannot point at the machine it is mounted on; the link and its target are both recorded. Only
/// regular files are read: an object is opened with O_PATH and looked at before it is opened for
/// reading, so that a FIFO is not drained and a device not touched. Not for two threads at once.
///
/// Errors of all reads: kNotFound (absent: often an answer), kPermission, kInvalid (wrong type,
/// larger than the limit, a path with ".." or not absolute).
class Host {
 public:
  /// Opens `root`. `live` says that it is the running machine, so that /proc may be asked.
  static Expected<Host> Open(const std::string& root, bool live);

  Host(Host&&) noexcept;
  Host& operator=(Host&&) noexcept;
  ~Host();

  bool live() const { return live_; }

  /// Bytes of a regular file, links followed inside the root.
  Expected<std::string> Read(std::string_view path, size_t limit = 16 << 20);
  /// A regular file, links followed inside the root, to be read by place (base/host_file.h).
  Expected<HostFile> OpenFile(std::string_view path);
  /// Metadata, the last component not followed (others are). Recorded as kMetadata: whoever judges
  /// size or times says so with RecordLook(kFile), for writing changes them.
  Expected<Metadata> Stat(std::string_view path);
  /// Metadata of what a path leads to, links followed inside the root.
  Expected<Metadata> StatTarget(std::string_view path);
  /// Target of a symbolic link, as stored.
  Expected<std::string> ReadLink(std::string_view path);
  /// Where a path leads, links followed inside the root: a path without links.
  Expected<std::string> RealPath(std::string_view path);
  /// Names in a directory without "." and "..", sorted; at most `limit` of them, else kInvalid.
  Expected<std::vector<std::string>> List(std::string_view directory, size_t limit = 100'000);

  /// The names in a directory, sorted, each with its target as stored if it is a symbolic link,
  /// else empty. Recorded as the directory alone: a link changes only by a change of its directory.
  Expected<std::vector<std::pair<std::string, std::string>>> Links(std::string_view directory,
                                                                   size_t limit = 10'000);
  /// The names in a directory, sorted, each with its metadata (links not followed), recorded as
  /// List() and Stat() of each; what goes away meanwhile is left out.
  using Child = std::pair<std::string, Metadata>;
  Expected<std::vector<Child>> Children(std::string_view directory);

  /// Live value of a sysctl without the trailing newline, read from /proc/sys in the namespaces of
  /// this process. `name` with '/' ("net/ipv4/ip_forward"). kUnsupported when not live().
  Expected<std::string> Sysctl(std::string_view name);
  /// /proc/1/mountinfo of the running machine (proc_pid_mountinfo(5)), not this process's own
  /// namespace. kUnsupported when not live().
  Expected<std::string> MountInfo();
  /// /proc/modules of the running machine. kUnsupported when not live().
  Expected<std::string> LoadedModules();
  /// Release of the running kernel (uname -r). kUnsupported when not live().
  Expected<std::string> KernelRelease();

  /// Name of the running machine's architecture (uname -m). kUnsupported when not live().
  Expected<std::string> MachineName();
  /// What the kernel's audit subsystem has (AUDIT_GET, AUDIT_LIST_RULES over netlink(7)), at most
  /// 65,536 rules in 5 seconds. kUnsupported when not live() or where the kernel has no audit for
  /// us (a container, audit=0); kPermission without CAP_AUDIT_CONTROL; kUnavailable on time-out.
  struct AuditMessages {
    std::string status;              ///< a struct audit_status
    std::vector<std::string> rules;  ///< a struct audit_rule_data each, in the kernel's order
  };
  Expected<AuditMessages> AuditState();

  /// Regular files with a set-user-id or set-group-id bit below a directory (links to it followed,
  /// links below it not), on its own file system only; sorted paths inside the root. None where the
  /// running machine mounts it nosuid or noexec. kInvalid if it has more than `limit` objects.
  Expected<std::vector<std::string>> SetIdFiles(std::string_view directory,
                                                size_t limit = 2'000'000);
  /// Readers of the file systems in which the kernel speaks (/proc, /sys), as mounted inside the
  /// root. No event tells of a change there, so a look is recorded as kLive `what` and not as a
  /// path. kUnsupported when not live().
  Expected<std::string> ReadKernel(std::string_view path, std::string_view what,
                                   size_t limit = 4 << 20);
  /// Names in a directory of them, sorted.
  Expected<std::vector<std::string>> ListKernel(std::string_view path, std::string_view what);
  /// Target of a link as stored; also of the links that lead elsewhere, such as /proc/1/exe.
  Expected<std::string> KernelLink(std::string_view path, std::string_view what);

  /// What systemd says of every unit that it has loaded: its active state ("active", "failed") by
  /// its name (aliases left out). Asked over D-Bus, in two seconds at most. Recorded as kLive
  /// "systemd". kUnsupported: not live(), or systemd is not what runs here; kUnavailable: no answer
  /// in time, or no bus; kPermission.
  Expected<std::map<std::string, std::string, std::less<>>> UnitStates();

  /// The first `size` bytes of a regular file, or all of it: for headers of large files.
  Expected<std::string> ReadStart(std::string_view path, size_t size);
  /// What the kernel's nf_tables holds: the answers to NFT_MSG_GETTABLE, GETCHAIN and GETRULE for
  /// all families, as netlink messages one after another (formats/nft_ruleset.h reads them).
  /// Consistent: a dump that was interrupted by a change is begun anew. kUnsupported when not
  /// live(), where the kernel has no nf_tables, or where this process is in another network
  /// namespace than process 1; kPermission without CAP_NET_ADMIN.
  Expected<std::string> PacketFilter();
  /// /proc/1/net/NAME of the running machine ("tcp", "ip_tables_names"; proc_pid_net(5)).
  /// kUnsupported when not live().
  Expected<std::string> NetworkTable(std::string_view name);
  /// Seconds since the epoch, of the machine that judges: also for a root that is not running.
  int64_t WallNow();
  /// Judges by another clock than CLOCK_REALTIME, so that a test knows what today is.
  void UseClock(std::function<int64_t()> clock) { clock_ = std::move(clock); }

  /// Numeric id of a user or group of the root's own /etc/passwd, /etc/group (never NSS, never
  /// the build machine's). A decimal number is taken as it is, and root is 0, as in the kernel.
  Expected<uint32_t> Uid(std::string_view name);
  Expected<uint32_t> Gid(std::string_view name);

  /// One pass over all objects of the root's local file systems (base/inode_walk.h). Recorded as
  /// kTree "/".
  Expected<WalkTotal> Walk(const InodeWalk& walk);

  /// What was looked at since the last call, and forgets it.
  std::set<Input> TakeInputs();

  /// What `read` makes of the host, read once and remembered under (T, key) together with its
  /// inputs, which count for everybody who asks. Many rules share one parse; an Expected<> is
  /// remembered also where it failed. The reference holds until Forget().
  template <typename T>
  const T& Once(std::string_view key, const std::function<T(Host&)>& read) {
    return *static_cast<const T*>(Remember(typeid(T), key, [&read](Host& host) {
      return std::static_pointer_cast<const void>(std::make_shared<const T>(read(host)));
    }));
  }
  /// Forgets what Once() remembers: before every new judgement, for the host may have changed.
  void Forget() { memories_.clear(); }

  /// Records a look at something that this class has no reader for (netlink, D-Bus, a walk).
  void RecordLook(Input::Kind kind, std::string_view name) { Record(kind, name); }

  /// The root directory, for those that walk a tree by directory fds (the baseline). Such a walk
  /// records its inputs itself: it *is* the watch-list.
  int root_fd() const { return root_.get(); }

 private:
  Host(Fd root, bool live);
  struct Found {
    Fd fd;               // O_PATH
    std::string target;  // the path that it led to; empty where that cannot be said
  };
  Expected<Found> Follow(Input::Kind kind, std::string_view path);
  Expected<Fd> OpenPath(std::string_view path, bool follow);
  Expected<std::string> ReadProc(const char* path, size_t limit);
  Expected<Host> PolicyOfAppArmor();
  Expected<Fd> OpenRegular(std::string_view path);
  Expected<uint32_t> IdOf(std::string_view file, std::string_view name);
  void Record(Input::Kind kind, std::string_view name);

  struct Memory {
    std::shared_ptr<const void> value;
    std::set<Input> inputs;
  };
  using Reader = std::function<std::shared_ptr<const void>(Host&)>;
  const void* Remember(std::type_index type, std::string_view key, const Reader& read);

  Fd root_;
  bool live_;
  std::function<int64_t()> clock_;  ///< empty: CLOCK_REALTIME
  std::set<Input> inputs_;
  std::map<std::pair<std::type_index, std::string>, Memory> memories_;
};

/// Opens the object at `relative` below `directory_fd` for reading, without following any symbolic
/// link and without leaving it (openat2 RESOLVE_BENEATH|NO_SYMLINKS|NO_MAGICLINKS): O_PATH first,
/// then, only if it is a regular file, for reading. kInvalid for other types. `metadata`, if given,
/// is of the very inode that was opened.
Expected<Fd> OpenRegularBeneath(int directory_fd, const char* relative, Metadata* metadata);

/// statx of an open fd (O_PATH is enough).
Expected<Metadata> StatFd(int fd);
/// The same of a name in a directory, a link not followed.
Expected<Metadata> StatAt(int directory_fd, const char* name);

}  // namespace assay
