// The bodies of erm/s3.hpp.
#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/sha256.hpp"
#include "erm/detail/base/to_size.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/run/process_identity.hpp"
#include "erm/detail/s3/claims.hpp"
#include "erm/detail/s3/client.hpp"
#include "erm/detail/s3/election.hpp"
#include "erm/detail/s3/folder_listing.hpp"
#include "erm/detail/s3/settings.hpp"
#include "erm/detail/s3/upload.hpp"
#include "erm/detail/store/uri.hpp"
#include "erm/error.hpp"
#include "erm/s3.hpp"

namespace erm {

namespace detail::s3 {

/// The stamp of an object: its size, and a digest of its ETag. Without an ETag it proves nothing.
inline FileStamp stamp_of(std::string_view etag, std::uint64_t size) {
  FileStamp stamp;
  stamp.size = size;
  if (etag.size() > 1 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  if (etag.empty() || etag.substr(0, 2) == "W/") return stamp;
  const std::string digest = sha256_of(etag);  // 64 hexadecimal digits
  for (std::size_t i = 0; i < 4; ++i)
    std::from_chars(digest.data() + 16 * i, digest.data() + 16 * (i + 1), stamp.marks[i], 16);
  stamp.is_final = true;
  return stamp;
}

/// S3FileSystem::folders_with() level by level, with one call for all folders of a level. Efficient if most folders
/// near the top contain the file.
inline std::vector<std::string> marked_folders(const Client& client, const std::string& path,
                                               const std::string& filename) {
  const Place top(path);
  const std::string prefix = top.prefix();
  std::vector<std::string> found;
  std::vector<std::string> level = {""};
  while (!level.empty()) {
    std::vector<std::string> folders;
    for (const std::string& at : level) {
      client.list(top, prefix + at, {true}, [&](Listed&& each) {
        if (each.is_prefix && each.key.compare(prefix.size() + at.size(), 5, ".erm_") != 0)
          folders.push_back(each.key.substr(prefix.size()));
        return true;
      });
    }
    std::vector<Exchange> heads;
    for (const std::string& folder : folders)
      heads.push_back(Client::request("look at", "HEAD", Place(top.bucket + "/" + prefix + folder + filename)));
    client.run(heads);
    level.clear();
    for (std::size_t i = 0; i < folders.size(); ++i) {
      if (client.is_there(heads[i]))
        found.push_back(folders[i].substr(0, folders[i].size() - 1));
      else
        level.push_back(std::move(folders[i]));
    }
  }
  return found;
}

/// The contents of objects. Sets the stamps unless that is null.
inline std::vector<Bytes> read_objects(const Client& client, const std::vector<std::string>& paths,
                                       std::vector<FileStamp>* stamps) {
  std::vector<Exchange> gets;
  gets.reserve(paths.size());
  for (const std::string& path : paths) gets.push_back(Client::request("read", "GET", Place(path)));
  client.run(gets);
  std::vector<Bytes> contents;
  contents.reserve(paths.size());
  for (Exchange& get : gets) {
    Client::expect_ok(get);
    if (get.status == 206)
      throw FormatError("cannot read '" + get.uri() + "': the server sends a part, and was asked for the whole");
    if (stamps != nullptr) stamps->push_back(stamp_of(get.answer["etag"], get.content.size()));
    contents.push_back(std::move(get.content));
  }
  return contents;
}

/// How many bytes one request of read_at() asks for.
inline constexpr std::uint64_t range_size = std::uint64_t{4} << 20;

/// The size of the whole object: "1000" of "bytes 0-99/1000".
inline std::uint64_t total_of(const Exchange& part) {
  const auto range = part.answer.find("content-range");
  if (range == part.answer.end()) return 0;
  const std::size_t slash = range->second.find('/');
  return slash == std::string::npos ? 0 : number_in(std::string_view(range->second).substr(slash + 1));
}

/// The file system for s3:// URIs. It is one object as long as the environment does not change, and keeps its
/// connections.
inline std::shared_ptr<FileSystem> process_s3() {
  std::string environment;
  for (const char* const name :
       {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_CA_BUNDLE",
        "AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "HOME", "USERPROFILE"})
    environment += variable(name).value_or("") + '\n';
  static std::mutex mutex;
  // Never destroyed: threads may use it while the program ends.
  static auto& last = *new std::pair<std::string, std::shared_ptr<FileSystem>>;
  const std::lock_guard<std::mutex> lock(mutex);
  if (!last.second || last.first != environment) last = {environment, std::make_shared<S3FileSystem>()};
  return last.second;
}

inline Location open(const std::string& uri) {
  const std::string path = without_scheme(uri);
  static_cast<void>(Place(path));  // throws if the path has no bucket
  return {process_s3(), path};
}

inline UriScheme uri_scheme{"s3", &open, nullptr};

ERM_INLINE bool add_uri_scheme() noexcept {
  for (const UriScheme* known = added_uri_schemes; known != nullptr; known = known->next)
    if (known == &uri_scheme) return true;
  uri_scheme.next = added_uri_schemes;
  added_uri_schemes = &uri_scheme;
  return true;
}

}  // namespace detail::s3

ERM_INLINE S3FileSystem::S3FileSystem(S3Options options)
    : client_(std::make_unique<detail::s3::Client>(std::move(options))) {}

ERM_INLINE S3FileSystem::~S3FileSystem() = default;

ERM_INLINE FileInfo S3FileSystem::info(const std::string& path) const {
  using detail::s3::Client;
  const detail::s3::Place place(path);
  FileInfo info;
  if (!place.key.empty()) {
    detail::s3::Exchange head = client_->run(Client::request("look at", "HEAD", place));
    if (client_->is_there(head)) {
      info.kind = FileKind::file;
      info.size = detail::s3::number_in(head.answer["content-length"]);
      return info;
    }
  }
  bool is_empty = true;
  client_->list(place, place.prefix(), {false, 1}, [&](detail::s3::Listed&&) { return is_empty = false; });
  if (!is_empty || place.key.empty()) info.kind = FileKind::folder;
  return info;
}

ERM_INLINE std::vector<FolderEntry> S3FileSystem::list(const std::string& path) const {
  const detail::s3::Place place(path);
  const std::string prefix = place.prefix();
  std::vector<FolderEntry> entries;
  client_->list(place, prefix, {true}, [&](detail::s3::Listed&& found) {
    std::string name = found.key.substr(prefix.size());
    if (found.is_prefix) name.pop_back();
    // Other programs mark a folder by an empty object whose name ends with a slash.
    if (!name.empty()) entries.push_back({std::move(name), found.is_prefix ? FileKind::folder : FileKind::file});
    return true;
  });
  return entries;
}

ERM_INLINE Bytes S3FileSystem::read(const std::string& path) const { return std::move(read_many({path}).front()); }

ERM_INLINE std::vector<Bytes> S3FileSystem::read_many(const std::vector<std::string>& paths) const {
  return detail::s3::read_objects(*client_, paths, nullptr);
}

ERM_INLINE std::size_t S3FileSystem::read_at(const std::string& path, std::uint64_t offset, std::uint8_t* into,
                                             std::size_t size) const {
  if (size == 0) return 0;
  const detail::s3::Place place(path);
  std::vector<detail::s3::Exchange> parts;
  for (std::uint64_t at = 0; at < size; at += detail::s3::range_size) {
    detail::s3::Exchange part = detail::s3::Client::request("read a part of", "GET", place);
    part.into = into + at;
    part.room = detail::to_size(std::min<std::uint64_t>(detail::s3::range_size, size - at));
    part.headers["range"] = "bytes=" + std::to_string(offset + at) + "-" + std::to_string(offset + at + part.room - 1);
    parts.push_back(std::move(part));
  }
  client_->run(parts);
  std::size_t got = 0;
  std::uint64_t total = 0;
  for (const detail::s3::Exchange& part : parts) {
    if (part.status == 416) break;  // it starts after the end of the file
    detail::s3::Client::expect_ok(part);
    got += part.got;
    total = detail::s3::total_of(part);
    if (part.got < part.room) break;
  }
  if (client_->options().on_progress && total > client_->options().part_size)
    client_->options().on_progress({path, offset + got, total, false});
  return got;
}

ERM_INLINE std::size_t S3FileSystem::read_size() const noexcept {
  return detail::to_size(std::min<std::size_t>(client_->options().max_requests, 6) * detail::s3::range_size);
}

ERM_INLINE void S3FileSystem::write(const std::string& path, std::string_view content, Durability) {
  refresh_claims();
  client_->put(path, detail::s3::Body(content), false);
}

ERM_INLINE void S3FileSystem::write_from(const std::string& path, const Content& content, Durability) {
  refresh_claims();
  if (content.size() > client_->options().part_size)
    detail::s3::Upload(*client_, path, content).run();
  else
    client_->put(path, detail::s3::Body(content, 0, content.size()), false);
}

ERM_INLINE bool S3FileSystem::create(const std::string& path, std::string_view content, Durability) {
  const detail::s3::Place place(path);
  if (client_->has_conditions(place)) return client_->put(path, detail::s3::Body(content), true);
  // An object that is there needs no election.
  if (client_->run_head(place)) return false;
  detail::s3::Election election(*client_, place);
  if (!election.win() || client_->run_head(place) || !election.is_in_time()) return false;
  return client_->put(path, detail::s3::Body(content), false);
}

ERM_INLINE bool S3FileSystem::create_from(const std::string& path, const Content& content, Durability durability) {
  return create_many({{path, &content}}, durability).front();
}

ERM_INLINE std::vector<bool> S3FileSystem::create_many(const std::vector<NewFile>& files, Durability) {
  using detail::s3::Body;
  using detail::s3::Exchange;
  using detail::s3::Place;
  using detail::s3::Upload;
  std::vector<bool> created(files.size());
  std::vector<Exchange> puts;
  std::vector<std::size_t> of_put;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::uint64_t size = files[i].content->size();
    if (size > client_->options().part_size) continue;
    // Without conditions the claim that the writer holds on the run's folder has to suffice.
    if (!client_->has_conditions(Place(files[i].path)) && client_->run_head(Place(files[i].path))) continue;
    puts.push_back(client_->conditional_put(Place(files[i].path), Body(*files[i].content, 0, size)));
    of_put.push_back(i);
  }
  client_->run(puts);
  for (std::size_t i = 0; i < puts.size(); ++i) created[of_put[i]] = client_->was_created(puts[i]);
  for (std::size_t i = 0; i < files.size(); ++i) {
    // Not every server supports conditions for multipart uploads. The writer holds the claim on the run's folder
    // anyway.
    if (files[i].content->size() <= client_->options().part_size) continue;
    if (client_->run_head(Place(files[i].path))) continue;
    Upload(*client_, files[i].path, *files[i].content).run();
    created[i] = true;
  }
  return created;
}

ERM_INLINE void S3FileSystem::remove(const std::string& path) {
  const detail::s3::Place place(path);
  std::vector<std::string> keys;
  client_->list(place, place.prefix(), {false, 0, true}, [&](detail::s3::Listed&& found) {
    keys.push_back(std::move(found.key));
    return true;
  });
  // Metadata go first: without them the run disappears for readers.
  const auto is_metadata = [](const std::string& key) { return detail::last_part(key) == detail::metadata_filename; };
  const auto others = std::partition(keys.begin(), keys.end(), is_metadata);
  const std::vector<std::string> first(keys.begin(), others);
  keys.erase(keys.begin(), others);
  if (!place.key.empty()) keys.push_back(place.key);
  if (!first.empty()) client_->remove(place.bucket, first);
  if (!keys.empty()) client_->remove(place.bucket, keys);
}

ERM_INLINE void S3FileSystem::remove_many(const std::vector<std::string>& files) {
  std::map<std::string, std::vector<std::string>> keys_of_bucket;
  for (const std::string& file : files) {
    detail::s3::Place place(file);
    keys_of_bucket[place.bucket].push_back(std::move(place.key));
  }
  for (const auto& [bucket, keys] : keys_of_bucket) client_->remove(bucket, keys);
}

ERM_INLINE bool S3FileSystem::make_folder(const std::string& path) {
  const detail::s3::Place place(path);
  bool is_empty = true;
  client_->list(place, place.prefix(), {false, 1}, [&](detail::s3::Listed&&) { return is_empty = false; });
  return is_empty;
}

ERM_INLINE void S3FileSystem::move(const std::string& from, const std::string& to, Durability) {
  const detail::s3::Place source(from);
  const std::string prefix = source.prefix();
  std::map<std::string, std::uint64_t> sizes;
  std::vector<std::string> files;  // relative to `from`
  client_->list(source, prefix, {}, [&](detail::s3::Listed&& found) {
    files.push_back(found.key.substr(prefix.size()));
    sizes[files.back()] = found.size;
    return true;
  });
  if (files.empty()) {
    const FileInfo file = info(from);
    if (file.kind != FileKind::file)
      throw NotFoundError("cannot move 's3://" + from + "': there is nothing; check the path");
    files.emplace_back();
    sizes[""] = file.size;
  }
  const auto own = detail::own_files_last(files);
  const std::vector<std::string> steps[] = {{files.begin(), own}, {own, files.end()}};
  for (const std::vector<std::string>& step : steps) {
    std::vector<std::pair<std::string, std::uint64_t>> sources;
    std::vector<std::string> targets;
    for (const std::string& file : step) {
      sources.emplace_back(detail::joined(from, file), sizes[file]);
      targets.push_back(detail::joined(to, file));
    }
    detail::s3::copy_objects(*client_, sources, targets);
  }
  for (const std::vector<std::string>& step : steps) {
    std::vector<std::string> keys;
    for (const std::string& file : step) keys.push_back(detail::joined(source.key, file));
    if (!keys.empty()) client_->remove(source.bucket, keys);
  }
}

ERM_INLINE bool S3FileSystem::are_files(const std::vector<std::string>& paths) const {
  std::vector<detail::s3::Exchange> heads;
  for (const std::string& path : paths)
    heads.push_back(detail::s3::Client::request("look at", "HEAD", detail::s3::Place(path)));
  client_->run(heads);
  return std::all_of(heads.begin(), heads.end(), [&](const auto& head) { return client_->is_there(head); });
}

ERM_INLINE std::vector<std::string> S3FileSystem::files_below(const std::string& path) const {
  std::vector<std::string> files;
  for (FoundFile& found : find_files(path)) files.push_back(std::move(found.path));
  return files;
}

ERM_INLINE std::vector<FoundFile> S3FileSystem::find_files(const std::string& path) const {
  const detail::s3::Place place(path);
  const std::string prefix = place.prefix();
  std::vector<FoundFile> files;
  client_->list(place, prefix, {}, [&](detail::s3::Listed&& found) {
    if (!detail::ends_with(found.key, "/"))
      files.push_back({found.key.substr(prefix.size()), {FileKind::file, found.size}, std::move(found.tag)});
    return true;
  });
  return files;
}

ERM_INLINE std::vector<std::string> S3FileSystem::folders_with(const std::string& path,
                                                               const std::string& filename) const {
  // For the metadata of runs list everything: a folder holds little else, and this saves a request for each run.
  // Experiments and variants hold much more than their marker files.
  if (filename != detail::metadata_filename) return detail::s3::marked_folders(*client_, path, filename);
  std::vector<std::string> folders;
  for (auto& [folder, tag, size] : detail::s3::FolderListing(*client_, path, filename).outermost())
    folders.push_back(std::move(folder));
  return folders;
}

ERM_INLINE std::vector<StampedFolder> S3FileSystem::stamped_folders_with(const std::string& path,
                                                                         const std::string& filename,
                                                                         std::vector<PassedOver>* /*passed_over*/,
                                                                         const FolderSearch& search) const {
  std::vector<StampedFolder> stamped;
  for (auto& [folder, tag, size] : detail::s3::FolderListing(*client_, path, filename).outermost(search.between))
    stamped.push_back({std::move(folder), detail::s3::stamp_of(tag, size)});
  return stamped;
}

ERM_INLINE std::vector<Bytes> S3FileSystem::read_stamped(const std::vector<std::string>& paths,
                                                         std::vector<FileStamp>& stamps) const {
  stamps.clear();
  std::vector<Bytes> contents = detail::s3::read_objects(*client_, paths, &stamps);
  for (std::size_t i = 0; i < paths.size(); ++i) expect_bounded(paths[i], contents[i].size());
  return contents;
}

/// Renews the claims of long operations, so that no other process takes them for abandoned.
ERM_INLINE void S3FileSystem::refresh_claims() {
  const auto now = std::chrono::steady_clock::now();
  std::vector<std::pair<std::string, std::string>> old;
  {
    const std::lock_guard<std::mutex> lock(client_->held.mutex);
    for (auto& [path, claim] : client_->held.claims) {
      if (now - claim.written < client_->options().claim_lifetime / 4) continue;
      claim.written = now;
      old.emplace_back(path, claim.text);
    }
  }
  for (const auto& [path, text] : old) client_->put(path, detail::s3::Body(std::string_view(text)), false);
}

ERM_INLINE std::unique_ptr<Claim> S3FileSystem::claim(const std::string& path) {
  using detail::s3::Client;
  using detail::s3::ObjectClaim;
  using detail::s3::random_name;
  const std::string text = detail::Owner::this_process().text() + client_->instance + "\n" + random_name() + "\n";
  {
    const std::lock_guard<std::mutex> lock(client_->held.mutex);
    const Client::HeldClaim held = {text, std::chrono::steady_clock::now()};
    if (!client_->held.claims.emplace(path, held).second) return nullptr;
  }
  // Removes the entry above if the claim cannot be created.
  const auto give_up = [&]() -> std::unique_ptr<Claim> {
    const std::lock_guard<std::mutex> lock(client_->held.mutex);
    client_->held.claims.erase(path);
    return nullptr;
  };
  try {
    if (client_->has_conditions(detail::s3::Place(path))) {
      if (create(path, text)) return std::make_unique<ObjectClaim>(*this, *client_, path, text, false);
      if (client_->take_over(path, text)) return std::make_unique<ObjectClaim>(*this, *client_, path, text, true);
    } else if (const std::optional<bool> abandoned = detail::s3::claim_alone(*client_, path, text)) {
      return std::make_unique<ObjectClaim>(*this, *client_, path, text, *abandoned);
    }
  } catch (...) {
    give_up();
    throw;
  }
  return give_up();
}

ERM_INLINE std::optional<double> S3FileSystem::age(const std::string& path) const {
  using detail::s3::Client;
  detail::s3::Exchange head = client_->run(Client::request("look at", "HEAD", detail::s3::Place(path)));
  if (!client_->is_there(head)) return std::nullopt;
  const std::time_t then = curl_getdate(head.answer["last-modified"].c_str(), nullptr);
  const std::time_t now = curl_getdate(head.answer["date"].c_str(), nullptr);
  if (then < 0 || now < 0) return std::nullopt;
  return static_cast<double>(now - then);
}

ERM_INLINE std::vector<std::string> S3FileSystem::old_claims(const std::string& folder) {
  // A save takes seconds, so claims younger than a minute are hardly ever abandoned. They are left out.
  constexpr std::chrono::seconds grace(60);
  const auto now = std::chrono::steady_clock::now();
  {
    const std::lock_guard<std::mutex> lock(client_->held.mutex);
    auto& swept = client_->held.swept;
    if (const auto last = swept.find(folder); last != swept.end() && now - last->second < grace) return {};
    if (swept.size() > 1000) swept.clear();
    swept[folder] = now;
  }
  const detail::s3::Place place(folder);
  const std::string prefix = place.prefix();
  std::vector<std::pair<std::string, std::string>> found;
  const std::string date = client_->list(place, prefix, {true}, [&](detail::s3::Listed&& each) {
    if (!each.is_prefix && each.key.size() > prefix.size())
      found.emplace_back(each.key.substr(prefix.size()), std::move(each.modified));
    return true;
  });
  std::vector<std::string> names, left;
  for (auto& [name, modified] : found) {
    const std::chrono::seconds old = detail::s3::age(modified, date);
    if (name.rfind(detail::s3::bid_prefix, 0) == 0 || name.rfind(detail::s3::probe_prefix, 0) == 0) {
      // Killed processes left them, and nobody else looks for them.
      if (old > 2 * detail::s3::bid_lifetime) left.push_back(prefix + name);
    } else if (old >= grace && name != detail::s3::keep_filename) {
      names.push_back(std::move(name));
    }
  }
  if (!left.empty()) client_->remove(place.bucket, left);
  return names;
}

}  // namespace erm
