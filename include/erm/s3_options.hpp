// Settings of registries in object storage: each has a default, and most come from where the AWS tools have them.
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

/// Where a request names its bucket.
enum class S3Addressing {
  automatic,     // virtual_host on AWS where the bucket's name can be a host's, path elsewhere
  path,          // https://endpoint/bucket/key
  virtual_host,  // https://bucket.endpoint/key
};

/// How far the transfer of a large file is; see S3Options::on_progress.
struct S3Progress {
  std::string_view path;    // "bucket/experiments/digits/main/run/artifacts/model.bin"
  std::uint64_t done = 0;   // bytes
  std::uint64_t total = 0;  // bytes
  bool is_upload = false;
};

/// What is not set comes from the environment, then from the profile in ~/.aws/config and ~/.aws/credentials, as the
/// AWS tools have it. The names of those are beside each field.
struct S3Options {
  /// "https://s3.example.org:9000". AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, endpoint_url; else AWS in that region.
  std::optional<std::string> endpoint;
  /// AWS_REGION, AWS_DEFAULT_REGION, region; else us-east-1.
  std::optional<std::string> region;
  /// AWS_ACCESS_KEY_ID, aws_access_key_id, and so on. Without any, requests are anonymous. Those that do not stand here
  /// are read again when the server says that they have expired.
  std::optional<std::string> access_key_id, secret_access_key, session_token;
  /// AWS_PROFILE; else "default".
  std::optional<std::string> profile;
  /// A file of certificates in PEM to trust in place of the system's. AWS_CA_BUNDLE, ca_bundle.
  std::optional<std::string> ca_bundle;
  /// s3 = addressing_style in the profile where this is automatic.
  S3Addressing addressing = S3Addressing::automatic;

  /// How many requests of one call run at once; at least 1.
  std::size_t max_requests = 16;
  /// How often a request is sent before its failure is an error: after 429, 500, 502, 503, 504, a time-out, a
  /// connection that was refused or reset, and a body that was cut short.
  int max_attempts = 7;
  /// The longest wait before a request is sent a second time; it doubles each time up to 5 s, and a random part of it
  /// is waited.
  std::chrono::milliseconds retry_delay{200};
  std::chrono::milliseconds connect_timeout{10'000};
  /// How long a transfer may go without a byte.
  std::chrono::seconds stall_timeout{60};

  /// In bytes: larger files go up and come down in parts of this size, several at once. S3 wants at least 5 MiB.
  std::uint64_t part_size = std::uint64_t{8} << 20;
  /// When the claim on a run's id may be taken over from a process that was killed on another machine: longer than any
  /// save takes, and than a live run goes without a flush. Of this machine's processes it is known which are gone.
  std::chrono::seconds claim_lifetime = std::chrono::hours(24);

  /// Called as a file larger than part_size goes up or comes down, on the thread that transfers it. What it throws
  /// ends the transfer.
  std::function<void(const S3Progress&)> on_progress;
};

}  // namespace erm
