// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileListeners(const Form& form, Listeners& into) {
  if (form.IsScalar()) {
    (void)form.OneOf({"all"});
    into.set_all(true);
    return;
  }
  form.MapOf({"ports", "only", "static"});
  Form ports = form.At("ports");
  if (ports.IsScalar())
    into.add_ports(uint32_t(ports.Whole(1, 65535)));
  else
    for (const Form& port : ports.Items()) into.add_ports(uint32_t(port.Whole(1, 65535)));
  into.set_only(form.At("only").OneOf({"loopback"}));
  into.set_static_not_applicable(form.Has("static") &&
                                 form.At("static").OneOf({"notchecked", "notapplicable"}) !=
                                     "notchecked");
}

}  // namespace assay
