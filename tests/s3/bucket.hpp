// A new bucket on the server of the environment, which goes away with all that is in it at the end of the scope.
//
//   const erm_test::Bucket bucket;
//   erm::save_run_to_registry(run, bucket / "registry");      // "s3://erm-test-1a2b3c/registry"
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/s3/client.hpp"
#include "erm/s3.hpp"

namespace erm_test {

class Bucket {
 public:
  Bucket() : name_("erm-test-" + erm::detail::s3::random_name().substr(0, 12)) { ask("PUT"); }
  Bucket(const Bucket&) = delete;
  Bucket& operator=(const Bucket&) = delete;
  ~Bucket() {
    try {
      erm::S3FileSystem().remove(name_);
      ask("DELETE");
    } catch (const std::exception&) {
      // The server was ended by the test that uses it; the bucket ends with it.
    }
  }

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// The path of a key, as a FileSystem takes it.
  [[nodiscard]] std::string path(const std::string& key) const { return name_ + "/" + key; }
  [[nodiscard]] std::string operator/(const std::string& key) const { return "s3://" + path(key); }

 private:
  void ask(const char* method) const {
    namespace s3 = erm::detail::s3;
    const s3::Client client({});
    s3::Client::expect_ok(client.run(s3::Client::request("make", method, s3::Place(name_))));
  }

  std::string name_;
};

/// Bytes that no compressor shortens, the same for one seed.
inline erm::Bytes noise(std::size_t size, unsigned seed = 1) {
  std::mt19937 random(seed);
  erm::Bytes bytes(size);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

}  // namespace erm_test
