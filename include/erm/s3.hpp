// Registries in object storage: AWS S3, Ceph, MinIO, R2, and whatever else speaks S3's protocol. Include this
// header, link the CMake target erm::s3 (libcurl, libcrypto), and every function that takes a URI takes s3://.
//
//   erm::save_run_to_registry(run, "s3://team-bucket/experiments");      // AWS_* variables, ~/.aws
//   erm::S3Options options;
//   options.endpoint = "https://minio.example.org:9000";
//   const auto store = std::make_shared<erm::S3FileSystem>(options);
//   erm::list_runs("s3://team-bucket/experiments", "digits", "main", store);
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "erm/file_system.hpp"
#include "erm/s3_options.hpp"

namespace erm {

namespace detail::s3 {
class Client;
}

/// The buckets of one S3 endpoint; a path is "bucket/key". Of what a registry needs of a store, S3 has no folders: one
/// is there as long as a key lies in it.
class S3FileSystem final : public FileSystem {
 public:
  /// Connects to nothing yet. Throws Error where settings are missing their other half, or a file of them cannot be
  /// read.
  explicit S3FileSystem(S3Options options = {});
  S3FileSystem(const S3FileSystem&) = delete;
  S3FileSystem& operator=(const S3FileSystem&) = delete;
  ~S3FileSystem() override;

  [[nodiscard]] FileInfo info(const std::string& path) const override;
  [[nodiscard]] std::vector<FolderEntry> list(const std::string& path) const override;
  [[nodiscard]] Bytes read(const std::string& path) const override;
  std::size_t read_at(const std::string& path, std::uint64_t offset, std::uint8_t* into,
                      std::size_t size) const override;
  void write(const std::string& path, std::string_view content, Durability = Durability::buffered) override;
  bool create(const std::string& path, std::string_view content, Durability = Durability::buffered) override;
  void remove(const std::string& path) override;

  bool create_from(const std::string& path, const Content& content, Durability = Durability::buffered) override;
  void write_from(const std::string& path, const Content& content, Durability = Durability::buffered) override;
  bool make_folder(const std::string& path) override;
  /// Copied by the server; nothing comes down and goes up again.
  void move(const std::string& from, const std::string& to, Durability = Durability::buffered) override;
  void remove_if_empty(const std::string& /*path*/) override {}
  std::unique_ptr<Claim> claim(const std::string& path) override;
  [[nodiscard]] std::vector<std::string> folders_with(const std::string& path,
                                                      const std::string& filename) const override;

  [[nodiscard]] bool are_files(const std::vector<std::string>& paths) const override;
  [[nodiscard]] bool has_folders() const noexcept override { return false; }
  [[nodiscard]] std::size_t read_size() const noexcept override;
  [[nodiscard]] std::vector<Bytes> read_many(const std::vector<std::string>& paths) const override;
  std::vector<bool> create_many(const std::vector<NewFile>& files, Durability = Durability::buffered) override;
  void remove_many(const std::vector<std::string>& files) override;
  [[nodiscard]] std::vector<std::string> files_below(const std::string& path) const override;
  [[nodiscard]] std::vector<std::string> old_claims(const std::string& folder) override;

 private:
  void refresh_claims();

  std::unique_ptr<detail::s3::Client> client_;
};

}  // namespace erm

#include "erm/impl/s3.hpp"
