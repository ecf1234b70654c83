// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/rules/engine.h"

namespace assay {

/// A report and all that a reader wants to know of it. Nothing in it is trusted to be text: every
/// renderer escapes controls and what is not UTF-8 (Printable), then as its own format demands.
struct ReportView {
  const Policy& policy;
  const CheckReport& report;
  std::string root;     ///< "/" or the image's root
  std::string host;     ///< name of the machine or of the image; may be empty
  std::string time;     ///< RFC 3339, when the run began
  std::string version;  ///< of assay
};

/// Grouped by result, with reasons, evidence of failures and how to fix them. `colour`: with
/// terminal colours.
std::string RenderText(const ReportView& view, bool colour);
/// One rule of it: its title, what was found and how to fix it. `all`: with evidence also where it
/// passes or was not judged.
std::string RenderOutcome(const ReportView& view, size_t index, bool colour, bool all);
/// As DESIGN section 6 describes it.
std::string RenderJson(const ReportView& view);
/// SARIF 2.1.0 (OASIS): one result per rule; a waiver is a suppression with its justification.
std::string RenderSarif(const ReportView& view);
/// JUnit XML as CI servers read it: a rule is a test case.
std::string RenderJunit(const ReportView& view);
/// XCCDF 1.2 (NIST IR 7275 r4): a Benchmark with the selected rules and a TestResult.
std::string RenderXccdf(const ReportView& view);
/// One self-contained HTML page.
std::string RenderHtml(const ReportView& view);

/// The names of the formats, and the report in one of them; empty for an unknown name.
inline constexpr std::string_view kReportFormats[] = {"text",  "json",  "sarif",
                                                      "junit", "xccdf", "html"};
std::string Render(const ReportView& view, std::string_view format, bool colour);

/// The results in the order in which a reader wants them: failures first.
inline constexpr Result kResultOrder[] = {Result::kFail,   Result::kError,  Result::kNotChecked,
                                          Result::kWaived, Result::kManual, Result::kNotApplicable,
                                          Result::kPass};

/// Why a run below its floor proves nothing, as a sentence.
std::string WhyBelowFloor(const ReportView& view);

/// Printable() text with & < > " ' as entities, for XML and HTML alike.
std::string Escaped(std::string_view text);

/// The rule's number in the policy's benchmark, else its first number, else "".
std::string NumberOf(const Policy& policy, const Rule& rule);

/// "SOURCE:LINE", or "SOURCE" where lines have no meaning.
std::string PlaceOf(const EvidenceItem& item);

}  // namespace assay
