// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/pam_stack.h"

#include <optional>

#include "checks/formats/lines.h"

namespace assay {

namespace {

constexpr int kDeepest = 16;  // PAM_SUBSTACK_MAX_LEVEL
constexpr size_t kMostModules = 1000;

struct PamFile {
  std::string path;
  std::vector<PamStatement> statements;
};

Expected<PamFile> ReadFile(Host& host, const std::string& name) {
  std::vector<std::string> paths = {"/etc/pam.d/" + name, "/usr/lib/pam.d/" + name};
  if (name.starts_with('/')) paths = {name};
  for (const std::string& path : paths) {
    Expected<std::string> text = ReadText(host, path);
    if (!text && text.error().code == ErrorCode::kNotFound) continue;
    if (!text) return std::unexpected(text.error());
    // Not within the braces: GCC 12 forgets `path` where TRY returns from there.
    std::vector<PamStatement> statements = TRY(ParsePamFile(*text, path));
    return PamFile{path, std::move(statements)};
  }
  return Fail(ErrorCode::kNotFound, "there is no " + paths[0]);
}

// Every file is parsed once, however many stacks hold it.
const Expected<PamFile>& FileOf(Host& host, const std::string& name) {
  return host.Once<Expected<PamFile>>("pam.d/" + name,
                                      [&name](Host& h) { return ReadFile(h, name); });
}

struct Flattening {
  Host& host;
  const std::string& type;
  PamStack stack;

  std::optional<Error> Add(const PamFile& file, int depth, int level) {
    for (const PamStatement& statement : file.statements) {
      if (!statement.type.empty() && statement.type != type) continue;
      if (stack.size() >= kMostModules)
        return Error{ErrorCode::kInvalid, file.path + ": the stack has more than 1000 modules"};
      bool module = statement.kind == PamStatement::Kind::kModule;
      bool substack = statement.kind == PamStatement::Kind::kSubstack;
      if (module || substack) stack.push_back({file.path, statement, level, substack});
      if (module) continue;
      std::string where = file.path + ":" + std::to_string(statement.line);
      if (depth >= kDeepest)
        return Error{ErrorCode::kInvalid, where + ": includes nested more than 16 deep"};
      const Expected<PamFile>& inner = FileOf(host, statement.target);
      if (!inner) return WithContext(AsInvalid(inner.error()), where);
      if (auto error = Add(*inner, depth + 1, level + substack)) return error;
    }
    return std::nullopt;
  }

  // A missing file is an answer only where it was asked for, not where a line promises it.
  static Error AsInvalid(Error error) {
    if (error.code == ErrorCode::kNotFound) error.code = ErrorCode::kInvalid;
    return error;
  }
};

Expected<PamStack> Flatten(Host& host, const std::string& service, const std::string& type) {
  const Expected<PamFile>& file = FileOf(host, service);
  if (!file) return std::unexpected(file.error());
  Flattening flattening{host, type, {}};
  if (std::optional<Error> error = flattening.Add(*file, 0, 0)) return std::unexpected(*error);
  return std::move(flattening.stack);
}

}  // namespace

Expected<PamStack> ReadPamStack(Host& host, const std::string& service, const std::string& type) {
  return host.Once<Expected<PamStack>>("pam-stack/" + type + "/" + service,
                                       [&](Host& h) { return Flatten(h, service, type); });
}

Expected<std::vector<std::string>> SharedPamServices(Host& host, const std::string& type) {
  std::vector<std::string> debian = {"common-" + type};
  if (type == "session") debian.push_back("common-session-noninteractive");
  for (const auto& family : {debian, {"system-auth", "password-auth"}}) {
    std::vector<std::string> present;
    for (const std::string& service : family) {
      const Expected<PamFile>& file = FileOf(host, service);
      if (!file && file.error().code != ErrorCode::kNotFound) return std::unexpected(file.error());
      if (file) present.push_back(service);
    }
    if (!present.empty()) return present;
  }
  return Fail(ErrorCode::kNotFound,
              "neither /etc/pam.d/common-" + type + " nor /etc/pam.d/system-auth exists");
}

std::string_view PamModuleName(std::string_view module) {
  size_t slash = module.rfind('/');
  return slash == std::string_view::npos ? module : module.substr(slash + 1);
}

}  // namespace assay
