# SPDX-License-Identifier: Apache-2.0
assay_test(compare_test SOURCES compare_test.cc LIBS assay_baseline)
assay_test(seal_test SOURCES seal_test.cc LIBS assay_baseline nlohmann_json::nlohmann_json)
assay_test(manifest_test SOURCES manifest_test.cc LIBS assay_baseline)
assay_test(dpkg_test SOURCES dpkg_test.cc LIBS assay_baseline)
assay_test(compare_root_test SOURCES compare_root_test.cc LIBS assay_baseline)
assay_test(compare_rpm_test SOURCES compare_rpm_test.cc LIBS assay_baseline)
