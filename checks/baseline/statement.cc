// SPDX-License-Identifier: Apache-2.0
#include "checks/baseline/statement.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

namespace assay {

namespace {

using Json = nlohmann::json;

constexpr std::string_view kStatementType = "https://in-toto.io/Statement/v1";
constexpr std::string_view kPredicateType = "urn:assay:predicate:baseline:v1";

std::unexpected<Error> Malformed(std::string_view what) {
  return Fail(ErrorCode::kInvalid, "the baseline's statement is malformed: " + std::string(what),
              "seal the image again");
}

bool IsPrintableName(std::string_view text) {
  return !text.empty() && text.size() <= 256 &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

Json BoundFileJson(const Statement::BoundFile& file) {
  return {{"sha256", Hex(file.sha256)}, {"size", file.size}};
}

// The fields of one JSON object; each must be taken, and none may be left. Failure is remembered,
// so that reading a statement is a list of its fields and one check.
class Fields {
 public:
  Fields(const Json& object, bool& ok) : object_(object), ok_(ok) {
    if (!object.is_object()) ok_ = false;
  }
  ~Fields() {
    if (object_.is_object() && taken_ != object_.size()) ok_ = false;
  }
  const Json& Take(const char* name) {
    static const Json kNothing;
    taken_++;
    auto found = object_.is_object() ? object_.find(name) : object_.end();
    if (found == object_.end()) ok_ = false;
    return found == object_.end() ? kNothing : *found;
  }
  std::string Text(const char* name) {
    const Json& value = Take(name);
    if (!value.is_string()) ok_ = false;
    return value.is_string() ? value.get<std::string>() : std::string();
  }
  uint64_t Number(const char* name) {
    const Json& value = Take(name);
    if (!value.is_number_unsigned()) ok_ = false;
    return value.is_number_unsigned() ? value.get<uint64_t>() : 0;
  }
  Digest Sha256(const char* name) {
    Expected<std::string> raw = FromHex(Text(name));
    Expected<Digest> digest = DigestFrom(raw ? *raw : std::string());
    if (!digest) ok_ = false;
    return digest ? *digest : Digest{};
  }

 private:
  const Json& object_;
  bool& ok_;
  size_t taken_ = 0;
};

Statement::BoundFile BoundFileFrom(const Json& json, bool& ok) {
  Fields fields(json, ok);
  return {fields.Sha256("sha256"), fields.Number("size")};
}

void ReadPredicate(const Json& json, Statement& statement, bool& ok) {
  Fields fields(json, ok);
  {
    Fields files(fields.Take("files"), ok);
    statement.manifest = BoundFileFrom(files.Take(kManifestFile.data()), ok);
    statement.policy = BoundFileFrom(files.Take(kPolicyFile.data()), ok);
    statement.boot = BoundFileFrom(files.Take(kBootFile.data()), ok);
  }
  {
    Fields counts(fields.Take("counts"), ok);
    statement.objects = counts.Number("objects");
    statement.packages = counts.Number("packages");
    statement.sysctls = counts.Number("sysctls");
    statement.rules = counts.Number("rules");
  }
  const Json& scope = fields.Take("scope");
  if (!scope.is_array()) ok = false;
  for (const Json& tree : scope)
    if (tree.is_string()) statement.scope.push_back(tree.get<std::string>());
  statement.created = fields.Text("created");
  statement.tool = fields.Text("tool");
}

}  // namespace

Expected<std::string> WriteStatement(const Statement& statement) {
  if (!IsPrintableName(statement.image))
    return Fail(ErrorCode::kInvalid,
                "the image name must be 1 to 256 printable ASCII characters without blanks");
  Json predicate = {{"files",
                     {{kManifestFile, BoundFileJson(statement.manifest)},
                      {kPolicyFile, BoundFileJson(statement.policy)},
                      {kBootFile, BoundFileJson(statement.boot)}}},
                    {"counts",
                     {{"objects", statement.objects},
                      {"packages", statement.packages},
                      {"sysctls", statement.sysctls},
                      {"rules", statement.rules}}},
                    {"scope", statement.scope},
                    {"created", statement.created},
                    {"tool", statement.tool}};
  Json subject = {{"name", statement.image},
                  {"digest", {{"sha256", Hex(statement.manifest.sha256)}}}};
  Json json = {{"_type", kStatementType},
               {"subject", Json::array({subject})},
               {"predicateType", kPredicateType},
               {"predicate", predicate}};
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

Expected<Statement> ReadStatement(std::string_view payload) {
  if (payload.size() > kStatementLimit) return Malformed("larger than 1 MiB");
  Json json = Json::parse(payload, nullptr, false);
  Statement statement;
  bool ok = json.is_object();
  {
    Fields fields(json, ok);
    if (fields.Text("_type") != kStatementType) ok = false;
    if (fields.Text("predicateType") != kPredicateType) ok = false;
    ReadPredicate(fields.Take("predicate"), statement, ok);
    const Json& subjects = fields.Take("subject");
    if (!subjects.is_array() || subjects.size() != 1) return Malformed("not exactly one subject");
    Fields subject(subjects[0], ok);
    statement.image = subject.Text("name");
    Fields digest(subject.Take("digest"), ok);
    if (digest.Sha256("sha256") != statement.manifest.sha256) ok = false;
  }
  if (!ok || !IsPrintableName(statement.image)) return Malformed("a field is missing or wrong");
  return statement;
}

}  // namespace assay
