// SPDX-License-Identifier: Apache-2.0
// checks/AUTHORING.md, as its reader would do it: each yaml block is written to the file that its
// first line names, each console block is typed.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

struct Block {
  std::string kind;
  int line = 0;  // of its first line in the page
  std::vector<std::string> lines;
};

std::vector<Block> BlocksOf(const std::string& page) {
  std::vector<Block> blocks;
  std::ifstream file(page);
  bool open = false;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    number++;
    if (open && line == "```")
      open = false;
    else if (open)
      blocks.back().lines.push_back(line);
    else if (line.starts_with("```"))
      open = true, blocks.push_back({line.substr(3), number + 1, {}});
  }
  return blocks;
}

std::vector<std::string> LinesIn(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// A line of the page may end in "..." for its rest.
bool SameLine(const std::string& page, const std::string& said) {
  if (!page.ends_with("...")) return page == said;
  return said.starts_with(page.substr(0, page.size() - 3));
}

// A line "..." of the page stands for any number of lines.
bool Same(const std::vector<std::string>& page, const std::vector<std::string>& said, size_t i,
          size_t j) {
  if (i == page.size()) return j == said.size();
  if (page[i] == "...")
    return Same(page, said, i + 1, j) || (j < said.size() && Same(page, said, i, j + 1));
  return j < said.size() && SameLine(page[i], said[j]) && Same(page, said, i + 1, j + 1);
}

class Authoring : public ::testing::Test {
 protected:
  void Write(const Block& block) {
    ASSERT_FALSE(block.lines.empty());
    ASSERT_TRUE(block.lines[0].starts_with("# ")) << block.line << ": names no file";
    std::string text;
    for (const std::string& line : block.lines) text += line + "\n";
    place_.Write(block.lines[0].substr(2), text);
  }

  // One command after another, each with the exit status of the one before in $?.
  void Type(const Block& block) {
    for (size_t i = 0; i < block.lines.size();) {
      ASSERT_TRUE(block.lines[i].starts_with("$ ")) << "line " << block.line + int(i);
      std::string command = block.lines[i++].substr(2);
      std::vector<std::string> page;
      while (i < block.lines.size() && !block.lines[i].starts_with("$ "))
        page.push_back(block.lines[i++]);
      Ran ran = RunProgram({"/bin/sh", "-c",
                            "cd " + place_.path() +
                                " && export NO_COLOR=1 PATH=" ASSAY_BINARY_DIR
                                "/agent:$PATH ASSAY_BENCHMARKS=" ASSAY_SOURCE_DIR
                                "/checks/benchmarks && (exit " +
                                std::to_string(exit_) + "); " + command});
      exit_ = ran.exit;
      EXPECT_TRUE(Same(page, LinesIn(ran.out + ran.err), 0, 0))
          << "line " << block.line + int(i) << " of the page, after: " << command << "\n"
          << ran.out << ran.err;
    }
  }

  TempRoot place_;
  int exit_ = 0;
};

TEST_F(Authoring, EveryExampleOfThePageWorks) {
  std::vector<Block> blocks = BlocksOf(ASSAY_SOURCE_DIR "/checks/AUTHORING.md");
  EXPECT_GE(blocks.size(), 15u);
  for (const Block& block : blocks) {
    if (block.kind == "yaml")
      Write(block);
    else if (block.kind == "console")
      Type(block);
    else
      FAIL() << "line " << block.line << ": a block that is not run: " << block.kind;
  }
}

}  // namespace

}  // namespace assay
