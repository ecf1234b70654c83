// SPDX-License-Identifier: Apache-2.0
// What OpenSSH 9.2p1 is built with (servconf.c, myproposal.h; Debian's patches): facts as data.
#include <algorithm>
#include <utility>

#include "checks/formats/glob.h"
#include "checks/formats/sshd_config.h"

namespace assay {

namespace {

constexpr std::string_view kKeywords[] = {"acceptenv",
                                          "addressfamily",
                                          "allowagentforwarding",
                                          "allowgroups",
                                          "allowstreamlocalforwarding",
                                          "allowtcpforwarding",
                                          "allowusers",
                                          "authenticationmethods",
                                          "authorizedkeyscommand",
                                          "authorizedkeyscommanduser",
                                          "authorizedkeysfile",
                                          "authorizedkeysfile2",
                                          "authorizedprincipalscommand",
                                          "authorizedprincipalscommanduser",
                                          "authorizedprincipalsfile",
                                          "banner",
                                          "casignaturealgorithms",
                                          "challengeresponseauthentication",
                                          "channeltimeout",
                                          "chrootdirectory",
                                          "ciphers",
                                          "clientalivecountmax",
                                          "clientaliveinterval",
                                          "compression",
                                          "debianbanner",
                                          "denygroups",
                                          "denyusers",
                                          "disableforwarding",
                                          "dsaauthentication",
                                          "exposeauthinfo",
                                          "fingerprinthash",
                                          "forcecommand",
                                          "gatewayports",
                                          "gssapiauthentication",
                                          "gssapicleanupcredentials",
                                          "gssapikexalgorithms",
                                          "gssapikeyexchange",
                                          "gssapistorecredentialsonrekey",
                                          "gssapistrictacceptorcheck",
                                          "hostbasedacceptedalgorithms",
                                          "hostbasedacceptedkeytypes",
                                          "hostbasedauthentication",
                                          "hostbasedusesnamefrompacketonly",
                                          "hostcertificate",
                                          "hostdsakey",
                                          "hostkey",
                                          "hostkeyagent",
                                          "hostkeyalgorithms",
                                          "ignorerhosts",
                                          "ignoreuserknownhosts",
                                          "include",
                                          "ipqos",
                                          "kbdinteractiveauthentication",
                                          "keepalive",
                                          "kerberosauthentication",
                                          "kerberosgetafstoken",
                                          "kerberosorlocalpasswd",
                                          "kerberosticketcleanup",
                                          "kerberostgtpassing",
                                          "kexalgorithms",
                                          "keyregenerationinterval",
                                          "listenaddress",
                                          "logingracetime",
                                          "loglevel",
                                          "logverbose",
                                          "macs",
                                          "match",
                                          "maxauthtries",
                                          "maxsessions",
                                          "maxstartups",
                                          "modulifile",
                                          "passwordauthentication",
                                          "permitemptypasswords",
                                          "permitlisten",
                                          "permitopen",
                                          "permitrootlogin",
                                          "permittty",
                                          "permittunnel",
                                          "permituserenvironment",
                                          "permituserrc",
                                          "persourcemaxstartups",
                                          "persourcenetblocksize",
                                          "pidfile",
                                          "port",
                                          "printlastlog",
                                          "printmotd",
                                          "protocol",
                                          "pubkeyacceptedalgorithms",
                                          "pubkeyacceptedkeytypes",
                                          "pubkeyauthentication",
                                          "pubkeyauthoptions",
                                          "rdomain",
                                          "rekeylimit",
                                          "requiredrsasize",
                                          "revokedkeys",
                                          "rhostsauthentication",
                                          "rhostsrsaauthentication",
                                          "rsaauthentication",
                                          "securitykeyprovider",
                                          "serverkeybits",
                                          "setenv",
                                          "skeyauthentication",
                                          "streamlocalbindmask",
                                          "streamlocalbindunlink",
                                          "strictmodes",
                                          "subsystem",
                                          "syslogfacility",
                                          "tcpkeepalive",
                                          "trustedusercakeys",
                                          "unusedconnectiontimeout",
                                          "usedns",
                                          "uselogin",
                                          "usepam",
                                          "useprivilegeseparation",
                                          "verifyreversemapping",
                                          "versionaddendum",
                                          "x11displayoffset",
                                          "x11forwarding",
                                          "x11uselocalhost",
                                          "xauthlocation"};

constexpr std::pair<std::string_view, std::string_view> kDefaults[] = {
    {"allowagentforwarding", "yes"},
    {"allowtcpforwarding", "yes"},
    {"banner", "none"},
    {"ciphers",
     "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,"
     "aes256-gcm@openssh.com"},
    {"clientalivecountmax", "3"},
    {"clientaliveinterval", "0"},
    {"disableforwarding", "no"},
    {"gssapiauthentication", "no"},
    {"hostbasedauthentication", "no"},
    {"ignorerhosts", "yes"},
    {"kbdinteractiveauthentication", "yes"},
    {"kexalgorithms",
     "sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,curve25519-sha256,"
     "curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,"
     "diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,"
     "diffie-hellman-group18-sha512,diffie-hellman-group14-sha256"},
    {"logingracetime", "120"},
    {"loglevel", "INFO"},
    {"macs",
     "umac-64-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,"
     "hmac-sha2-512-etm@openssh.com,hmac-sha1-etm@openssh.com,umac-64@openssh.com,"
     "umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1"},
    {"maxauthtries", "6"},
    {"maxsessions", "10"},
    {"maxstartups", "10:30:100"},
    {"passwordauthentication", "yes"},
    {"permitemptypasswords", "no"},
    {"permitrootlogin", "without-password"},
    {"permituserenvironment", "no"},
    {"pubkeyauthentication", "yes"},
    {"strictmodes", "yes"},
    {"usepam", "no"},
    {"x11forwarding", "no"},
};

bool IsList(std::string_view keyword) {
  return keyword == "ciphers" || keyword == "macs" || keyword == "kexalgorithms";
}

std::vector<std::string> Elements(std::string_view list) {
  std::vector<std::string> elements;
  while (!list.empty()) {
    std::string_view one = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), one.size() + 1));
    if (!one.empty()) elements.emplace_back(one);
  }
  return elements;
}

std::string Joined(const std::vector<std::string>& elements) {
  std::string list;
  for (const std::string& one : elements) list += (list.empty() ? "" : ",") + one;
  return list;
}

// kex.c, kex_assemble_names: '+' adds behind, '^' puts in front, '-' takes away by glob.
std::string Assembled(std::string_view list, std::string_view value) {
  char sign = value.empty() ? 0 : value.front();
  if (sign != '+' && sign != '-' && sign != '^') return std::string(value);
  std::vector<std::string> base = Elements(list), more = Elements(value.substr(1));
  auto among = [](const std::vector<std::string>& patterns, const std::string& one) {
    return std::ranges::any_of(
        patterns, [&one](const std::string& pattern) { return GlobMatches(pattern, one); });
  };
  if (sign == '-') {
    std::erase_if(base, [&](const std::string& one) { return among(more, one); });
    return Joined(base);
  }
  if (sign == '+') {
    for (const std::string& one : more)
      if (std::ranges::find(base, one) == base.end()) base.push_back(one);
    return Joined(base);
  }
  std::erase_if(base,
                [&](const std::string& one) { return std::ranges::find(more, one) != more.end(); });
  more.insert(more.end(), base.begin(), base.end());
  return Joined(more);
}

// TIME FORMATS of sshd_config(5): 90, 90s, 1m30s, 2h, 1d, 1w. Other text stays as it is.
std::string Seconds(std::string_view text) {
  unsigned long long total = 0, number = 0;
  bool digits = false;
  for (char c : text) {
    if (c >= '0' && c <= '9') {
      number = number * 10 + unsigned(c - '0');
      digits = true;
      if (number > 1'000'000'000) return std::string(text);
      continue;
    }
    unsigned long long unit = c == 's' || c == 'S'   ? 1
                              : c == 'm' || c == 'M' ? 60
                              : c == 'h' || c == 'H' ? 3600
                              : c == 'd' || c == 'D' ? 86400
                              : c == 'w' || c == 'W' ? 604800
                                                     : 0;
    if (!digits || unit == 0) return std::string(text);
    total += number * unit;
    number = 0;
    digits = false;
  }
  return text.empty() ? std::string() : std::to_string(total + number);
}

}  // namespace

bool IsSshdKeyword(std::string_view keyword) {
  return std::ranges::find(kKeywords, keyword) != std::end(kKeywords);
}

std::optional<std::string_view> SshdDefault(std::string_view keyword) {
  for (const auto& [name, value] : kDefaults)
    if (name == keyword) return value;
  return std::nullopt;
}

std::string NormalSshdValue(std::string_view keyword, std::string_view value) {
  if (IsList(keyword)) return Assembled(*SshdDefault(keyword), value);
  if (keyword == "logingracetime" || keyword == "clientaliveinterval") return Seconds(value);
  if (keyword == "permitrootlogin" && value == "prohibit-password") return "without-password";
  if (keyword == "maxstartups" && !value.contains(':'))
    return std::string(value) + ":30:" + std::string(value);
  return std::string(value);
}

}  // namespace assay
