// SPDX-License-Identifier: Apache-2.0
#include "checks/rules/yaml_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace assay {
namespace {

using ::testing::HasSubstr;
using Kind = YamlNode::Kind;

std::string MistakeIn(const std::string& text) {
  Expected<YamlNode> root = ParseYaml("f.yaml", text);
  return root ? "none" : root.error().text;
}

TEST(YamlTree, KeepsTextsAndLinesAndGuessesNoType) {
  YamlNode root = ParseYaml("f", "# a\nmode: 0644\nlist:\n  - yes\n  - \"\"\n  -\n").value();
  ASSERT_EQ(root.kind, Kind::kMap);
  ASSERT_EQ(root.size(), 2u);
  EXPECT_EQ(root.line, 2);
  EXPECT_EQ(root.items[1].scalar, "0644");
  const YamlNode& list = root.items[3];
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list.items[0].scalar, "yes");
  EXPECT_EQ(list.items[1].kind, Kind::kScalar) << "a quoted nothing is a text";
  EXPECT_EQ(list.items[2].kind, Kind::kNull);
  EXPECT_EQ(list.items[2].line, 6);
}

TEST(YamlTree, AnEmptyFileIsNothing) {
  EXPECT_EQ(ParseYaml("f", std::string_view())->kind, Kind::kNull);
  EXPECT_EQ(ParseYaml("f", "# only a comment\n")->kind, Kind::kNull);
}

TEST(YamlTree, AnAliasIsACopyWithItsOwnLine) {
  YamlNode root = ParseYaml("f", "- &a {k: [v]}\n- *a\n").value();
  ASSERT_EQ(root.size(), 2u);
  EXPECT_EQ(root.items[1].items[1].items[0].scalar, "v");
  EXPECT_EQ(root.items[1].line, 2);
  EXPECT_THAT(MistakeIn("- *later\n- &later x\n"),
              HasSubstr("f.yaml:1: expected an alias of what"));
  EXPECT_THAT(MistakeIn("&a [*a]\n"), HasSubstr("an alias of what stands above"));
}

TEST(YamlTree, ItIsBounded) {
  std::string laughs = "- &a0 [x, x, x, x, x, x, x, x, x, x]\n", deep = "- &d0 [x]\n";
  for (int i = 1; i < 10; i++) {
    std::string before = "*a" + std::to_string(i - 1);
    laughs += "- &a" + std::to_string(i) + " [" + before;
    for (int j = 0; j < 9; j++) laughs += ", " + before;
    laughs += "]\n";
  }
  EXPECT_THAT(MistakeIn(laughs), HasSubstr("at most 200000 values"));
  for (int i = 1; i < 70; i++)
    deep += "- &d" + std::to_string(i) + " [*d" + std::to_string(i - 1) + "]\n";
  EXPECT_THAT(MistakeIn(deep), HasSubstr("at most 64 levels"));
  EXPECT_THAT(MistakeIn(std::string(65, '[')), HasSubstr("at most 64 levels"));
  std::string many = "- &s " + std::string(1 << 20, 'x') + "\n";
  for (int i = 0; i < 20; i++) many += "- *s\n";
  EXPECT_THAT(MistakeIn(many), HasSubstr("16 MiB"));
}

TEST(YamlTree, AMistakeNamesItsLine) {
  EXPECT_THAT(MistakeIn("a: 1\nb: [\n"), HasSubstr("f.yaml:3: expected YAML: "));
  EXPECT_THAT(MistakeIn("a: 1\nb: \xff\n"), HasSubstr("f.yaml:2: expected YAML: "));
  EXPECT_THAT(MistakeIn("a: 1\n---\nb: 2\n"), HasSubstr("f.yaml:2: expected one document"));
}

}  // namespace
}  // namespace assay
