// SPDX-License-Identifier: Apache-2.0
#include "probes/bpf_rung.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <map>
#include <vector>

#include "file.skel.h"
#include "probes/bpf_sites.h"
#include "probes/slots.h"

namespace assay {
namespace {

constexpr size_t kLogLimit = 4096;

/// While it lives, what libbpf has to say comes here and not to standard error. libbpf's callback
/// has no argument of its own, hence the one variable per thread.
class LibbpfLog {
 public:
  LibbpfLog() : before_(libbpf_set_print(&LibbpfLog::Print)) { text.clear(); }
  ~LibbpfLog() { libbpf_set_print(before_); }
  LibbpfLog(const LibbpfLog&) = delete;
  LibbpfLog& operator=(const LibbpfLog&) = delete;

  static inline thread_local std::string text;  ///< warnings, the first kLogLimit bytes

 private:
  static int Print(libbpf_print_level level, const char* format, va_list arguments) {
    if (level != LIBBPF_WARN || text.size() >= kLogLimit) return 0;
    char line[kLogLimit];
    vsnprintf(line, sizeof line, format, arguments);
    text += line;
    return 0;
  }
  libbpf_print_fn_t before_;
};

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* it) const {
    Free(it);
  }
};
using Skeleton = std::unique_ptr<file_bpf, Freer<file_bpf__destroy>>;
using KernelBtf = std::unique_ptr<btf, Freer<btf__free>>;
using Link = std::unique_ptr<bpf_link, Freer<bpf_link__destroy>>;
using Ring = std::unique_ptr<ring_buffer, Freer<ring_buffer__free>>;

std::string Refusal(const std::string& call, int err) {
  const char* name = strerrorname_np(err);
  return call + ": " + (name ? name : std::to_string(err)) + " (" + strerror(err) + ")";
}

std::unexpected<Error> FailRefused(const std::string& call, int err) {
  bool permission = err == EPERM || err == EACCES;
  return Fail(permission ? ErrorCode::kPermission : ErrorCode::kUnsupported, Refusal(call, err));
}

/// The program that libbpf blames in its log: "prog 'NAME': ...". Empty if none.
std::string BlamedProgram(const std::string& log) {
  size_t start = log.find("prog '");
  if (start == std::string::npos) return {};
  start += strlen("prog '");
  return log.substr(start, log.find('\'', start) - start);
}

class LoadedRung final : public BpfRung {
 public:
  explicit LoadedRung(const Options& options) : options_(options) {}
  ~LoadedRung() override {
    ring_.reset();
    links_.clear();
    if (slots_) munmap(slots_, slots_bytes_);
  }

  Expected<void> Start() {
    LibbpfLog log;
    kernel_.reset(btf__load_vmlinux_btf());
    if (!kernel_) return FailRefused("reading the kernel's BTF", errno);
    TRY(LoadWhatWorks());
    TRY(Attach());
    kernel_.reset();  // some megabytes
    TRY(MapSlots());
    ring_.reset(
        ring_buffer__new(bpf_map__fd(skeleton_->maps.ring), &LoadedRung::Take, this, nullptr));
    if (!ring_) return FailRefused("mapping the ring of doorbells", errno);
    return {};
  }

  Expected<void> Register(const KeyWire& key, uint32_t slot) override {
    if (slot >= options_.slots) {
      return Fail(ErrorCode::kInvalid, "no slot " + std::to_string(slot));
    }
    if (bpf_map_update_elem(bpf_map__fd(skeleton_->maps.keys), &key, &slot, BPF_ANY) < 0) {
      return FailErrno(errno, "registering an inode with the kernel");
    }
    return {};
  }

  void Forget(const KeyWire& key) override {
    bpf_map_delete_elem(bpf_map__fd(skeleton_->maps.keys), &key);
  }

  SlotWire* slots() override { return slots_; }
  int ring_fd() const override { return ring_buffer__epoll_fd(ring_.get()); }

  void Drain(const std::function<void(const DoorbellWire&)>& ring) override {
    receiver_ = &ring;
    // A negative answer loses nothing: what is left stays queued, and the sweep finds the slots.
    (void)ring_buffer__consume(ring_.get());
    receiver_ = nullptr;
  }

  uint64_t lost() const override {
    return __atomic_load_n(&skeleton_->bss->lost, __ATOMIC_RELAXED) + malformed_;
  }

  const std::array<std::string, kChannelCount>& missing() const override { return missing_; }

 private:
  void Miss(Channel channel, const std::string& reason) {
    std::string& text = missing_[static_cast<size_t>(channel)];
    text += (text.empty() ? "" : "; ") + reason;
  }

  /// libbpf gives up the whole object for one program. Whoever the verifier does not want is left
  /// out, its channel named, and the rest tried again; a refusal of all programs ends it.
  Expected<void> LoadWhatWorks() {
    for (size_t attempt = 0; attempt <= BpfSites().size() + 1; attempt++) {
      TRY(Open());
      TRY(Choose());
      LibbpfLog::text.clear();
      int err = -file_bpf__load(skeleton_.get());
      if (err == 0) return {};
      std::string program = BlamedProgram(LibbpfLog::text);
      const bpf_program* blamed = bpf_object__find_program_by_name(skeleton_->obj, program.c_str());
      if (!blamed) return FailRefused("creating the BPF maps", err);
      std::string call = std::string("BPF_PROG_LOAD of ") + bpf_program__section_name(blamed);
      if (err == EPERM || refused_.contains(program)) return FailRefused(call, err);
      refused_[program] = Refusal(call, err);
    }
    return Fail(ErrorCode::kUnsupported, "the kernel refuses every BPF program");
  }

  Expected<void> Open() {
    skeleton_.reset(file_bpf__open());
    if (!skeleton_) return FailRefused("opening the BPF object", errno);
    skeleton_->rodata->mounts_slot = options_.slots - kPlaces;
    skeleton_->rodata->sysctl_slot = options_.slots - kPlaces + 1;
    skeleton_->rodata->tcb_slot = options_.slots - kPlaces + 2;
    bpf_map__set_max_entries(skeleton_->maps.slots, options_.slots);
    bpf_map__set_max_entries(skeleton_->maps.keys, options_.slots * 2);
    bpf_map__set_max_entries(skeleton_->maps.ring, options_.ring_bytes);
    return {};
  }

  /// Autoload for the programs of the family that this kernel has, and only for those.
  Expected<void> Choose() {
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, skeleton_->obj) bpf_program__set_autoload(program, false);
    missing_ = {};
    for (const BpfSite& site : BpfSites()) {
      std::string reason = Enable(site);
      if (!reason.empty() && site.required) Miss(site.channel, reason);
    }
    // The last release: the site of 6.12, or the function that has always been there.
    BpfSite release{"file_release", Channel::kContent};
    if (!Enable(release).empty()) {
      std::string reason = EnableProgram("any_fput", "__fput", "fentry/__fput");
      if (!reason.empty()) Miss(Channel::kContent, reason);
    }
    if (!missing_[size_t(Channel::kContent)].empty()) {
      missing_[size_t(Channel::kSysctl)] = missing_[size_t(Channel::kContent)];
    }
    return {};
  }

  std::string Enable(const BpfSite& site) {
    std::string function = KernelFunction(options_.family, site.hook);
    if (site.dentry >= 0) {
      auto position = DentryArgument(kernel_.get(), function);
      if (position > 1u) return function + " takes its dentry elsewhere";
      skeleton_->rodata->dentry_at[site.dentry] = position.value_or(0);
    }
    std::string prefix = options_.family == Rung::kLsm ? "lsm_" : "fentry_";
    return EnableProgram(prefix + site.hook, function, SectionOf(options_.family, site.hook));
  }

  std::string EnableProgram(const std::string& name, const std::string& function,
                            const std::string& section) {
    if (!KernelHas(kernel_.get(), function)) return "this kernel has no " + section;
    if (auto refused = refused_.find(name); refused != refused_.end()) return refused->second;
    bpf_program* program = bpf_object__find_program_by_name(skeleton_->obj, name.c_str());
    if (!program) return "this build has no program " + name;
    bpf_program__set_autoload(program, true);
    return {};
  }

  Expected<void> Attach() {
    Error last{ErrorCode::kUnsupported, "this kernel has none of the hooks"};
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, skeleton_->obj) {
      if (!bpf_program__autoload(program)) continue;
      Link link(bpf_program__attach(program));
      if (link) {
        links_.push_back(std::move(link));
        continue;
      }
      last = FailRefused(std::string("attaching ") + bpf_program__section_name(program), errno)
                 .error();
      MissProgram(bpf_program__name(program), last.text);
    }
    if (links_.empty()) return std::unexpected(last);
    return {};
  }

  void MissProgram(std::string_view program, const std::string& reason) {
    std::string_view hook = program.substr(program.find('_') + 1);
    for (const BpfSite& site : BpfSites()) {
      if (site.required && hook == site.hook) return Miss(site.channel, reason);
    }
    if (hook == "file_release" || hook == "fput") Miss(Channel::kContent, reason);
  }

  Expected<void> MapSlots() {
    size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    slots_bytes_ = (options_.slots * sizeof(SlotWire) + page - 1) / page * page;
    void* address = mmap(nullptr, slots_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED,
                         bpf_map__fd(skeleton_->maps.slots), 0);
    if (address == MAP_FAILED) return FailRefused("mapping the slots", errno);
    slots_ = static_cast<SlotWire*>(address);
    return {};
  }

  static int Take(void* self, void* data, size_t size) {
    auto* rung = static_cast<LoadedRung*>(self);
    auto wire = DecodeDoorbell({static_cast<const char*>(data), size}, rung->options_.slots);
    if (!wire) {
      rung->malformed_++;
    } else {
      (*rung->receiver_)(*wire);
    }
    return 0;
  }

  Options options_;
  KernelBtf kernel_;  // only while loading
  Skeleton skeleton_;
  std::vector<Link> links_;
  Ring ring_;
  SlotWire* slots_ = nullptr;
  size_t slots_bytes_ = 0;
  uint64_t malformed_ = 0;
  const std::function<void(const DoorbellWire&)>* receiver_ = nullptr;
  std::map<std::string, std::string> refused_;  // program -> why the verifier did not want it
  std::array<std::string, kChannelCount> missing_;
};

}  // namespace

Expected<std::unique_ptr<BpfRung>> BpfRung::Load(const Options& options) {
  if (options.family != Rung::kLsm && options.family != Rung::kFentry) {
    return Fail(ErrorCode::kInvalid, "the family must be lsm or fentry");
  }
  if (options.slots < kPlaces || options.slots > UINT32_MAX / 4) {
    return Fail(ErrorCode::kInvalid, "slots out of range: " + std::to_string(options.slots));
  }
  auto rung = std::make_unique<LoadedRung>(options);
  TRY(rung->Start());
  return rung;
}

}  // namespace assay
