// Uploads large files to S3 in parts, several at once, and lets S3 copy objects.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/detail/base/to_size.hpp"
#include "erm/detail/s3/client.hpp"

namespace erm::detail::s3 {

/// One multipart upload. Aborts it if it was not completed.
class Upload {
 public:
  Upload(const Client& client, const std::string& path, const Content& content)
      : Upload(client, path, content.size(), client.options().part_size) {
    content_ = &content;
  }
  /// Copies another object on the server.
  Upload(const Client& client, const std::string& path, const Place& source, std::uint64_t size,
         std::uint64_t part_size)
      : Upload(client, path, size, part_size) {
    source_ = copy_source(source);
  }
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;
  ~Upload() {
    if (id_.empty()) return;
    try {
      Exchange abort = Client::request("abort the upload of", "DELETE", place_);
      abort.query = {{"uploadId", id_}};
      static_cast<void>(client_.run(std::move(abort)));
    } catch (const std::exception&) {
      // The caller gets the first error. docs/ describes how a bucket can remove parts of incomplete uploads.
    }
  }

  void run() {
    begin();
    send_parts();
    complete();
    id_.clear();
  }

  static std::string copy_source(const Place& place) {
    return "/" + encoded(place.bucket, false) + "/" + encoded(place.key, true);
  }

 private:
  Upload(const Client& client, const std::string& path, std::uint64_t size, std::uint64_t part_size)
      : client_(client), path_(path), place_(path), size_(size) {
    // S3 accepts at most 10,000 parts, each of at least 5 MiB except the last.
    part_size_ = (std::max)((std::max)(part_size, std::uint64_t{5} << 20), size_ / 9999 + 1);
  }

  void begin() {
    Exchange begin = Client::request("begin the upload of", "POST", place_);
    begin.query = {{"uploads", ""}};
    begin.headers[writer_header] = writer_;
    begin.expects_xml = true;
    if (content_ != nullptr) checksum_ = client_.checksum();
    if (checksum_ == Checksum::sha256) begin.headers["x-amz-checksum-algorithm"] = "SHA256";
    begin = client_.run(std::move(begin));
    Client::expect_ok(begin);
    id_ = xml_text(begin.text(), "UploadId");
    if (id_.empty()) fail(begin);
  }

  void send_parts() {
    const auto count = to_size((size_ + part_size_ - 1) / part_size_);
    std::vector<Exchange> parts(count);
    std::uint64_t done = 0;
    report(0);
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t offset = i * part_size_;
      const std::uint64_t size = (std::min)(part_size_, size_ - offset);
      parts[i] = Client::request("upload", "PUT", place_);
      parts[i].query = {{"partNumber", std::to_string(i + 1)}, {"uploadId", id_}};
      if (content_ != nullptr) {
        parts[i].body = Body(*content_, offset, size);
        parts[i].checksum = checksum_;
        parts[i].on_success = [this, &done, size] { report(done += size); };
      } else {
        parts[i].headers["x-amz-copy-source"] = source_;
        parts[i].headers["x-amz-copy-source-range"] =
            "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + size - 1);
        parts[i].expects_xml = true;
      }
    }
    // A part of a content from another machine is in memory while it is sent.
    constexpr std::uint64_t memory = std::uint64_t{32} << 20;
    const std::size_t fit = to_size(std::max<std::uint64_t>(memory / part_size_, 1));
    const std::size_t at_once = client_.options().max_requests;
    const bool is_cheap = content_ == nullptr || Body::is_cheap(*content_);
    client_.run(parts, is_cheap ? at_once : (std::min)(at_once, fit));
    list_ = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    for (std::size_t i = 0; i < count; ++i) {
      Client::expect_ok(parts[i]);
      list_ += "<Part><PartNumber>" + std::to_string(i + 1) + "</PartNumber><ETag>" +
               escaped_xml(content_ != nullptr ? parts[i].answer["etag"] : xml_text(parts[i].text(), "ETag")) +
               "</ETag>";
      if (checksum_ == Checksum::sha256 && parts[i].carried == Checksum::sha256)
        list_ += "<ChecksumSHA256>" + parts[i].body.sha256_base64() + "</ChecksumSHA256>";
      list_ += "</Part>";
    }
    list_ += "</CompleteMultipartUpload>";
  }

  void complete() {
    Exchange complete = Client::request("complete the upload of", "POST", place_);
    complete.query = {{"uploadId", id_}};
    complete.expects_xml = true;
    complete.body = Body(list_);
    complete = client_.run(std::move(complete));
    if (complete.is_ok()) return;
    // An attempt whose answer was lost may have completed the upload.
    complete.headers[writer_header] = writer_;
    if (complete.attempts > 1 && complete.status == 404 && client_.is_writer(complete)) return;
    fail(complete);
  }

  void report(std::uint64_t done) const {
    if (content_ != nullptr && client_.options().on_progress) client_.options().on_progress({path_, done, size_, true});
  }

  const Client& client_;
  const std::string& path_;
  Place place_;
  const Content* content_ = nullptr;
  std::string source_;  // used instead of the content
  std::uint64_t size_;
  std::uint64_t part_size_ = 0;
  Checksum checksum_ = Checksum::none;
  std::string writer_ = random_name();
  std::string id_;
  std::string list_;
};

/// Lets the server copy objects, several at once. `from` has their paths and sizes.
inline void copy_objects(const Client& client, const std::vector<std::pair<std::string, std::uint64_t>>& from,
                         const std::vector<std::string>& to) {
  // One request copies at most 5 GiB, and answers when the copy is complete.
  const std::uint64_t at_once = std::min<std::uint64_t>(64 * client.options().part_size, std::uint64_t{5} << 30);
  std::vector<Exchange> copies;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const Place source(from[i].first);
    if (from[i].second > at_once) {
      Upload(client, to[i], source, from[i].second, at_once).run();
      continue;
    }
    Exchange copy = Client::request("copy to", "PUT", Place(to[i]));
    copy.headers["x-amz-copy-source"] = Upload::copy_source(source);
    copy.expects_xml = true;
    copies.push_back(std::move(copy));
  }
  client.run(copies);
  for (const Exchange& copy : copies) Client::expect_ok(copy);
}

}  // namespace erm::detail::s3
