// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "checks/predicates/account_invariants.h"
#include "checks/predicates/forms.h"

namespace assay {

namespace {

const AccountInvariant& Named(const Form& form) {
  std::string name = form.Text(), known;
  for (const AccountInvariant& one : AccountInvariants()) {
    if (one.name == name) return one;
    known += (known.empty() ? "" : ", ") + std::string(one.name);
  }
  form.Expected("one of " + known);
}

}  // namespace

void CompileAccounts(const Form& form, Accounts& into) {
  bool scalar = form.IsScalar();
  std::vector<std::string_view> keys = {"check", "except"};
  const AccountInvariant& invariant = Named(scalar ? form : form.At("check"));
  if (invariant.demand) keys.insert(keys.end(), std::begin(kDemandKeys), std::end(kDemandKeys));
  if (invariant.mode) keys.push_back("mode");
  if (!scalar) form.MapOf(keys);
  if (scalar && (invariant.demand || invariant.mode))
    form.Expected("{check: " + std::string(invariant.name) + ", and the bound it needs}");
  into.set_check(std::string(invariant.name));
  if (scalar) return;
  if (invariant.demand) CompileDemand(form, *into.mutable_demand());
  if (invariant.mode) into.set_mode(form.At("mode").Mode());
  if (form.Has("except"))
    for (const std::string& name : form.At("except").Texts()) into.add_except(name);
}

}  // namespace assay
