# SPDX-License-Identifier: Apache-2.0
assay_test(compare_test SOURCES compare_test.cc LIBS assay_baseline)
assay_test(seal_test SOURCES seal_test.cc LIBS assay_baseline nlohmann_json::nlohmann_json)
