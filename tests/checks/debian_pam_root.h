// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "tests/support/temp_root.h"

namespace assay {

inline constexpr char kPamSample[] = ASSAY_SOURCE_DIR "/tests/checks/data/pam-debian12/";

inline std::string PamSample(const std::string& name) {
  std::ifstream file(kPamSample + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Into `root`: what Debian's packages and pam-auth-update leave there, and the modules by name.
inline void WriteDebianPam(const TempRoot& root) {
  const std::map<std::string, std::string> places = {{"pam.d", "etc/pam.d/"},
                                                     {"pam-configs", "usr/share/pam-configs/"},
                                                     {"pam", "usr/share/pam/"},
                                                     {"var", "var/lib/pam/"}};
  for (const auto& [from, to] : places)
    for (const auto& entry : std::filesystem::directory_iterator(kPamSample + from)) {
      std::string name = entry.path().filename();
      root.Write(to + name, PamSample(from + "/" + name));
    }
  for (const char* module : {"faillock", "unix", "pwquality", "pwhistory", "wheel"})
    root.Write("usr/lib/x86_64-linux-gnu/security/pam_" + std::string(module) + ".so", "");
  root.Write("var/cache/cracklib/cracklib_dict.pwd", "");
  root.Write("etc/passwd", "root:x:0:0::/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/bash\n");
  root.Write("etc/group", "root:x:0:\nann:x:1000:\nssl:x:999:\n");
  root.Write("etc/gshadow", "root:*::\n");
  root.Write("etc/security/faillock.conf", "# deny = 3\ndeny = 9\n");
  root.Write("etc/security/pwquality.conf", "# minlen = 8\n");
}

/// All files and their bytes.
inline std::map<std::string, std::string> FilesOf(const TempRoot& root) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root.path()))
    if (entry.is_regular_file()) {
      std::string inside = entry.path().string().substr(root.path().size());
      files[inside] = root.ReadBack(inside);
    }
  return files;
}

}  // namespace assay
