#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <thread>

#include "base/unique_fd.hpp"
#include "net/test_client.hpp"
#include "net/test_names.hpp"

namespace colibri::net {
namespace {

using test::allowing;
using test::exchange;
using test::post;
using testing::HasSubstr;

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* p) const noexcept {
    Free(p);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<&EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<&X509_free>>;

/// Self-signed, for the DNS name right.test, valid for an hour.
Certificate selfSigned(EVP_PKEY* key) {
  Certificate cert(X509_new());
  X509_set_version(cert.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()), 3600);
  X509_set_pubkey(cert.get(), key);
  auto* name = X509_get_subject_name(cert.get());
  const unsigned char text[] = "right.test";
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
  X509_set_issuer_name(cert.get(), name);
  for (const auto& [nid, value] :
       {std::pair{NID_subject_alt_name, "DNS:right.test"}, {NID_basic_constraints, "CA:TRUE"}}) {
    std::unique_ptr<X509_EXTENSION, Freer<&X509_EXTENSION_free>> extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, nid, value));
    X509_add_ext(cert.get(), extension.get(), -1);
  }
  X509_sign(cert.get(), key, EVP_sha256());
  return cert;
}

/// Answers one request per connection with 200.
class TlsServer {
 public:
  TlsServer()
      : key_(EVP_EC_gen("P-256")),
        certificate_(selfSigned(key_.get())),
        context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX_use_certificate(context_.get(), certificate_.get());
    SSL_CTX_use_PrivateKey(context_.get(), key_.get());
    listener_ = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    auto* const plain = reinterpret_cast<sockaddr*>(&at);
    EXPECT_EQ(::bind(listener_.get(), plain, size), 0);
    EXPECT_EQ(::listen(listener_.get(), 16), 0);
    EXPECT_EQ(::getsockname(listener_.get(), plain, &size), 0);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~TlsServer() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  std::string url(const std::string& host) const {
    return "https://" + host + ":" + std::to_string(port_) + "/";
  }
  /// Writes the certificate to `path`.
  std::string bundle(const std::string& path) const {
    std::unique_ptr<FILE, Freer<&std::fclose>> file(std::fopen(path.c_str(), "we"));
    EXPECT_NE(file, nullptr);
    PEM_write_X509(file.get(), certificate_.get());
    return path;
  }

 private:
  void run() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);  // a client that hangs up is no SIGPIPE
    for (;;) {
      const UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!fd) return;
      std::unique_ptr<SSL, Freer<&SSL_free>> ssl(SSL_new(context_.get()));
      SSL_set_fd(ssl.get(), fd.get());
      if (SSL_accept(ssl.get()) != 1) continue;
      char request[4096];
      if (SSL_read(ssl.get(), request, sizeof request) <= 0) continue;
      constexpr std::string_view kAnswer =
          "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      SSL_write(ssl.get(), kAnswer.data(), static_cast<int>(kAnswer.size()));
      SSL_shutdown(ssl.get());
    }
  }
  Key key_;
  Certificate certificate_;
  std::unique_ptr<SSL_CTX, Freer<&SSL_CTX_free>> context_;
  UniqueFd listener_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

class HttpClientTls : public testing::Test {
 protected:
  HttpClientTls() {
    names_.answer("right.test", {{"127.0.0.1"}});
    names_.answer("wrong.test", {{"127.0.0.1"}});
  }
  ~HttpClientTls() override {
    std::remove(bundle_.c_str());
    ::rmdir(folder_);
  }
  CurlHttpClient::Options trusting() const {
    auto options = allowing({"loopback"});
    options.caBundle = server_.bundle(bundle_);
    return options;
  }
  const SystemClock clock_;
  test::Names names_;
  TlsServer server_;
  char folder_[32] = "/tmp/colibri-tls-XXXXXX";
  std::string bundle_ = std::string(::mkdtemp(folder_)) + "/ca.pem";
};

TEST_F(HttpClientTls, ACertificateNobodyTrustsIsRefused) {
  CurlHttpClient client(allowing({"loopback"}), clock_);
  const auto got = exchange(client, post(server_.url("right.test")));
  EXPECT_EQ(test::code(got), Errc::unavailable);
  EXPECT_THAT(got.outcome.error().message, HasSubstr("the certificate of right.test:"));
}

TEST_F(HttpClientTls, TheOperatorsBundleIsTrusted) {
  CurlHttpClient client(trusting(), clock_);
  const auto got = exchange(client, post(server_.url("right.test")));
  ASSERT_TRUE(got.outcome) << got.outcome.error().message;
  EXPECT_EQ(got.status, 200U);
  EXPECT_GT(got.tls.count(), 0);
}

TEST_F(HttpClientTls, ATrustedCertificateForAnotherNameIsRefused) {
  CurlHttpClient client(trusting(), clock_);
  EXPECT_EQ(test::code(exchange(client, post(server_.url("wrong.test")))), Errc::unavailable);
}

}  // namespace
}  // namespace colibri::net
