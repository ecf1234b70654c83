// SPDX-License-Identifier: Apache-2.0
// The manual pages: clean, and no command, option or predicate is missing in them.
#include <gmock/gmock.h>
#include <unistd.h>

#include <set>
#include <sstream>

#include "checks/predicates/inputs.h"
#include "tests/support/process.h"

namespace assay {

namespace {

using testing::HasSubstr;

constexpr char kMandoc[] = "/usr/bin/mandoc";
constexpr char kPages[] = ASSAY_SOURCE_DIR "/packaging/man/";

class Man : public ::testing::Test {
 protected:
  void SetUp() override {
    if (access(kMandoc, X_OK) != 0) GTEST_SKIP() << "needs mandoc: apt-get install mandoc";
  }
  // As it is read, without line breaks inside of paragraphs.
  static std::string Page(const std::string& name) {
    Ran ran = RunProgram({kMandoc, "-T", "ascii", "-O", "width=1000", kPages + name});
    EXPECT_EQ(ran.exit, 0) << ran.err;
    std::string text;
    for (char c : ran.out) {  // "B\bB" is a bold B
      if (c != '\b')
        text += c;
      else if (!text.empty())
        text.pop_back();
    }
    return text;
  }
  static std::string Help(std::vector<std::string> program) {
    program.push_back("--help");
    Ran ran = RunProgram(program);
    EXPECT_EQ(ran.exit, 0) << ran.err;
    return ran.out;
  }
  // The long names in a --help: "  -o,--output TEXT   ...".
  static std::set<std::string> OptionsIn(const std::string& help) {
    std::set<std::string> options;
    std::istringstream lines(help);
    for (std::string line; std::getline(lines, line);) {
      size_t at = line.find("--");
      if (!line.starts_with("  -") || at == std::string::npos) continue;
      options.insert(line.substr(at, line.find_first_of(" =", at) - at));
    }
    return options;
  }
  static std::vector<std::string> CommandsIn(const std::string& help) {
    std::vector<std::string> commands;
    std::istringstream lines(help.substr(help.find("Subcommands:")));
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line) && line.starts_with("  "))
      commands.push_back(line.substr(2, line.find(' ', 2) - 2));
    return commands;
  }
  // What stands below a subheading.
  static std::string Section(const std::string& page, const std::string& name) {
    size_t begin = page.find("\n   " + name + "\n");
    if (begin == std::string::npos) return "";
    size_t end = begin + 5 + name.size();
    while (end < page.size() && (page[end] == '\n' || page.substr(end).starts_with("     ")))
      end = page.find('\n', end + 1);
    return page.substr(begin, end - begin);
  }
};

TEST_F(Man, PagesAreClean) {
  for (const char* page : {"assay.1", "assayd.8", "assay-rules.5"}) {
    Ran ran = RunProgram({kMandoc, "-T", "lint", "-W", "warning", std::string(kPages) + page});
    EXPECT_EQ(ran.exit, 0) << ran.out << ran.err;
  }
}

TEST_F(Man, EveryCommandHasASectionWithAllItsOptions) {
  const std::string assay = ASSAY_BINARY_DIR "/agent/assay", page = Page("assay.1");
  std::vector<std::string> commands = CommandsIn(Help({assay}));
  EXPECT_GE(commands.size(), 10u);
  for (const std::string& command : commands) {
    std::string section = Section(page, command), help = Help({assay, command});
    ASSERT_NE(section, "") << command;
    EXPECT_THAT(help, HasSubstr("Example")) << command;
    std::set<std::string> options = OptionsIn(help);
    options.erase("--help");
    for (const std::string& option : options) EXPECT_THAT(section, HasSubstr(option)) << command;
  }
}

TEST_F(Man, TheDaemonsPageHasAllItsOptions) {
  std::set<std::string> options = OptionsIn(Help({ASSAY_BINARY_DIR "/agent/assayd"}));
  EXPECT_GE(options.size(), 10u);
  std::string page = Page("assayd.8");
  for (const std::string& option : options) EXPECT_THAT(page, HasSubstr(option));
}

TEST_F(Man, EveryPredicateIsDescribed) {
  std::string page = Page("assay-rules.5");
  for (const PredicateInputs& row : AllPredicateInputs()) {
    std::string key(row.name.substr(0, row.name.find(' ')));
    EXPECT_THAT(page, testing::ContainsRegex("\n     " + key + "[ \n]"));
  }
}

}  // namespace

}  // namespace assay
