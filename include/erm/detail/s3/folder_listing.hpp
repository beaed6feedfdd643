// The folders of a bucket that hold a file of a given name: the runs of a variant, by their metadata.
//
//   FolderListing listing(client, "bucket/registry/digits/main", "erm_metadata.json");
//   for (ListedFolder& run : listing.outermost({"run_0400", "run_0800"})) ...
//
// The pages of a listing follow each other, since each one names the next. Whoever knows some of the folders from an
// earlier search has the parts between them listed at once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/on_threads.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/s3/client.hpp"
#include "erm/detail/s3/listing.hpp"

namespace erm::detail::s3 {

struct ListedFolder {
  std::string path, tag;  // the tag of the file in it
  std::uint64_t size = 0;
};

class FolderListing {
 public:
  FolderListing(const Client& client, const std::string& path, const std::string& filename)
      : client_(client), place_(path), prefix_(place_.prefix()), ending_("/" + filename) {}

  /// The folders, none inside another, in the order of their paths. `between`: folders between which to list at once,
  /// in any order; they need not exist.
  [[nodiscard]] std::vector<ListedFolder> outermost(std::vector<std::string> between = {}) const;

 private:
  /// What lies behind one key, up to and with another.
  struct Part {
    std::string after, last;          // empty: from the first key, to the last
    std::string first_key, next_key;  // the first one found, and the first one behind `last`
    std::vector<ListedFolder> folders = {};
    bool is_read = false;
  };

  void read(Part& part) const;
  [[nodiscard]] std::vector<ListedFolder> in_parts(std::vector<std::string> between) const;
  void add(Listed&& each, std::vector<ListedFolder>& folders) const;

  const Client& client_;
  Place place_;
  std::string prefix_, ending_;
};

// ---- bodies ----

inline void FolderListing::add(Listed&& each, std::vector<ListedFolder>& folders) const {
  if (!ends_with(each.key, ending_) || each.key.size() < prefix_.size() + ending_.size()) return;
  std::string folder = each.key.substr(prefix_.size(), each.key.size() - prefix_.size() - ending_.size());
  if (folder.rfind(".erm_", 0) != 0 && folder.find("/.erm_") == std::string::npos)
    folders.push_back({std::move(folder), std::move(each.tag), each.size});
}

inline void FolderListing::read(Part& part) const {
  ListOptions options;
  options.after = part.after;
  client_.list(place_, prefix_, options, [&](Listed&& each) {
    if (part.first_key.empty()) part.first_key = each.key;
    if (!part.last.empty() && each.key > part.last) {
      part.next_key = std::move(each.key);
      return false;
    }
    add(std::move(each), part.folders);
    return true;
  });
  part.is_read = true;
}

/// All folders if the parts are one listing: each ends before the key that the next one begins with. So they are the
/// whole, whatever the order of the server's keys, or else empty: a server may not know `start-after`, and a run may
/// come or go at a border.
inline std::vector<ListedFolder> FolderListing::in_parts(std::vector<std::string> between) const {
  std::sort(between.begin(), between.end());
  between.erase(std::unique(between.begin(), between.end()), between.end());
  std::vector<Part> parts(between.size() + 1);
  for (std::size_t i = 0; i < between.size(); ++i) parts[i].last = parts[i + 1].after = prefix_ + between[i];
  on_threads(parts.size(), client_.options().max_requests, [&](std::size_t i) {
    try {
      read(parts[i]);
    } catch (...) {  // on a thread of its own: nothing may leave it
      // Listing the whole tells it, if it was not the border that the server refused.
    }
  });
  std::vector<ListedFolder> all;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!parts[i].is_read) return {};
    if (i + 1 < parts.size() && parts[i].next_key != parts[i + 1].first_key) return {};
    std::move(parts[i].folders.begin(), parts[i].folders.end(), std::back_inserter(all));
  }
  return all;
}

inline std::vector<ListedFolder> FolderListing::outermost(std::vector<std::string> between) const {
  std::vector<ListedFolder> found;
  if (!between.empty() && client_.options().max_requests > 1) found = in_parts(std::move(between));
  if (found.empty()) {
    Part whole;
    read(whole);
    found = std::move(whole.folders);
  }
  // In sorted order a folder need not be next to the folders in it.
  const auto comes_before = [](const ListedFolder& a, const ListedFolder& b) { return a.path < b.path; };
  std::sort(found.begin(), found.end(), comes_before);
  const auto is_inside_another = [&](const std::string& folder) {
    for (std::size_t slash = folder.find('/'); slash != std::string::npos; slash = folder.find('/', slash + 1))
      if (std::binary_search(found.begin(), found.end(), ListedFolder{folder.substr(0, slash), {}, 0}, comes_before))
        return true;
    return false;
  };
  std::vector<ListedFolder> outermost;
  for (ListedFolder& one : found)
    if (!is_inside_another(one.path)) outermost.push_back(one);
  return outermost;
}

}  // namespace erm::detail::s3
