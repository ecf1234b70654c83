// SPDX-License-Identifier: Apache-2.0
#include <limits.h>
#include <unistd.h>

#include <cerrno>

#include "base/host.h"
#include "base/printable.h"

namespace assay {

Expected<std::vector<std::pair<std::string, std::string>>> Host::Links(std::string_view directory,
                                                                       size_t limit) {
  std::vector<std::pair<std::string, std::string>> links;
  for (std::string& name : TRY(List(directory, limit))) links.emplace_back(std::move(name), "");
  Fd fd = TRY(OpenPath(directory, true));
  for (auto& [name, target] : links) {
    char buffer[PATH_MAX];
    ssize_t n = readlinkat(fd.get(), name.c_str(), buffer, sizeof buffer);
    if (n > 0) target.assign(buffer, size_t(n));
    // EINVAL: not a link. ENOENT: gone since it was listed; the directory tells of it.
    if (n < 0 && errno != EINVAL && errno != ENOENT)
      return FailErrno(errno, "reading a link in '" + std::string(directory) + "'");
  }
  return links;
}

Expected<std::vector<Host::Child>> Host::Children(std::string_view directory) {
  std::vector<Child> children;
  std::vector<std::string> names = TRY(List(directory));
  Fd fd = TRY(OpenPath(directory, true));
  const std::string prefix = std::string(directory) + (directory.ends_with('/') ? "" : "/");
  for (std::string& name : names) {
    Record(Input::Kind::kMetadata, prefix + name);
    Expected<Metadata> found = StatAt(fd.get(), name.c_str());
    if (!found && found.error().code != ErrorCode::kNotFound)
      return std::unexpected(WithContext(found.error(), "'" + Printable(prefix + name) + "'"));
    if (found) children.emplace_back(std::move(name), *found);
  }
  return children;
}

}  // namespace assay
