// SPDX-License-Identifier: Apache-2.0
#include "tests/support/golden.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace assay {

namespace {

std::string Contents(const std::string& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

bool Updating() { return getenv("ASSAY_UPDATE_GOLDEN") != nullptr; }

// The first line that differs, as both have it.
std::string Difference(const std::string& golden, const std::string& text) {
  std::istringstream one(golden), other(text);
  for (int line = 1;; line++) {
    std::string is, wanted;
    bool more = bool(std::getline(one, is)), expected = bool(std::getline(other, wanted));
    if (is != wanted || more != expected)
      return "line " + std::to_string(line) + "\n  is     " + is + "\n  wanted " + wanted;
    if (!more) return "the end of the last line";
  }
}

void Hold(const std::string& file, const std::string& golden, const std::string& text,
          const std::string& whole) {
  if (golden == text) return;
  if (Updating())
    std::ofstream(file) << whole;
  else
    ADD_FAILURE() << file << " is not what it should be: " << Difference(golden, text)
                  << "\n  'tests/run --update-golden' writes it anew";
}

}  // namespace

void ExpectGolden(const std::string& file, const std::string& text) {
  Hold(file, Contents(file), text, text);
}

void ExpectGoldenPart(const std::string& file, const std::string& name, const std::string& text) {
  std::string page = Contents(file), open = "<!-- " + name + " -->\n";
  size_t begin = page.find(open), end = page.find("<!-- end of " + name + " -->");
  ASSERT_TRUE(begin != std::string::npos && end != std::string::npos)
      << file << " has no part " << name;
  begin += open.size();
  Hold(file, page.substr(begin, end - begin), text,
       page.substr(0, begin) + text + page.substr(end));
}

}  // namespace assay
