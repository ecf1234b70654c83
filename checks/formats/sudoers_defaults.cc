// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "checks/formats/sudoers_line.h"

namespace assay {

namespace {

using Kind = SudoersDefault::Kind;

constexpr std::string_view kFlags[] = {"long_otp_prompt",
                                       "ignore_dot",
                                       "mail_always",
                                       "mail_badpass",
                                       "mail_no_user",
                                       "mail_no_host",
                                       "mail_no_perms",
                                       "mail_all_cmnds",
                                       "tty_tickets",
                                       "authenticate",
                                       "root_sudo",
                                       "log_host",
                                       "log_year",
                                       "shell_noargs",
                                       "set_home",
                                       "always_set_home",
                                       "path_info",
                                       "fqdn",
                                       "insults",
                                       "requiretty",
                                       "env_editor",
                                       "rootpw",
                                       "runaspw",
                                       "targetpw",
                                       "use_loginclass",
                                       "set_logname",
                                       "stay_setuid",
                                       "preserve_groups",
                                       "passprompt_override",
                                       "noexec",
                                       "ignore_local_sudoers",
                                       "closefrom_override",
                                       "setenv",
                                       "env_reset",
                                       "visiblepw",
                                       "pwfeedback",
                                       "fast_glob",
                                       "umask_override",
                                       "log_input",
                                       "log_stdin",
                                       "log_ttyin",
                                       "log_output",
                                       "log_stdout",
                                       "log_stderr",
                                       "log_ttyout",
                                       "compress_io",
                                       "use_pty",
                                       "set_utmp",
                                       "utmp_runas",
                                       "exec_background",
                                       "pam_setcred",
                                       "pam_session",
                                       "pam_acct_mgmt",
                                       "use_netgroups",
                                       "sudoedit_checkdir",
                                       "sudoedit_follow",
                                       "always_query_group_plugin",
                                       "netgroup_tuple",
                                       "ignore_audit_errors",
                                       "ignore_iolog_errors",
                                       "ignore_logfile_errors",
                                       "match_group_by_gid",
                                       "ignore_unknown_defaults",
                                       "user_command_timeouts",
                                       "iolog_flush",
                                       "syslog_pid",
                                       "case_insensitive_user",
                                       "case_insensitive_group",
                                       "log_allowed",
                                       "log_denied",
                                       "log_server_keepalive",
                                       "log_server_verify",
                                       "runas_allow_unknown_id",
                                       "runas_check_shell",
                                       "pam_ruser",
                                       "pam_rhost",
                                       "selinux",
                                       "intercept",
                                       "log_subcmds",
                                       "log_exit_status",
                                       "intercept_authenticate",
                                       "intercept_allow_setid",
                                       "noninteractive_auth",
                                       "log_passwords",
                                       "intercept_verify"};

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

void SkipBlanks(std::string_view& text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
}

bool AtEnd(std::string_view text) { return text.empty() || BeginsSudoersComment(text, 0); }

bool TakeBang(std::string_view& text) {
  bool odd = false;
  for (SkipBlanks(text); text.starts_with('!'); SkipBlanks(text)) {
    odd = !odd;
    text.remove_prefix(1);
  }
  return odd;
}

Expected<std::string> TakeQuoted(std::string_view& text) {
  std::string value;
  text.remove_prefix(1);
  while (!text.empty() && text.front() != '"') {
    if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
    value += text.front();
    text.remove_prefix(1);
  }
  if (text.empty()) return Fail(ErrorCode::kInvalid, "a quote is not closed");
  text.remove_prefix(1);
  if (value.empty()) return Fail(ErrorCode::kInvalid, "an empty string");
  return value;
}

Expected<std::string> TakeValue(std::string_view& text) {
  SkipBlanks(text);
  if (text.starts_with('"')) return TakeQuoted(text);
  std::string value;
  while (!text.empty() && !std::string_view("#=, \t\r\"").contains(text.front())) {
    if (text.front() == '!' && value.empty()) break;
    if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
    value += text.front();
    text.remove_prefix(1);
  }
  if (value.empty()) return Fail(ErrorCode::kInvalid, "a value is missing");
  return value;
}

Expected<SudoersDefault> TakeOption(std::string_view& text) {
  SudoersDefault option;
  bool off = TakeBang(text);
  size_t end = 0;
  while (end < text.size() && ((text[end] >= 'a' && text[end] <= 'z') || text[end] == '_')) end++;
  option.name = text.substr(0, end);
  text.remove_prefix(end);
  if (option.name.empty()) return Fail(ErrorCode::kInvalid, "the name of an option is missing");
  if (off) option.kind = Kind::kOff;
  SkipBlanks(text);
  bool adds = text.starts_with("+="), removes = text.starts_with("-=");
  if (!adds && !removes && !text.starts_with('=')) return option;
  if (off) return Fail(ErrorCode::kInvalid, "'!' beside a value of " + option.name);
  option.kind = adds ? Kind::kAdd : removes ? Kind::kRemove : Kind::kSet;
  text.remove_prefix(adds || removes ? 2 : 1);
  option.value = TRY(TakeValue(text));
  return option;
}

// A blank ends the list, unless it is beside a comma.
size_t EndOfBinding(std::string_view text) {
  bool quoted = false;
  for (size_t at = 0; at < text.size(); at++) {
    if (text[at] == '\\')
      at++;
    else if (text[at] == '"')
      quoted = !quoted;
    if (at >= text.size() || quoted || !IsBlank(text[at]) || text[at - (at > 0)] == '\\') continue;
    size_t next = at;
    while (next < text.size() && IsBlank(text[next])) next++;
    bool comma = next < text.size() && text[next] == ',';
    if (!comma && (at == 0 || text[at - 1] != ',')) return at;
    if (comma) next++;
    while (next < text.size() && IsBlank(text[next])) next++;
    at = next - 1;
  }
  return text.size();
}

}  // namespace

Expected<std::vector<SudoersDefault>> ParseSudoersDefaults(std::string_view rest) {
  char scope = 0;
  std::string binding;
  if (!rest.empty() && std::string_view("@:!>").contains(rest.front())) {
    scope = rest.front();
    rest.remove_prefix(1);
    SkipBlanks(rest);
    size_t end = EndOfBinding(rest);
    binding = rest.substr(0, end);
    rest.remove_prefix(end);
    if (binding.empty() || binding.ends_with('!'))
      return Fail(ErrorCode::kInvalid, "the scope names nobody");
  } else if (!rest.empty() && !IsBlank(rest.front())) {
    return Fail(ErrorCode::kInvalid, "no blank behind Defaults");
  }
  std::vector<SudoersDefault> options;
  for (;;) {
    options.push_back(TRY(TakeOption(rest)));
    options.back().scope = scope;
    options.back().binding = binding;
    SkipBlanks(rest);
    if (AtEnd(rest)) return options;
    if (rest.front() != ',')
      return Fail(ErrorCode::kInvalid, "no comma behind the option " + options.back().name);
    rest.remove_prefix(1);
  }
}

bool IsSudoersFlag(std::string_view option) {
  return std::ranges::find(kFlags, option) != std::end(kFlags);
}

}  // namespace assay
