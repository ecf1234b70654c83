# SPDX-License-Identifier: Apache-2.0
# assay_baseline: seal, verify, compare.
assay_proto(assay_baseline_proto checks/baseline.proto)

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS benchmarks/scope.yaml)
file(READ benchmarks/scope.yaml SCOPE_YAML)
configure_file(scope_default.cc.in ${CMAKE_CURRENT_BINARY_DIR}/scope_default.cc @ONLY)

add_library(assay_baseline STATIC
  baseline.cc capture.cc compare.cc compare_state.cc dpkg.cc envelope.cc finding.cc manifest_reader.cc
  manifest_writer.cc scope.cc scope_yaml.cc seal.cc sealed_policy.cc statement.cc tree_walk.cc
  ${CMAKE_CURRENT_BINARY_DIR}/scope_default.cc)
target_link_libraries(assay_baseline
  PUBLIC assay_base assay_rules assay_policy_proto assay_baseline_proto
  PRIVATE yaml-cpp nlohmann_json::nlohmann_json)
