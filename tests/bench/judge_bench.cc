// SPDX-License-Identifier: Apache-2.0
// What it costs to judge again after one file changed: the rules whose inputs hold the file, with
// everything that was remembered forgotten, as a look of the agent does. Rules that walk a tree are
// for the agent's full comparison, not for its look, and are named apart. CPU time of this thread.
//
//   judge_bench ROOT [PATH...]        default: /etc/ssh/sshd_config, /etc/passwd, /etc/login.defs
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/host.h"
#include "checks/rules/engine.h"
#include "checks/rules/rule_loader.h"

namespace assay {
namespace {

constexpr int kRounds = 50;

double CpuMillis() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
}

std::vector<const Rule*> RulesThatRead(const std::string& path, const Policy& policy,
                                       const CheckReport& report) {
  std::vector<const Rule*> rules;
  for (size_t i = 0; i < report.outcomes.size(); i++)
    if (report.outcomes[i].inputs.contains({Input::Kind::kFile, path}))
      rules.push_back(&policy.rules(int(i)));
  return rules;
}

std::set<std::string> Walkers(const CheckReport& report) {
  std::set<std::string> walkers;
  for (const RuleOutcome& outcome : report.outcomes)
    for (const Input& input : outcome.inputs)
      if (input.kind == Input::Kind::kTree) walkers.insert(outcome.rule);
  return walkers;
}

double MedianCost(const std::vector<const Rule*>& rules, const Policy& policy, Host& host) {
  std::vector<double> times;
  for (int round = 0; round < kRounds; round++) {
    double begin = CpuMillis();
    host.Forget();
    for (const Rule* rule : rules) (void)JudgeRule(policy, *rule, host);
    times.push_back(CpuMillis() - begin);
  }
  std::ranges::nth_element(times, times.begin() + kRounds / 2);
  return times[kRounds / 2];
}

void Measure(const std::string& what, std::vector<const Rule*>& rules,
             const std::set<std::string>& walkers, const Policy& policy, Host& host) {
  double whole = MedianCost(rules, policy, host);
  size_t walk =
      std::erase_if(rules, [&](const Rule* rule) { return walkers.contains(rule->id()); });
  std::printf("%-28s %3zu rules %9.3f ms", what.c_str(), rules.size(),
              walk ? MedianCost(rules, policy, host) : whole);
  if (walk) std::printf(", with %zu that walk %.3f ms", walk, whole);
  std::printf("\n");
}

// The dearest rules of one pass in which they share what they parse; the first to ask pays.
void NameTheDearest(const std::vector<const Rule*>& rules, const Policy& policy, Host& host) {
  std::vector<std::pair<double, std::string>> costs;
  host.Forget();
  for (const Rule* rule : rules) {
    double begin = CpuMillis();
    (void)JudgeRule(policy, *rule, host);
    costs.emplace_back(CpuMillis() - begin, rule->id());
  }
  std::ranges::sort(costs, std::greater());
  for (size_t i = 0; i < std::min<size_t>(costs.size(), 8); i++)
    std::printf("  %-26s           %9.3f ms\n", costs[i].second.c_str(), costs[i].first);
}

int Run(const std::string& root, std::vector<std::string> paths) {
  double start = CpuMillis();
  Expected<Policy> policy = LoadPolicy(
      {ASSAY_SOURCE_DIR "/checks/benchmarks/cis-debian12", "cis-debian12-l2-server", "", ""});
  Expected<Host> host = Host::Open(root, root == "/");
  if (!policy || !host) return 1;
  if (paths.empty()) paths = {"/etc/ssh/sshd_config", "/etc/passwd", "/etc/login.defs"};
  std::printf("%-28s %3d rules %9.3f ms\n", "compiling the YAML", policy->rules_size(),
              CpuMillis() - start);
  CheckReport report = Check(*policy, *host, "2026-01-01");
  std::vector<const Rule*> all;
  for (const Rule& rule : policy->rules()) all.push_back(&rule);
  std::set<std::string> walkers = Walkers(report);
  Measure("all", all, walkers, *policy, *host);
  NameTheDearest(all, *policy, *host);
  for (const std::string& path : paths) {
    std::vector<const Rule*> readers = RulesThatRead(path, *policy, report);
    Measure(path, readers, walkers, *policy, *host);
    NameTheDearest(readers, *policy, *host);
  }
  return 0;
}

}  // namespace
}  // namespace assay

int main(int count, char** arguments) {
  if (count < 2) return 64;
  return assay::Run(arguments[1], {arguments + 2, arguments + count});
}
