// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "agent/cli/command.h"
#include "agent/control_client.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/host.h"
#include "base/printable.h"
#include "checks/baseline/baseline.h"
#include "checks/predicates/inputs.h"
#include "checks/reports/report.h"

namespace assay {

namespace {

struct ExplainOptions {
  std::string target, root = "/", baseline = kDefaultBaseline, trust = kDefaultTrust,
                      socket = kDefaultSocket;
  PolicySource source{BenchmarkDirectory(kDefaultBenchmark), kDefaultProfile, "", ""};
  bool all = false;
};

constexpr size_t kShownInputs = 20;

const char* KindOf(Input::Kind kind) {
  switch (kind) {
    case Input::Kind::kFile:
      return "file";
    case Input::Kind::kMetadata:
      return "metadata";
    case Input::Kind::kDirectory:
      return "names in";
    case Input::Kind::kSysctl:
      return "sysctl";
    case Input::Kind::kMounts:
      return "mount table";
    case Input::Kind::kModules:
      return "loaded modules";
    case Input::Kind::kTree:
      return "every file below";
    case Input::Kind::kLive:
      return "live";
  }
  return "?";
}

std::string InputsText(const std::set<Input>& inputs, bool all) {
  if (inputs.empty()) return "Nothing was looked at.\n";
  std::string text = "It was judged by looking at (also where nothing was there):\n";
  size_t shown = 0;
  for (const Input& input : inputs) {
    if (shown++ == kShownInputs && !all)
      return text + "  and " + std::to_string(inputs.size() - kShownInputs) +
             " more: --all names them\n";
    text += std::string("  ") + KindOf(input.kind);
    text += (input.name.empty() ? "" : " " + Printable(input.name)) + "\n";
  }
  return text;
}

std::string Joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// What the rule is, whatever the machine is like.
std::string AboutRule(const Rule& rule) {
  std::string text, numbers;
  if (!rule.why().empty()) text += "Why: " + Printable(rule.why()) + "\n";
  for (const RecommendationId& id : rule.ids())
    numbers += (numbers.empty() ? "" : ", ") + id.benchmark() + " " + id.number();
  if (!numbers.empty()) text += "It is " + Printable(numbers) + ".\n";
  RuleInputs inputs = InputsOfRule(rule);
  text += "It asks for " + Joined(inputs.predicates);
  if (!inputs.condition.empty()) text += ", where " + Joined(inputs.condition) + " holds";
  if (!rule.group().empty()) text += ", where the " + rule.group() + " is " + rule.member();
  text += "; judged: " + std::string(WhereJudged(inputs.in_image));
  if (inputs.in_image == InImage::kSpeaksAgainst)
    text += " (only a running machine can answer " + Joined(inputs.live_only) + ")";
  return text + ".\n";
}

// One rule as a report of its own, then what it is and what it read.
Expected<std::string> ExplainRule(const ExplainOptions& options, const Policy& policy,
                                  const Rule& rule, Host& host) {
  Policy one = policy;
  one.clear_rules();
  *one.add_rules() = rule;
  std::string now = Rfc3339(WallSeconds());
  CheckReport report = Check(one, host, now.substr(0, 10));
  std::string text =
      RenderOutcome({one, report, options.root, "", now, ASSAY_VERSION}, 0, ColourWanted(), true);
  return text + "\n" + AboutRule(rule) + "\n" + InputsText(report.outcomes[0].inputs, options.all);
}

// Whether a rule looked at the path, and whether only as one of all files.
struct Reads {
  bool itself = false, as_one_of_all = false;
};
Reads ReadsOf(const std::set<Input>& inputs, const std::string& path) {
  Reads reads;
  for (const Input& input : inputs) {
    if (input.kind == Input::Kind::kTree) reads.as_one_of_all |= path.starts_with(input.name);
    if (input.kind == Input::Kind::kFile || input.kind == Input::Kind::kMetadata ||
        input.kind == Input::Kind::kDirectory)
      reads.itself |= input.name == path;
  }
  return reads;
}

std::string RulesThatRead(const Policy& policy, Host& host, const std::string& path) {
  std::string text;
  host.Forget();
  for (const Rule& rule : policy.rules()) {
    RuleOutcome outcome = JudgeRule(policy, rule, host);
    Reads reads = ReadsOf(outcome.inputs, path);
    if (!reads.itself && !reads.as_one_of_all) continue;
    std::string result(ResultName(outcome.result));
    result.resize(14, ' ');
    text += "  " + result + Printable(rule.id()) + "  " + Printable(rule.title()) +
            (reads.itself ? "" : " (it looks at every file)") + "\n";
  }
  std::string profile = "profile " + Printable(policy.profile());
  return text.empty() ? "No rule of " + profile + " looks at it.\n"
                      : "Rules of " + profile + " that look at it, and how they stand:\n" + text;
}

std::string ComparisonText(const Comparison& comparison) {
  std::string text;
  for (const Finding& finding : comparison.findings)
    text += "  " + Printable(finding.subject) + " is " + std::string(ChangeName(finding.change)) +
            (finding.property.empty() ? "" : ": " + Printable(finding.property)) +
            (finding.expected.empty() ? "" : ", expected " + Printable(finding.expected)) +
            (finding.actual.empty() ? "" : ", actual " + Printable(finding.actual)) + "\n";
  for (const Unverifiable& item : comparison.unverifiable)
    text += "  cannot be compared: " + Printable(item.reason) + "\n";
  return text.empty() ? "  it is as sealed\n" : text;
}

std::string AgainstBaseline(const ExplainOptions& options, Host& host) {
  Expected<std::string> trust = ReadFile(options.trust, 64 << 10);
  if (!trust) return "Not compared with a baseline: " + trust.error().ToString() + "\n";
  Expected<VerifiedBaseline> baseline = VerifiedBaseline::Open(options.baseline, *trust);
  if (!baseline) return "Not compared with a baseline: " + baseline.error().ToString() + "\n";
  std::string name = "the baseline of '" + Printable(baseline->image()) + "'";
  std::optional<uint32_t> object = baseline->FindObject(options.target);
  if (!object) return "It is not in " + name + ".\n";
  return "Against " + name + ":\n" + ComparisonText(CompareObject(*baseline, host, *object));
}

// Since when, and who: only the daemon knows.
std::string OnRecord(const ExplainOptions& options) {
  ControlRequest request;
  request.mutable_status();
  Expected<ControlReply> reply = AskDaemon(options.socket, request);
  if (!reply) return "Since when, and by whom, is not known: " + reply.error().ToString() + "\n";
  std::string text;
  for (const StatusDrift& drift : reply->status().drifts())
    if (drift.deviation().subject() == options.target)
      text += "On record since " + Rfc3339(drift.wall_seconds()) + ": " +
              Printable(drift.deviation().change()) + ", by " + Who(drift.cause()) + "\n";
  return text.empty() ? "assayd has no drift of it on record.\n" : text;
}

Expected<std::string> ExplainPath(const ExplainOptions& options, const Policy& policy, Host& host) {
  std::string text = Printable(options.target) + "\n" + AgainstBaseline(options, host);
  if (options.root == "/") text += OnRecord(options);
  return text + RulesThatRead(policy, host, options.target);
}

Expected<std::string> Explain(const ExplainOptions& options) {
  Policy policy = TRY(LoadPolicy(options.source));
  Host host = TRY(Host::Open(options.root, options.root == "/"));
  if (options.target.starts_with('/')) return ExplainPath(options, policy, host);
  for (const Rule& rule : policy.rules())
    if (rule.id() == options.target || NumberOf(policy, rule) == options.target)
      return ExplainRule(options, policy, rule, host);
  return Fail(ErrorCode::kNotFound,
              "profile '" + policy.profile() + "' has no rule '" + options.target + "'",
              "give a rule's id or number, or an absolute path; another --profile may have it: "
              "'assay check --list-profiles' names them");
}

Expected<int> RunExplain(const ExplainOptions& options) {
  std::string text = TRY(Explain(options));
  TRY(Print(text));
  return 0;
}

}  // namespace

void AddExplain(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ExplainOptions>();
  CLI::App* command = app.add_subcommand(
      "explain", "What is expected of a rule or a path, what is there, since when, and who");
  command->add_option("target", options->target, "Rule id, its number, or an absolute path")
      ->required();
  command->add_option("--root", options->root, "Root of the image; / is this machine, live")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  AddPolicyOptions(*command, options->source);
  command->add_option("--baseline", options->baseline, "Directory of the baseline")
      ->capture_default_str();
  command->add_option("--trust", options->trust, "Public key that signed it (PEM)")
      ->capture_default_str();
  command->add_option("--socket", options->socket, "Socket of assayd")->capture_default_str();
  command->add_flag("--all", options->all, "Name everything that was looked at");
  command->footer(
      "Examples: assay explain sshd-permit-root-login\n"
      "          assay explain 5.1.20 --profile cis-debian12-l1-server\n"
      "          assay explain /etc/ssh/sshd_config");
  command->callback([options, &exit_code] { exit_code = Finish("explain", RunExplain(*options)); });
}

}  // namespace assay
