// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/tree_facts.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/inode_walk.h"
#include "checks/formats/lines.h"
#include "checks/formats/local_mounts.h"

namespace assay {

namespace {

// Snapshots, volumes and running roots of containers and snaps; users' own run-time directories.
// What an image has in /run is gone when it boots.
std::vector<std::string> ClosedDirectories(bool live) {
  std::vector<std::string> closed = {"/var/lib/docker",          "/var/lib/containerd",
                                     "/var/lib/containers",      "/var/lib/kubelet/pods",
                                     "/var/lib/kubelet/plugins", "/snap",
                                     "/var/lib/snapd/snap"};
  if (!live) closed.push_back("/run");
  for (const char* run : {"/run/containerd", "/run/docker", "/run/containers", "/run/user"})
    if (live) closed.push_back(run);
  return closed;
}

class Border : public WalkBorder {
 public:
  explicit Border(std::optional<LocalMounts> mounts) : mounts_(std::move(mounts)) {}

  bool Enters(const MountRoot& root) override {
    if (mounts_)
      if (std::optional<bool> enters = mounts_->Enters(root.mount_id)) return *enters;
    // A static root, or a mount that init does not have.
    return IsDiskFilesystem(root.Filesystem());
  }
  bool IsForeign(std::string_view path) override { return mounts_ && mounts_->IsForeign(path); }
  bool RunsSetId(uint64_t mount_id) const { return !mounts_ || mounts_->RunsSetId(mount_id); }

 private:
  std::optional<LocalMounts> mounts_;
};

class Collector : public InodeVisitor {
 public:
  Collector(TreeFindings& into, size_t most, const Border& border)
      : into_(into), most_(most), border_(border) {}

  void See(const WalkedInode& inode, std::string_view path) override {
    if (!Counts(inode, path)) return;
    if (into_.count++ >= most_) return;
    into_.first.push_back(
        {std::string(path), inode.mode, inode.uid, inode.gid, border_.RunsSetId(inode.mount_id)});
  }

 protected:
  virtual bool Counts(const WalkedInode&, std::string_view) { return true; }

 private:
  TreeFindings& into_;
  size_t most_;
  const Border& border_;
};

class WorldWritable : public Collector {
 public:
  using Collector::Collector;
  bool Wants(const WalkedInode& inode) override {
    if (!(inode.mode & S_IWOTH)) return false;
    return S_ISREG(inode.mode) || (S_ISDIR(inode.mode) && !(inode.mode & S_ISVTX));
  }
};

class SetId : public Collector {
 public:
  using Collector::Collector;
  bool Wants(const WalkedInode& inode) override {
    return S_ISREG(inode.mode) && (inode.mode & (S_ISUID | S_ISGID));
  }
};

// The third field of passwd(5) and group(5). The small ones are asked for each object.
class KnownIds {
 public:
  explicit KnownIds(std::string_view text) : low_(65'536) {
    for (std::string_view line : LinesOf(text)) {
      size_t first = line.find(':'), second = line.find(':', first + 1);
      if (first == line.npos || second == line.npos) continue;
      std::string_view field = line.substr(second + 1, line.find(':', second + 1) - second - 1);
      uint32_t id = 0;
      auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), id);
      if (error != std::errc() || end != field.data() + field.size()) continue;
      if (id < low_.size())
        low_[id] = true;
      else
        high_.push_back(id);
    }
    std::ranges::sort(high_);
  }
  bool Has(uint32_t id) const {
    return id < low_.size() ? low_[id] : std::ranges::binary_search(high_, id);
  }

 private:
  std::vector<bool> low_;
  std::vector<uint32_t> high_;
};

struct Owners {
  KnownIds users, groups;
};

class Unowned : public Collector {
 public:
  Unowned(TreeFindings& into, size_t most, const Border& border, const Owners& owners)
      : Collector(into, most, border), owners_(owners) {}
  bool Wants(const WalkedInode& inode) override {
    return !owners_.users.Has(inode.uid) || !owners_.groups.Has(inode.gid);
  }

 protected:
  // systemd.exec(5) DynamicUser=: ids of no passwd, in directories that only root can enter.
  bool Counts(const WalkedInode& inode, std::string_view path) override {
    auto dynamic = [](uint32_t id) { return 61'184 <= id && id <= 65'519; };
    auto known = [&](const KnownIds& ids, uint32_t id) { return ids.Has(id) || dynamic(id); };
    if (!known(owners_.users, inode.uid) || !known(owners_.groups, inode.gid)) return true;
    for (const char* home :
         {"/var/lib/private/", "/var/cache/private/", "/var/log/private/", "/run/private/"})
      if (path.starts_with(home)) return false;
    return true;
  }

 private:
  const Owners& owners_;
};

Expected<Owners> ReadOwners(Host& host) {
  std::string users = TRY(ReadText(host, "/etc/passwd"));
  std::string groups = TRY(ReadText(host, "/etc/group"));
  return Owners{KnownIds(users), KnownIds(groups)};
}

Expected<std::optional<LocalMounts>> ReadMounts(Host& host) {
  if (!host.live()) return std::nullopt;
  std::string mountinfo = TRY(host.MountInfo());
  return TRY(LocalMounts::Of(mountinfo, ClosedDirectories(true)));
}

Expected<TreeFacts> FindFacts(Host& host) {
  Border border(TRY(ReadMounts(host)));
  Expected<Owners> owners = ReadOwners(host);
  TreeFacts facts;
  TreeFindings strangers;
  WorldWritable world_writable(facts.world_writable, 1000, border);
  SetId set_id(facts.set_id, 10'000, border);
  InodeWalk walk{{&world_writable, &set_id}, &border, ClosedDirectories(host.live())};
  std::optional<Unowned> unowned;
  if (owners) walk.visitors.push_back(&unowned.emplace(strangers, 1000, border, *owners));
  WalkTotal total = TRY(host.Walk(walk));
  // The order of a directory is nobody's: two walks of the same tree are to read the same.
  for (TreeFindings* found : {&facts.world_writable, &facts.set_id, &strangers})
    std::ranges::sort(found->first, {}, &TreeFinding::path);
  facts.unowned = std::move(strangers);
  if (!owners) facts.unowned = std::unexpected(owners.error());
  facts.objects = total.objects;
  facts.directories = total.directories;
  facts.not_entered = std::move(total.not_entered);
  return facts;
}

}  // namespace

const Expected<TreeFacts>& TreeFactsOf(Host& host) {
  return host.Once<Expected<TreeFacts>>("walk", FindFacts);
}

}  // namespace assay
