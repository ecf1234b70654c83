// SPDX-License-Identifier: Apache-2.0
#include "checks/baseline/manifest.h"

#include <gmock/gmock.h>

#include "base/file.h"
#include "tests/support/temp_root.h"

namespace assay {
namespace {

using testing::HasSubstr;

ManifestRecord Header() {
  ManifestRecord record;
  record.mutable_header()->set_format(1);
  return record;
}

ManifestRecord FileRecord(const std::string& path) {
  ManifestRecord record;
  record.mutable_file()->set_path(path);
  record.mutable_file()->set_type(uint32_t(Metadata::Type::kDirectory));
  return record;
}

std::string Written(const std::vector<ManifestRecord>& records) {
  TempRoot place;
  Expected<ManifestWriter> writer = ManifestWriter::Create(place.Path("m"));
  for (const ManifestRecord& record : records) EXPECT_TRUE(writer->Add(record));
  Expected<ManifestWriter::Written> written = writer->Finish();
  std::string bytes = place.ReadBack("m");
  EXPECT_EQ(written->digest, Sha256Of(bytes));
  EXPECT_EQ(written->size, bytes.size());
  return bytes;
}

std::string Refusal(const std::vector<ManifestRecord>& records) {
  std::string bytes = Written(records);
  Expected<Manifest> manifest = Manifest::Parse(bytes);
  return manifest ? "accepted" : manifest.error().text;
}

TEST(Manifest, FindsItsFilesAndTheirSubtrees) {
  std::string bytes = Written({Header(), FileRecord("/a"), FileRecord("/a/b"), FileRecord("/a/b/c"),
                               FileRecord("/a/b-d"), FileRecord("/a-b")});
  Expected<Manifest> manifest = Manifest::Parse(bytes);
  ASSERT_TRUE(manifest) << manifest.error().text;
  EXPECT_EQ(manifest->FindFile("/a/b-d"), 3u);
  EXPECT_EQ(manifest->FindFile("/a/x"), std::nullopt);
  EXPECT_EQ(manifest->SubtreeEnd("/a/b", 1), 3u);
  EXPECT_EQ(manifest->SubtreeEnd("/a", 0), 4u);
}

TEST(Manifest, RefusesRecordsOutOfOrderOrTwice) {
  EXPECT_EQ(Refusal({Header(), FileRecord("/a"), FileRecord("/b")}), "accepted");
  EXPECT_THAT(Refusal({Header(), FileRecord("/b"), FileRecord("/a")}), HasSubstr("out of order"));
  EXPECT_THAT(Refusal({Header(), FileRecord("/a"), FileRecord("/a")}), HasSubstr("out of order"));
  EXPECT_THAT(Refusal({FileRecord("/a")}), HasSubstr("header"));
  EXPECT_THAT(Refusal({Header(), Header()}), HasSubstr("header"));
  EXPECT_THAT(Refusal({}), HasSubstr("no header"));
}

TEST(Manifest, RefusesAFormatOfTheFuture) {
  ManifestRecord header = Header();
  header.mutable_header()->set_format(2);
  EXPECT_THAT(Refusal({header}), HasSubstr("does not know"));
}

TEST(Manifest, RefusesAGoldenFileWithoutADigest) {
  ManifestRecord file = FileRecord("/a");
  file.mutable_file()->set_type(uint32_t(Metadata::Type::kRegular));
  EXPECT_THAT(Refusal({Header(), file}), HasSubstr("not well formed"));
  file.mutable_file()->set_sha256(std::string(32, 'x'));
  EXPECT_EQ(Refusal({Header(), file}), "accepted");
}

TEST(Scope, PatternsMatchWithinOneComponentOrEverythingBelow) {
  EXPECT_TRUE(MatchesPattern("/etc/ssh/ssh_host_*", "/etc/ssh/ssh_host_rsa_key"));
  EXPECT_FALSE(MatchesPattern("/etc/ssh/ssh_host_*", "/etc/ssh/ssh_host_x/y"));
  EXPECT_FALSE(MatchesPattern("/etc/ssh", "/etc/ssh/x"));
  EXPECT_TRUE(MatchesPattern("/etc/k/**", "/etc/k/a/b"));
  EXPECT_FALSE(MatchesPattern("/etc/k/**", "/etc/k"));
  EXPECT_FALSE(MatchesPattern("/etc/k/**", "/etc/kk/a"));
  EXPECT_TRUE(MatchesPattern("/home/*/.cache/**", "/home/me/.cache/x/y"));
}

TEST(Scope, TheDefaultIsWellFormedAndGivesEveryRuleAReason) {
  Expected<Scope> scope = DefaultScope();
  ASSERT_TRUE(scope) << scope.error().ToString();
  EXPECT_THAT(scope->trees, testing::Contains("/usr"));
  for (const ScopeRule& rule : scope->rules) EXPECT_FALSE(rule.reason().empty()) << rule.pattern();
  EXPECT_EQ(ClassOf(*scope, "/etc/ssh/ssh_host_rsa_key"), CLASS_LATCHED);
  EXPECT_EQ(ClassOf(*scope, "/usr/bin/sudo"), CLASS_GOLDEN);
}

TEST(Scope, AMalformedFileIsRefusedWithItsLine) {
  auto refusal = [](const std::string& yaml) {
    Expected<Scope> scope = ParseScope(yaml, "my.yaml");
    return scope ? "accepted" : scope.error().text;
  };
  EXPECT_EQ(refusal("trees: [/usr]\n"), "accepted");
  EXPECT_THAT(refusal("trees: [/usr]\nrulez: []\n"), HasSubstr("my.yaml:2: expected one of trees, exclude, rules"));
  EXPECT_THAT(refusal("rules:\n  - {path: /a, class: gold, reason: x}\n"), HasSubstr("my.yaml:2:"));
  EXPECT_THAT(refusal("rules:\n  - {path: /a, class: golden}\n"), HasSubstr("the key 'reason'"));
  EXPECT_THAT(refusal("trees: [usr]\n"), HasSubstr("absolute"));
  EXPECT_THAT(refusal("trees: [/usr/../etc]\n"), HasSubstr("absolute"));
  EXPECT_THAT(refusal("trees: [\n"), HasSubstr("my.yaml:"));
}

TEST(Scope, TreesInsideOthersAreDropped) {
  Scope scope;
  scope.trees = {"/usr/lib", "/usr", "/usr-local", "/etc"};
  EXPECT_THAT(NormalScope(scope)->trees, testing::ElementsAre("/etc", "/usr", "/usr-local"));
}

}  // namespace
}  // namespace assay
