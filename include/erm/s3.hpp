// Registries in object storage: AWS S3, Ceph, MinIO, R2 and every other server with the S3 protocol. Include this
// header and link the CMake target erm::s3 (libcurl, libcrypto); every function with a URI then accepts s3://.
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
#include "erm/impl/linkage.hpp"
#include "erm/s3_options.hpp"

namespace erm {

namespace detail::s3 {
class Client;

/// Lets open_file_system() open s3:// URIs; has no effect after the first call.
bool add_uri_scheme() noexcept;

/// Calls it before main in each program that includes this header. The call also makes the linker include the bodies
/// from the library erm::compiled.
inline const bool uri_scheme_is_added = add_uri_scheme();
}  // namespace detail::s3

/// The buckets of one S3 endpoint. A path is "bucket/key". S3 has no folders: a folder exists as long as it contains an
/// object.
class S3FileSystem final : public FileSystem {
 public:
  /// Does not connect yet. Throws Error if one of two related settings is missing, or if a settings file cannot be
  /// read.
  explicit S3FileSystem(S3Options options = {});
  S3FileSystem(const S3FileSystem&) = delete;
  S3FileSystem& operator=(const S3FileSystem&) = delete;
  ERM_INLINE ~S3FileSystem() override;

  [[nodiscard]] ERM_INLINE FileInfo info(const std::string& path) const override;
  [[nodiscard]] ERM_INLINE std::vector<FolderEntry> list(const std::string& path) const override;
  [[nodiscard]] ERM_INLINE Bytes read(const std::string& path) const override;
  ERM_INLINE std::size_t read_at(const std::string& path, std::uint64_t offset, std::uint8_t* into,
                                 std::size_t size) const override;
  ERM_INLINE void write(const std::string& path, std::string_view content, Durability = Durability::buffered) override;
  ERM_INLINE bool create(const std::string& path, std::string_view content, Durability = Durability::buffered) override;
  ERM_INLINE void remove(const std::string& path) override;

  ERM_INLINE bool create_from(const std::string& path, const Content& content,
                              Durability = Durability::buffered) override;
  ERM_INLINE void write_from(const std::string& path, const Content& content,
                             Durability = Durability::buffered) override;
  ERM_INLINE bool make_folder(const std::string& path) override;
  /// The server copies the objects; their content does not pass through this machine.
  ERM_INLINE void move(const std::string& from, const std::string& to, Durability = Durability::buffered) override;
  void remove_if_empty(const std::string& /*path*/) override {}
  ERM_INLINE std::unique_ptr<Claim> claim(const std::string& path) override;
  [[nodiscard]] ERM_INLINE std::vector<std::string> folders_with(const std::string& path,
                                                                 const std::string& filename) const override;

  [[nodiscard]] ERM_INLINE bool are_files(const std::vector<std::string>& paths) const override;
  [[nodiscard]] bool has_folders() const noexcept override { return false; }
  /// Each request is signed with the SHA-256 of its body, or carries a checksum.
  [[nodiscard]] bool verifies_writes() const noexcept override { return true; }
  [[nodiscard]] ERM_INLINE std::size_t read_size() const noexcept override;
  [[nodiscard]] ERM_INLINE std::vector<Bytes> read_many(const std::vector<std::string>& paths) const override;
  ERM_INLINE std::vector<bool> create_many(const std::vector<NewFile>& files,
                                           Durability = Durability::buffered) override;
  ERM_INLINE void remove_many(const std::vector<std::string>& files) override;
  [[nodiscard]] ERM_INLINE std::vector<std::string> files_below(const std::string& path) const override;
  [[nodiscard]] ERM_INLINE std::vector<FoundFile> find_files(const std::string& path) const override;
  /// The ETag of each object, which the listing tells.
  [[nodiscard]] bool has_stamps(const std::string& /*folder*/) const override { return true; }
  [[nodiscard]] ERM_INLINE std::vector<StampedFolder> stamped_folders_with(const std::string& path,
                                                                           const std::string& filename,
                                                                           std::vector<PassedOver>* passed_over,
                                                                           const FolderSearch& search) const override;
  [[nodiscard]] ERM_INLINE std::vector<Bytes> read_stamped(const std::vector<std::string>& paths,
                                                           std::vector<FileStamp>& stamps) const override;
  [[nodiscard]] ERM_INLINE std::optional<double> age(const std::string& path) const override;
  [[nodiscard]] ERM_INLINE std::vector<std::string> old_claims(const std::string& folder) override;

 private:
  void refresh_claims();

  std::unique_ptr<detail::s3::Client> client_;
};

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/s3.inl"
#endif
