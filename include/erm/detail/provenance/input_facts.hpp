// Identifies the file or folder that a run reads, without copying it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "erm/detail/base/sha256.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/os/path.hpp"
#include "erm/detail/os/whole_file.hpp"
#include "erm/detail/provenance/secrets.hpp"
#include "erm/error.hpp"
#include "erm/json.hpp"
#include "erm/provenance_options.hpp"

namespace erm::detail {

/// Larger files are not read completely unless the options ask for it.
inline constexpr std::uint64_t max_hashed_input = std::uint64_t{256} << 20;
inline constexpr std::uint64_t fingerprint_pieces = 64, fingerprint_piece = std::uint64_t{64} << 10;

/// The SHA-256 of the complete file. Sets `size` to the number of bytes read.
inline std::string sha256_of_file(const os::File& file, std::uint64_t& size) {
  return sha256_of_all(file, std::size_t{1} << 20, size);
}

/// The SHA-256 of the size in decimal digits, a line end, and 64 pieces of 64 KiB, spread evenly from the first byte to
/// the last. It distinguishes different data, but may miss a small change.
inline std::string fingerprint_of_file(const os::File& file, std::uint64_t size) {
  Sha256 hash;
  const std::string head = std::to_string(size) + "\n";
  hash.update(head.data(), head.size());
  std::vector<char> piece(fingerprint_piece);
  const std::uint64_t room = size > fingerprint_piece ? size - fingerprint_piece : 0;
  for (std::uint64_t i = 0; i < fingerprint_pieces; ++i) {
    // The same as (room * i) / 63 without overflow.
    const std::uint64_t at =
        room / (fingerprint_pieces - 1) * i + room % (fingerprint_pieces - 1) * i / (fingerprint_pieces - 1);
    hash.update(piece.data(), file.read_at(at, piece.data(), piece.size()));
  }
  return hash.hex();
}

/// A file below a folder.
struct InputFile {
  std::string name;  // its path below the folder
  std::filesystem::path path;
  std::uint64_t size = 0;
};

/// The files below a folder, sorted by name. Does not follow links to folders, and skips what is not a file.
inline std::vector<InputFile> input_files(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::vector<InputFile> files;
  for (fs::recursive_directory_iterator i(folder, error), end; !error && i != end; i.increment(error)) {
    std::error_code unreadable;
    if (!i->is_regular_file(unreadable)) continue;
    InputFile file;
    file.path = i->path();
    file.name = os::utf8_path(file.path.lexically_relative(folder));
    file.size = i->file_size(unreadable);
    if (!unreadable) files.push_back(std::move(file));
  }
  if (error) throw IoError::failed_to("list the folder", os::utf8_path(folder), error);
  std::sort(files.begin(), files.end(), [](const InputFile& a, const InputFile& b) { return a.name < b.name; });
  return files;
}

/// The SHA-256 of a folder: of lines "<sha256 or size>  <name>".
inline void add_folder_facts(Json& facts, const std::filesystem::path& folder, InputHash hash) {
  const std::vector<InputFile> files = input_files(folder);
  std::uint64_t size = 0;
  for (const InputFile& file : files) size += file.size;
  const bool whole = hash == InputHash::whole || (hash == InputHash::automatic && size <= max_hashed_input);
  Sha256 list;
  std::uint64_t read = 0;
  for (const InputFile& file : files) {
    std::uint64_t its_size = 0;
    const std::string line =
        (whole ? sha256_of_file(os::open_to_read(os::utf8_path(file.path)), its_size) : std::to_string(file.size)) +
        "  " + file.name + "\n";
    read += its_size;
    list.update(line.data(), line.size());
  }
  facts["files"] = files.size();
  facts["size"] = whole ? read : size;
  facts[whole ? "sha256" : "fingerprint"] = list.hex();
  facts["of"] =
      std::string(whole ? "the list of its files' names and SHA-256" : "the list of its files' names and sizes");
}

/// {"path": "/data/train.csv", "size": 1234, "sha256": "..."}. Throws NotFoundError if the path does not exist.
inline Json input_facts(const std::filesystem::path& path, InputHash hash) {
  namespace fs = std::filesystem;
  Json facts = Json::object();
  const std::string given = os::utf8_path(path);
  const auto unchanged = path.u8string();  // where "//" is not yet normalised
  const std::string uri(unchanged.begin(), unchanged.end());
  if (const std::size_t scheme = uri.find("://"); scheme != std::string::npos && scheme > 1) {  // "C://" is a drive
    facts["path"] = repaired_utf8(masked_text(uri));
    facts["note"] = std::string("no file of this machine: neither its size nor its content was looked at");
    return facts;
  }
  std::error_code error;
  const fs::path whole_path = fs::absolute(path, error);
  facts["path"] = repaired_utf8(masked_text(error ? given : os::utf8_path(whole_path.lexically_normal())));
  if (fs::is_directory(path, error)) {
    add_folder_facts(facts, path, hash);
    return facts;
  }
  const os::File file = open_regular_file(path);
  std::uint64_t size = file.info().size;
  if (hash == InputHash::whole || (hash == InputHash::automatic && size <= max_hashed_input)) {
    facts["sha256"] = sha256_of_file(file, size);
  } else {
    facts["fingerprint"] = fingerprint_of_file(file, size);
    facts["of"] = std::string("its size, and 64 pieces of 64 KiB of its content");
  }
  facts["size"] = size;
  return facts;
}

}  // namespace erm::detail
