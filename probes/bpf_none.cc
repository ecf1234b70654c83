// SPDX-License-Identifier: Apache-2.0
// A build without clang or bpftool: the two best rungs are refused by name, the others are there.
#include "probes/bpf_rung.h"

namespace assay {

Expected<std::unique_ptr<BpfRung>> BpfRung::Load(const Options&) {
  return Fail(ErrorCode::kUnsupported, "this build has no BPF programs");
}

Expected<KeyWire> KeyOf(int) {
  return Fail(ErrorCode::kUnsupported, "this build has no BPF programs");
}

}  // namespace assay
