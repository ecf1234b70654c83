// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstdio>
#include <string>
#include <vector>

#include "checks/baseline/baseline.h"
#include "checks/rules/policy.pb.h"
#include "tests/support/temp_root.h"

namespace assay {

/// A key pair as PEM files in a directory of its own.
class KeyPair {
 public:
  explicit KeyPair(const char* type = "ED25519") {
    EVP_PKEY* key = std::string_view(type) == "EC" ? EVP_EC_gen("P-256")
                                                   : EVP_PKEY_Q_keygen(nullptr, nullptr, type);
    private_path = directory_.Path("key.pem");
    directory_.Write("key.pem", "");
    FILE* file = fopen(private_path.c_str(), "w");
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    fclose(file);
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(bio, key);
    char* text = nullptr;
    long length = BIO_get_mem_data(bio, &text);
    public_pem.assign(text, size_t(length));
    BIO_free(bio);
    EVP_PKEY_free(key);
  }
  std::string private_path, public_pem;

 private:
  TempRoot directory_;
};

/// An image (a temporary root), its key, and the place of its baseline.
struct SealedImage {
  TempRoot root;
  KeyPair key;
  TempRoot out;
  std::vector<std::string> scope = {"/etc", "/usr"};

  SealedImage(std::initializer_list<std::pair<std::string_view, std::string_view>> files,
              const char* key_type = "ED25519")
      : root(files), key(key_type) {}

  std::string directory() const { return out.Path("golden"); }

  Expected<SealSummary> TrySeal(SealOptions options = {}) const {
    Host host = root.OpenHost();
    if (options.image_name.empty()) options.image_name = "node:1";
    if (options.key.empty()) options.key = key.private_path;
    if (options.out.empty()) options.out = directory();
    if (options.scope.empty()) options.scope = scope;
    return Seal(host, Policy(), options);
  }
  /// Seals and opens; the test fails where that fails.
  VerifiedBaseline SealAndOpen(SealOptions options = {}) const {
    Expected<SealSummary> summary = TrySeal(std::move(options));
    if (!summary) ADD_FAILURE() << summary.error().ToString();
    Expected<VerifiedBaseline> baseline = VerifiedBaseline::Open(directory(), key.public_pem);
    if (!baseline) ADD_FAILURE() << baseline.error().ToString();
    return *std::move(baseline);
  }
  Comparison Compare(const VerifiedBaseline& baseline) const {
    Host host = root.OpenHost();
    Expected<Comparison> comparison = CompareAll(baseline, host);
    if (!comparison) ADD_FAILURE() << comparison.error().ToString();
    return comparison ? *std::move(comparison) : Comparison();
  }
};

/// "extra /etc/a object", one for each finding: short enough to be read in an expectation.
inline std::vector<std::string> FindingLines(const Comparison& comparison) {
  std::vector<std::string> lines;
  for (const Finding& finding : comparison.findings)
    lines.push_back(std::string(ChangeName(finding.change)) + " " + finding.subject + " " +
                    finding.property);
  for (const Unverifiable& unverifiable : comparison.unverifiable)
    lines.push_back("unverifiable " + unverifiable.subject);
  return lines;
}

}  // namespace assay
