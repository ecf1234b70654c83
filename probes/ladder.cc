// SPDX-License-Identifier: Apache-2.0
#include "probes/ladder.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "probes/slots.h"

namespace assay {

namespace {

constexpr Channel kFileChannels[] = {Channel::kContent, Channel::kAttributes, Channel::kNames};

bool IsFileChannel(Channel channel) {
  return std::ranges::find(kFileChannels, channel) != std::end(kFileChannels);
}

// The object at a path below the root; a link is not followed, so that what is watched is what the
// baseline compares.
Fd OpenObject(int root, std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  std::string relative = path.empty() ? "." : std::string(path);
  open_how how{};
  how.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  return Fd(int(syscall(SYS_openat2, root, relative.c_str(), &how, sizeof how)));
}

void AddTo(int epoll, int fd, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

bool SameKey(const KeyWire& a, const KeyWire& b) {
  return a.ino == b.ino && a.dev == b.dev && a.gen == b.gen;
}

}  // namespace

Ladder::Ladder(WatchPlan plan, Options options, Canary canary, Fd epoll, Fd again)
    : plan_(std::move(plan)),
      options_(std::move(options)),
      canary_(std::move(canary)),
      total_(plan_.count + kCanaryObjects),
      epoll_(std::move(epoll)),
      again_(std::move(again)) {}

Expected<void> Ladder::Climb() {
  root_ = Fd(open(plan_.root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root_) return FailErrno(errno, "opening the root '" + plan_.root + "'");
  AddTo(epoll_.get(), again_.get(), EPOLLIN);
  WatchMounts();
  for (Rung family : {Rung::kLsm, Rung::kFentry})
    if (options_.best <= family && TryBpf(family)) return {};
  if (options_.best <= Rung::kFanotify && TryFanotify()) return {};
  own_slots_.assign(total_ + kPlaces, {});
  slots_ = own_slots_.data();
  rung_ = Rung::kComparison;
  Reset(descent_.empty() ? "no probes were asked for" : descent_);
  return {};
}

bool Ladder::TryBpf(Rung family) {
  Expected<std::unique_ptr<BpfRung>> bpf = BpfRung::Load(
      {.family = family, .slots = total_ + kPlaces, .ring_bytes = options_.ring_bytes});
  if (!bpf) {
    descent_ += std::string(RungName(family)) + ": " + bpf.error().text + "; ";
    return false;
  }
  bpf_ = std::move(*bpf);
  slots_ = bpf_->slots();
  keys_.assign(total_, {});
  rung_ = family;
  AddTo(epoll_.get(), bpf_->ring_fd(), EPOLLIN);
  RegisterAll();
  Reset(descent_);
  if (RunCanary().empty()) return true;
  for (const ChannelStatus& status : status_)
    if (IsFileChannel(status.channel) && !status.proven_at) descent_ += status.reason + "; ";
  Leave();
  return false;
}

bool Ladder::TryFanotify() {
  Expected<std::unique_ptr<FanotifyRung>> fanotify = FanotifyRung::Open(total_);
  if (!fanotify) {
    descent_ += "fanotify: " + fanotify.error().text + "; ";
    return false;
  }
  fanotify_ = std::move(*fanotify);
  own_slots_.assign(total_ + kPlaces, {});
  slots_ = own_slots_.data();
  rung_ = Rung::kFanotify;
  AddTo(epoll_.get(), fanotify_->fd(), EPOLLIN);
  RegisterAll();
  Reset(descent_);
  // The lowest rung with events: channels that stay silent are marked, the others are used.
  if (RunCanary().size() < std::size(kFileChannels)) return true;
  descent_ += "fanotify: the canary stayed silent; ";
  Leave();
  return false;
}

void Ladder::Leave() {
  if (bpf_) epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, bpf_->ring_fd(), nullptr);
  if (fanotify_) epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fanotify_->fd(), nullptr);
  bpf_.reset();
  fanotify_.reset();
  keys_.clear();
  pending_.clear();
  counters_ = {};
}

void Ladder::Reset(std::string reason) {
  if (reason.ends_with("; ")) reason.resize(reason.size() - 2);
  status_.clear();
  for (size_t i = 0; i < kChannelCount; i++) {
    ChannelStatus status{Channel(i), rung_, 0, reason};
    bool blind = rung_ >= Rung::kFanotify &&
                 (status.channel == Channel::kSysctl || status.channel == Channel::kTcb);
    if (blind) {
      status.rung = Rung::kComparison;
      status.reason = "only BPF sees it";
    } else if (bpf_ && !bpf_->missing()[i].empty()) {
      status.rung = Rung::kComparison;
      status.reason = bpf_->missing()[i];
    }
    status_.push_back(std::move(status));
  }
}

void Ladder::WatchMounts() {
  // poll(2) says POLLPRI when the mount table changed: also for mount_setattr(2), which no LSM hook
  // sees, and on every rung.
  mounts_ = Fd(open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC));
  if (mounts_) AddTo(epoll_.get(), mounts_.get(), EPOLLPRI);
}

std::string Ladder::PathOf(ObjectId object) const {
  return object < plan_.count ? plan_.path(object) : canary_.Path(object - plan_.count);
}

void Ladder::RegisterAll() {
  for (ObjectId object = 0; object < total_; object++) {
    Expected<void> bound = Rebind(object);
    if (!bound) counters_.unregistered++;
  }
  // What was registered just now was not touched by anybody.
  for (uint32_t slot = 0; slot < total_ + kPlaces; slot++)
    slots_[slot].acked = SlotSequence(slots_[slot]);
}

Expected<void> Ladder::Rebind(ObjectId object) {
  if (object >= kMountsObject || rung_ == Rung::kComparison) return {};
  std::string path = PathOf(object);
  bool canary = object >= plan_.count;
  Fd fd = canary ? Fd(open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC))
                 : OpenObject(root_.get(), path);
  int err = errno;
  bool moved = false;
  if (fanotify_) {
    moved = fd ? TRY(fanotify_->Register(object, fd.get(), path))
               : fanotify_->RegisterAbsent(object, path);
  } else {
    KeyWire key{};
    if (fd) key = TRY(KeyOf(fd.get()));
    moved = !SameKey(key, keys_[object]);
    if (moved && keys_[object].ino) bpf_->Forget(keys_[object]);
    if (moved && key.ino) TRY(bpf_->Register(key, SlotOf(object, total_)));
    keys_[object] = key;
  }
  // Another inode than before: whatever was known of the object is void until it is looked at.
  if (moved) TouchSlot(SlotAt(object));
  if (!fd) return FailErrno(err, "watching '" + path + "'");
  return {};
}

SlotWire& Ladder::SlotAt(ObjectId object) const { return slots_[SlotOf(object, total_)]; }

uint64_t Ladder::Sequence(ObjectId object) const { return SlotSequence(SlotAt(object)); }

bool Ladder::Acknowledge(ObjectId object, uint64_t sequence) {
  return AcknowledgeSlot(SlotAt(object), sequence);
}

// Each open file of mountinfo says a change once; the epoll above it may swallow the wake-up.
bool Ladder::TouchMounts() {
  pollfd mounts{mounts_.get(), POLLPRI, 0};
  if (!mounts_ || !slots_ || poll(&mounts, 1, 0) <= 0) return false;
  TouchSlot(SlotAt(kMountsObject));
  return true;
}

std::vector<ObjectId> Ladder::Sweep() {
  TouchMounts();
  if (bpf_) counters_.lost = bpf_->lost();
  std::vector<ObjectId> dirty;
  for (uint32_t slot = 0; slot < total_ + kPlaces; slot++) {
    bool canary = slot >= plan_.count && slot < total_;
    if (!canary && SlotDirty(slots_[slot])) dirty.push_back(ObjectOf(slot, total_));
  }
  counters_.swept += dirty.size();
  return dirty;
}

void Ladder::Ring(ObjectId object, Channel channel, Cause cause) {
  if (object >= plan_.count && object < kMountsObject) {
    canary_seen_.push_back({object - plan_.count, channel, cause.process.pid});
    return;
  }
  counters_.doorbells++;
  pending_.push_back({object, channel, std::move(cause), BootNow()});
}

void Ladder::Touch(ObjectId object, Channel channel, pid_t pid) {
  bool canary = object >= plan_.count && object < kMountsObject;
  bool ring = TouchSlot(SlotAt(object));
  // The canary wants to hear of every touch; others ring once until they are acknowledged.
  if (canary) return Ring(object, channel, Cause{.process = {.pid = pid}});
  if (ring) Ring(object, channel, ReadCause(pid, 0));
}

void Ladder::TouchAll() {
  counters_.overflows++;
  for (ObjectId object = 0; object < plan_.count; object++) TouchSlot(SlotAt(object));
}

void Ladder::ReadFanotify() {
  fanotify_->Drain([this](ObjectId object) { return PathOf(object); },
                   [this](const FanotifyRung::Touch& t) { Touch(t.object, t.channel, t.pid); },
                   [this] { TouchAll(); });
}

// The program of a process that is gone, if it is one of those that are watched; else empty.
std::string Ladder::PathOfInode(uint64_t ino, uint32_t dev) const {
  auto found = std::ranges::find_if(
      keys_, [&](const KeyWire& key) { return ino != 0 && key.ino == ino && key.dev == dev; });
  return found == keys_.end() ? std::string() : PathOf(ObjectId(found - keys_.begin()));
}

void Ladder::ReadBpf() {
  bpf_->Drain([this](const DoorbellWire& wire) {
    Cause cause = ReadCause(pid_t(wire.pid), wire.start_time);
    // What the kernel noted at the time outlives the process.
    if (cause.process.gone) {
      cause.uid = wire.uid;
      cause.login_uid = wire.login_uid;
      cause.parents = {ReadCause(pid_t(wire.parent), 0).process};
    }
    // Of one that is gone, or waits to be reaped, /proc has no program any more.
    if (cause.process.gone || !cause.process.exe.starts_with('/')) {
      std::string exe = PathOfInode(wire.exe_ino, wire.exe_dev);
      if (cause.process.gone || !exe.empty()) cause.process.exe = std::move(exe);
    }
    Ring(ObjectOf(wire.slot, total_), Channel(wire.channel), std::move(cause));
  });
  counters_.lost = bpf_->lost();
}

void Ladder::ReadQueue() {
  uint64_t count;
  (void)!read(again_.get(), &count, sizeof count);
  if (TouchMounts()) {
    counters_.doorbells++;
    pending_.push_back({kMountsObject, Channel::kMounts, std::nullopt, BootNow()});
  }
  if (bpf_) ReadBpf();
  if (fanotify_) ReadFanotify();
}

std::vector<Doorbell> Ladder::Drain() {
  ReadQueue();
  canary_seen_.clear();
  return std::exchange(pending_, {});
}

bool Ladder::WaitFor(const Canary::Touch& touch, uint64_t before, BootNanos until) {
  ObjectId object = plan_.count + touch.object;
  for (;;) {
    ReadQueue();
    bool rang = std::ranges::any_of(canary_seen_, [&](const Seen& seen) {
      return seen.object == touch.object && seen.channel == touch.channel && seen.pid == getpid();
    });
    if (rang && Sequence(object) != before) return true;
    BootNanos now = BootNow();
    if (now >= until) return false;
    pollfd ready{epoll_.get(), POLLIN, 0};
    poll(&ready, 1, int((until - now) / 1'000'000) + 1);
  }
}

bool Ladder::RunTouch(const Canary::Touch& touch, std::string& silent) {
  ObjectId object = plan_.count + touch.object;
  canary_seen_.clear();
  uint64_t before = Sequence(object);
  (void)Acknowledge(object, before);
  errno = 0;
  if (!touch.run()) {
    // A file system without extended attributes cannot be changed by them either.
    if (errno == ENOTSUP || errno == EOPNOTSUPP) return true;
    silent = std::string(touch.name) + " failed: " + strerrordesc_np(errno);
    return false;
  }
  if (WaitFor(touch, before, BootNow() + options_.canary_deadline)) return true;
  silent =
      std::string(touch.name) + " did not come through on rung " + std::string(RungName(rung_));
  return false;
}

std::vector<Channel> Ladder::RunCanary() {
  if (rung_ == Rung::kComparison) return {};
  std::vector<Channel> silent;
  canary_.Clean();
  ReadQueue();  // the cleaning is no touch of the canary's
  uint64_t quiet = Sequence(plan_.count + kCanaryQuiet);
  std::string reasons[kChannelCount];
  bool failed[kChannelCount] = {};
  for (const Canary::Touch& touch : canary_.Touches()) {
    size_t channel = size_t(touch.channel);
    if (!failed[channel] && !RunTouch(touch, reasons[channel])) failed[channel] = true;
  }
  bool noise = Sequence(plan_.count + kCanaryQuiet) != quiet;
  for (ChannelStatus& status : status_) {
    size_t channel = size_t(status.channel);
    if (!IsFileChannel(status.channel)) continue;
    if (!failed[channel] && !noise) {
      status.proven_at = BootNow();
      continue;
    }
    status.proven_at = 0;
    status.reason = noise ? "the canary that nobody touched moved" : reasons[channel];
    silent.push_back(status.channel);
  }
  canary_seen_.clear();
  uint64_t one = 1;
  if (!pending_.empty()) (void)!write(again_.get(), &one, sizeof one);
  return silent;
}

}  // namespace assay
