// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace assay {

/// A line of a benchmark's table of contents: its number, the level for servers and for
/// workstations, and whether it is for a person.
struct Recommendation {
  std::string number, server, workstation;
  bool manual = false;
};

/// Those in tests/checks/data/`file`.
inline std::vector<Recommendation> Recommendations(const std::string& file) {
  std::vector<Recommendation> all;
  std::ifstream lines(ASSAY_SOURCE_DIR "/tests/checks/data/" + file);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream fields(line);
    Recommendation one;
    std::string assessment;
    std::getline(fields, one.number, ',');
    std::getline(fields, one.server, ',');
    std::getline(fields, one.workstation, ',');
    std::getline(fields, assessment);
    one.manual = assessment == "manual";
    all.push_back(one);
  }
  return all;
}

}  // namespace assay
