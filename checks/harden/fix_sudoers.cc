// SPDX-License-Identifier: Apache-2.0
// Defaults of sudo, in a file of our own.
#include "checks/formats/lines.h"
#include "checks/harden/fix.h"
#include "checks/harden/setting.h"

namespace assay {

namespace {

constexpr char kSudoers[] = "/etc/sudoers";
constexpr char kOwn[] = "/etc/sudoers.d/zz-assay";  // sudo skips names with a dot
constexpr char kLog[] = "/var/log/sudo.log";
constexpr uint32_t kMode = 0440;

Expected<bool> ReadsDropIns(const Plan& plan) {
  std::string text = TRY(plan.Read(kSudoers)).value_or("");
  for (std::string_view line : LinesOf(text)) {
    std::vector<std::string_view> words = WordsOf(line);
    if (words.size() == 2 && (words[0] == "@includedir" || words[0] == "#includedir") &&
        (words[1] == "/etc/sudoers.d" || words[1] == "\"/etc/sudoers.d\""))
      return true;
  }
  return false;
}

std::optional<std::string> SettingFor(const Sudoers& wanted) {
  const std::string& option = wanted.option();
  if (wanted.has_set() && !wanted.set()) return "!" + option;
  bool log = option == "logfile";
  if (wanted.has_set()) return log ? option + "=\"" + kLog + "\"" : option;
  std::optional<std::string> value = ValueFor(wanted.demand());
  if (log && value) return option + "=\"" + *value + "\"";
  if (!value) return std::nullopt;
  return option + "=" + *value;
}

// One line for each option: a former one of ours is replaced.
std::string WithDefault(const std::string& text, const std::string& option,
                        const std::string& line) {
  std::string kept;
  for (std::string_view one : LinesOf(text)) {
    std::string_view rest = one.starts_with("Defaults ") ? one.substr(9) : "";
    if (rest.starts_with('!')) rest.remove_prefix(1);
    if (rest.substr(0, rest.find('=')) != option) kept += std::string(one) + "\n";
  }
  return WithLine(kept, line);
}

}  // namespace

Expected<void> FixSudoers(const Sudoers& wanted, Plan& plan) {
  if (wanted.option().empty() || wanted.option() == "authenticate") return ByHand("");
  std::optional<std::string> setting = SettingFor(wanted);
  if (!setting) return ByHand("");
  if (!TRY(ReadsDropIns(plan)))
    return ByHand("add '@includedir /etc/sudoers.d' to /etc/sudoers (visudo), and harden again");
  std::string text = TRY(plan.Read(kOwn)).value_or("");
  return plan.Write(kOwn, WithDefault(text, wanted.option(), "Defaults " + *setting), kMode);
}

}  // namespace assay
