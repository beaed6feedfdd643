// Settings of registries in object storage. Each has a default; most defaults come from the settings of the AWS tools.
//
//   erm::S3Options options;
//   options.endpoint = "https://minio.example.org:9000";
//   options.on_progress = [](const erm::S3Progress& now) {
//     std::fprintf(stderr, "\r%.0f %%", 100.0 * now.done / now.total);
//   };
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace erm {

/// Where the URL of a request names the bucket.
enum class S3Addressing {
  automatic,     // virtual_host on AWS if the name of the bucket can be part of a host name, otherwise path
  path,          // https://endpoint/bucket/key
  virtual_host,  // https://bucket.endpoint/key
};

/// The progress of the transfer of a large file; see S3Options::on_progress.
struct S3Progress {
  std::string_view path;    // "bucket/experiments/digits/main/run/artifacts/model.bin"
  std::uint64_t done = 0;   // bytes
  std::uint64_t total = 0;  // bytes
  bool is_upload = false;
};

/// A field that is not set comes from the environment, then from the profile in ~/.aws/config and ~/.aws/credentials,
/// as with the AWS tools. Each field lists their names.
struct S3Options {
  /// "https://s3.example.org:9000". AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, endpoint_url; otherwise AWS in `region`.
  std::optional<std::string> endpoint;
  /// AWS_REGION, AWS_DEFAULT_REGION, region; otherwise us-east-1.
  std::optional<std::string> region;
  /// AWS_ACCESS_KEY_ID, aws_access_key_id, and so on. Without them requests are anonymous. Credentials from the
  /// environment or a file are read again when the server says that they have expired.
  std::optional<std::string> access_key_id, secret_access_key, session_token;
  /// AWS_PROFILE; otherwise "default".
  std::optional<std::string> profile;
  /// A PEM file with the certificates to trust instead of those of the system. AWS_CA_BUNDLE, ca_bundle.
  std::optional<std::string> ca_bundle;
  /// If automatic: addressing_style below "s3 =" in the profile.
  S3Addressing addressing = S3Addressing::automatic;

  /// How many requests of one call run at the same time; at least 1.
  std::size_t max_requests = 16;
  /// How many times to send a request before its failure becomes an error. It is sent again after 429, 500, 502, 503,
  /// 504, a time-out, a refused or reset connection, and a body that was cut short.
  int max_attempts = 7;
  /// The longest wait before the second attempt. It doubles for each attempt, up to 5 s; the actual wait is a random
  /// part of it.
  std::chrono::milliseconds retry_delay{200};
  std::chrono::milliseconds connect_timeout{10'000};
  /// How long a transfer may stall.
  std::chrono::seconds stall_timeout{60};

  /// In bytes. Larger files are transferred in parts of this size, several at once. S3 requires at least 5 MiB.
  std::uint64_t part_size = std::uint64_t{8} << 20;
  /// After how long another machine may take over the claim on a run's id from a killed process. It must be longer than
  /// any save takes, and longer than a live run goes without a flush. On the same machine a killed process is noticed
  /// at once.
  std::chrono::seconds claim_lifetime = std::chrono::hours(24);

  /// Called during the transfer of a file larger than part_size, on the thread that transfers it. If it throws, the
  /// transfer ends with that exception.
  std::function<void(const S3Progress&)> on_progress;
};

}  // namespace erm
