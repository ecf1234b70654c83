# SPDX-License-Identifier: Apache-2.0
assay_test(sysctl_test SOURCES sysctl_test.cc LIBS assay_rules)
assay_test(predicates_test SOURCES predicates_test.cc LIBS assay_rules)
assay_test(engine_test SOURCES engine_test.cc LIBS assay_rules nlohmann_json::nlohmann_json)
assay_test(rule_loader_test SOURCES rule_loader_test.cc LIBS assay_rules)
assay_test(benchmark_test SOURCES benchmark_test.cc LIBS assay_rules)
assay_test(accounts_test SOURCES accounts_test.cc LIBS assay_rules yaml-cpp)
assay_test(mount_table_test SOURCES mount_table_test.cc LIBS assay_rules)
assay_test(modprobe_config_test SOURCES modprobe_config_test.cc LIBS assay_rules)
