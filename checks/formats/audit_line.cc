// SPDX-License-Identifier: Apache-2.0
// One line of auditctl -R: setopt() of auditctl.c.
#include "checks/formats/audit_line.h"

#include <algorithm>
#include <charconv>

#include "checks/formats/audit_words.h"
#include "checks/formats/syscall_names.h"

namespace assay {

namespace {

constexpr size_t kLongestLine = 6143;

std::unexpected<Error> Wrong(std::string text) {
  return Fail(ErrorCode::kInvalid, std::move(text));
}

struct Flag {
  std::string_view name;
  uint32_t number;
};

constexpr Flag kLists[] = {{"task", AUDIT_FILTER_TASK},     {"exit", AUDIT_FILTER_EXIT},
                           {"user", AUDIT_FILTER_USER},     {"exclude", AUDIT_FILTER_EXCLUDE},
                           {"filesystem", AUDIT_FILTER_FS}, {"io_uring", AUDIT_FILTER_URING_EXIT}};

std::optional<uint32_t> ListNumber(std::string_view name) {
  for (const Flag& list : kLists)
    if (list.name == name) return list.number;
  return std::nullopt;
}

std::optional<uint32_t> Action(std::string_view name) {
  if (name == "always") return AUDIT_ALWAYS;
  return name == "never" ? std::optional<uint32_t>(AUDIT_NEVER) : std::nullopt;
}

std::optional<int> Digits(std::string_view text) {
  int number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || number < 0)
    return std::nullopt;
  return number;
}

// One line, option by option. The order of options matters to auditctl, so it does here.
class LineReader {
 public:
  explicit LineReader(const AuditWorld& world) : world_(world) {}

  Expected<AuditRequest> Read(std::string_view text) {
    if (text.size() > kLongestLine) return Wrong("the line is too long for auditctl");
    std::vector<AuditOption> options = TRY(AuditOptions(text));
    for (const AuditOption& option : options) TRY(Take(option));
    if (!listed_) {
      if (syscalls_ || !key_.empty()) {
        if (request_.what != AuditRequest::What::kRemoveAll) return Wrong("no list is given");
      }
      request_.rule.key = key_;
      return std::move(request_);
    }
    if (!key_.empty() && !KeyAllowed()) return Wrong("a key without a watch or system call");
    request_.rule.key = key_;
    if (!syscalls_) request_.rule.syscalls.set();
    Normalize(request_.rule);
    return std::move(request_);
  }

 private:
  using What = AuditRequest::What;

  Expected<bool> Take(const AuditOption& option) {
    if (option.name.size() > 1) return TakeLong(option);
    switch (option.name[0]) {
      case 'a':
      case 'A':
      case 'd':
        return TakeList(option.name[0], option.value);
      case 'w':
      case 'W':
        return TakeWatch(option.name[0], option.value);
      case 'S':
        return TakeSyscalls(option.value);
      case 'F':
        return TakeField(option.value);
      case 'C':
        return TakeComparison(option.value);
      case 'p':
        return TakeAccess(option.value);
      case 'k':
        return TakeKey(option.value,
                       request_.what == What::kRemoveAll || (listed_ && KeyAllowed()));
      default:
        return TakeControl(option);
    }
  }

  Expected<bool> TakeLong(const AuditOption& option) {
    if (option.name == "backlog_wait_time" && !Digits(option.value))
      return Wrong("backlog_wait_time takes a number");
    return true;
  }

  Expected<bool> TakeControl(const AuditOption& option) {
    switch (option.name[0]) {
      case 'D':
        request_.what = What::kRemoveAll;
        return true;
      case 'i':
      case 'c':
        request_.what = What::kPassOver;
        return true;
      case 'e':
      case 'f':
        if (option.value != "0" && option.value != "1" && option.value != "2")
          return Wrong("-" + option.name + " takes 0, 1 or 2");
        if (option.name == "e") request_.what = What::kEnable;
        if (option.name == "e") request_.enabled = option.value[0] - '0';
        return true;
      case 'r':
      case 'b':
        if (!Digits(option.value)) return Wrong("-" + option.name + " takes a number");
        return true;
      case 'R':
        return Wrong("-R inside of a rules file");
      default:
        return true;  // status, help, version, trim, equivalents: no rule
    }
  }

  Expected<bool> TakeList(char letter, std::string_view value) {
    size_t comma = value.find(',');
    if (listed_) return Wrong("two rules on one line");
    if (comma == std::string_view::npos) return Wrong("no list,action");
    std::string_view one = value.substr(0, comma), two = value.substr(comma + 1);
    if (Action(two)) std::swap(one, two);
    std::optional<uint32_t> action = Action(one), list = ListNumber(two);
    if (!action || !list) return Wrong("'" + std::string(value) + "' is no list,action");
    request_.what = letter == 'a' ? What::kAppend : letter == 'A' ? What::kPrepend : What::kRemove;
    request_.rule.list = *list;
    request_.rule.action = *action;
    listed_ = true;
    return true;
  }

  Expected<bool> TakeWatch(char letter, std::string value) {
    if (listed_) return Wrong("a watch together with another rule");
    if (!value.starts_with('/')) return Wrong("the path does not begin with '/'");
    while (value.size() > 1 && value.ends_with('/')) value.pop_back();
    uint32_t field = world_.is_directory(value) ? AUDIT_DIR : AUDIT_WATCH;
    request_.what = letter == 'w' ? What::kAppend : What::kRemove;
    request_.rule.fields.insert({field, AUDIT_EQUAL, 0, value});
    SetAccess(AUDIT_PERM_READ | AUDIT_PERM_WRITE | AUDIT_PERM_EXEC | AUDIT_PERM_ATTR);
    request_.rule.syscalls.set();
    listed_ = syscalls_ = true;
    return true;
  }

  void SetAccess(uint32_t bits) {
    std::erase_if(request_.rule.fields,
                  [](const auto& field) { return field.field == AUDIT_PERM; });
    request_.rule.fields.insert({AUDIT_PERM, AUDIT_EQUAL, bits, ""});
    special_ = true;
  }

  Expected<bool> TakeAccess(std::string_view value) {
    std::optional<uint32_t> bits = AuditAccessBits(value);
    if (!listed_ || request_.rule.fields.empty()) return Wrong("-p without a watch before it");
    if (!bits || value.size() > 4) return Wrong("'" + std::string(value) + "' is no permission");
    SetAccess(*bits);
    return true;
  }

  Expected<bool> TakeSyscalls(std::string_view value) {
    if (listed_ && request_.rule.list != AUDIT_FILTER_EXIT &&
        request_.rule.list != AUDIT_FILTER_URING_EXIT)
      return Wrong("system calls on a list that has none");
    if (!arch_) arch_ = world_.arch;
    syscalls_ = true;
    for (size_t at = 0; at <= value.size();) {
      size_t comma = std::min(value.find(',', at), value.size());
      if (comma > at) TRY(TakeSyscall(value.substr(at, comma - at)));
      at = comma + 1;
    }
    return true;
  }

  Expected<bool> TakeSyscall(std::string_view name) {
    if (name == "all") {
      request_.rule.syscalls.set();
      return true;
    }
    std::optional<int> number = Digits(name);
    if (!number && !arch_)
      return Wrong("the machine is not known, so '-S " + std::string(name) + "' has no number");
    if (!number && Foreign()) return true;
    if (!number) number = SyscallNumber(arch_, name);
    if (!number || size_t(*number) >= kAuditSyscalls)
      return Wrong("'" + std::string(name) + "' is no system call of " + ArchName(arch_));
    request_.rule.syscalls.set(size_t(*number));
    return true;
  }

  // The calls of 32-bit ARM are not known here by name; no rule asks for them.
  bool Foreign() const { return arch_ == kArchArm; }

  Expected<bool> TakeField(std::string_view value) {
    if (!listed_) return Wrong("-F before its list");
    if (value.starts_with("key=")) return TakeKey(value.substr(4), true);
    if (request_.rule.fields.size() >= AUDIT_MAX_FIELDS - 1) return Wrong("too many fields");
    AuditField field = TRY(ParseAuditField(value, request_.rule.list, world_));
    if (field.field == AUDIT_ARCH) {
      if (syscalls_) return Wrong("arch after the system calls");
      arch_ = field.number;
    }
    special_ |= field.field == AUDIT_PERM || field.field == AUDIT_EXE ||
                field.field == AUDIT_FSTYPE || field.field == AUDIT_WATCH ||
                field.field == AUDIT_DIR;
    request_.rule.fields.insert(std::move(field));
    return true;
  }

  Expected<bool> TakeComparison(std::string_view value) {
    if (!listed_ || request_.rule.list != AUDIT_FILTER_EXIT)
      return Wrong("-C is for the exit list only");
    request_.rule.fields.insert(TRY(ParseAuditComparison(value)));
    return true;
  }

  bool KeyAllowed() const { return syscalls_ || special_; }

  Expected<bool> TakeKey(std::string_view value, bool allowed) {
    if (!allowed) return Wrong("-k without a watch or system call before it");
    if (key_.size() + !key_.empty() + value.size() > AUDIT_MAX_KEY_LEN)
      return Wrong("the key is too long");
    if (!key_.empty()) key_ += '\1';
    key_ += value;
    return true;
  }

  const AuditWorld& world_;
  AuditRequest request_;
  std::string key_;
  uint32_t arch_ = 0;
  bool listed_ = false, syscalls_ = false, special_ = false;
};

}  // namespace

Expected<AuditRequest> ReadAuditLine(std::string_view text, const AuditWorld& world) {
  return LineReader(world).Read(text);
}

}  // namespace assay
