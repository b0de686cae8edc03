// What a TLS server of a test shows.
#pragma once

#include <gtest/gtest.h>
#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/types.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <string>

namespace iii::test {

// A key and a certificate for 127.0.0.1 that signs itself, each in a file.
class Certificate {
 public:
  Certificate() {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_RSA_gen(2048), EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> x509(X509_new(), X509_free);
    X509_set_version(x509.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), 3600);
    X509_set_pubkey(x509.get(), key.get());
    const auto* const name = reinterpret_cast<const unsigned char*>("iii test");
    X509_NAME_add_entry_by_txt(
        X509_get_subject_name(x509.get()), "CN", MBSTRING_ASC, name, -1, -1, 0
    );
    X509_set_issuer_name(x509.get(), X509_get_subject_name(x509.get()));
    X509_EXTENSION* const names =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
    X509_add_ext(x509.get(), names, -1);
    X509_EXTENSION_free(names);
    X509_sign(x509.get(), key.get(), EVP_sha256());
    write(key_file, [&](std::FILE* file) {
      PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    write(certificate_file, [&](std::FILE* file) { PEM_write_X509(file, x509.get()); });
  }

  const std::string key_file = testing::TempDir() + std::to_string(::getpid()) + "_key.pem";
  const std::string certificate_file =
      testing::TempDir() + std::to_string(::getpid()) + "_certificate.pem";

 private:
  static void write(const std::string& name, const std::function<void(std::FILE*)>& body) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
        std::fopen(name.c_str(), "w"), std::fclose
    );
    body(file.get());
  }
};

}  // namespace iii::test
