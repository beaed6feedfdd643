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

/// The checksum that an upload carries in a header of its own, beside its signature.
enum class S3Checksum {
  automatic,  // none, until a server asks for one; from then on sha256, or md5 if it does not accept that
  sha256,     // x-amz-checksum-sha256
  md5,        // Content-MD5
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
  /// "https://s3.example.org:9000". AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, endpoint_url below "s3 =" in the services
  /// section of the profile, endpoint_url of the profile; otherwise AWS in `region`.
  /// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS or ignore_configured_endpoint_urls, if true, turn off all of them but this
  /// field.
  std::optional<std::string> endpoint;
  /// AWS_REGION, AWS_DEFAULT_REGION, region; otherwise us-east-1. If the server names another region for a bucket, its
  /// requests are signed for that one.
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
  /// How many times to send a request before its failure becomes an error. It is sent again after 408, 429, 500, 502,
  /// 503, 504, a host name that cannot be resolved, a refused or reset connection, a connection that takes too long,
  /// and an answer that was cut short. A request whose answer stays silent is sent three times at most.
  int max_attempts = 7;
  /// The longest wait before the second attempt. It doubles for each attempt, up to 5 s; the actual wait is a random
  /// part of it.
  std::chrono::milliseconds retry_delay{200};
  std::chrono::milliseconds connect_timeout{10'000};
  /// How long a transfer may stall; twice that while the server has an upload to store or an object to copy. A download
  /// may not stay below 64 bytes/s for that long, either.
  std::chrono::seconds stall_timeout{30};

  /// In bytes. Larger files are transferred in parts of this size, several at once. S3 requires at least 5 MiB.
  std::uint64_t part_size = std::uint64_t{8} << 20;
  /// After how long another machine may take over the claim on a run's id from a killed process. It must be longer than
  /// any save takes, and longer than a live run goes without a flush. On the same machine a killed process is noticed
  /// at once.
  std::chrono::seconds claim_lifetime = std::chrono::hours(24);

  // What objects are created with. Each value is sent as it is; without it the bucket's own setting applies.

  /// "AES256", "aws:kms" or "aws:kms:dsse" (x-amz-server-side-encryption).
  std::optional<std::string> encryption;
  /// The id or ARN of the key for "aws:kms"; otherwise the one that AWS manages.
  std::optional<std::string> kms_key_id;
  /// A canned ACL, as "bucket-owner-full-control" (x-amz-acl).
  std::optional<std::string> acl;
  /// "STANDARD_IA", "INTELLIGENT_TIERING" and so on (x-amz-storage-class), but no archive. The objects of a claim,
  /// which exist only for moments, do not get it.
  std::optional<std::string> storage_class;
  /// Buckets with Object Lock and some other servers ask for it.
  S3Checksum checksum = S3Checksum::automatic;

  /// Called during the transfer of a file larger than part_size, on the thread that transfers it. If it throws, the
  /// transfer ends with that exception.
  std::function<void(const S3Progress&)> on_progress;
};

}  // namespace erm
