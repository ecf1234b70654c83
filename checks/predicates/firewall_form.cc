// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/lines.h"
#include "checks/predicates/demand.h"
#include "checks/predicates/forms.h"

namespace assay {

namespace {

bool IsPort(std::string_view word) {
  size_t slash = word.find('/');
  std::optional<long long> port = WholeNumber(word.substr(0, slash));
  if (!port || *port < 1 || *port > 65'535 || slash == word.npos) return false;
  return word.substr(slash + 1) == "tcp" || word.substr(slash + 1) == "udp";
}

void CompilePorts(const Form& form, Firewall& into) {
  into.set_open_ports(form.Text());
  for (std::string_view word : WordsOf(into.open_ports()))
    if (!IsPort(word)) form.Expected("ports such as '22/tcp 53/udp'");
}

void CompileAnyFrontEnd(const Form& form, Firewall& into) {
  if (form.Has("in-use")) {
    form.MapOf({"in-use"});
    into.set_check("in-use");
    into.set_subject(form.At("in-use").OneOf({"nftables", "ufw", "iptables", "firewalld"}));
    return;
  }
  form.MapOf({"one-front-end"});
  into.set_check("one-front-end");
  if (!form.At("one-front-end").Flag()) form.Expected("one-front-end: true");
}

}  // namespace

void CompileFirewall(const Form& form, Firewall& into) {
  form.MapOf({"nftables", "ufw", "iptables", "family", "one-front-end", "in-use", "open-ports"});
  if (form.Has("nftables")) {
    form.MapOf({"nftables", "open-ports"});
    into.set_front_end("nftables");
    if (form.Has("open-ports")) CompilePorts(form.At("open-ports"), into);
    into.set_check(form.At("nftables")
                       .OneOf({"table", "base-chains", "default-drop", "loopback", "persisted",
                               "outbound", "no-xtables"}));
  } else if (form.Has("ufw")) {
    form.MapOf({"ufw"});
    into.set_front_end("ufw");
    into.set_check(
        form.At("ufw").OneOf({"enabled", "default-deny", "loopback", "open-ports", "outbound"}));
  } else if (form.Has("iptables")) {
    form.MapOf({"iptables", "family"});
    into.set_front_end("iptables");
    into.set_check(
        form.At("iptables").OneOf({"default-drop", "loopback", "open-ports", "outbound"}));
    into.set_family(form.At("family").OneOf({"ip4", "ip6"}));
  } else {
    CompileAnyFrontEnd(form, into);
  }
}

}  // namespace assay
