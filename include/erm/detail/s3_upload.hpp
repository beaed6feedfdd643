// Large files to S3: in parts, several at once, read from where they are.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/detail/s3_client.hpp"

namespace erm::detail::s3 {

/// One multipart upload; what is not completed is aborted.
class Upload {
 public:
  Upload(const Client& client, const std::string& path, const Content& content)
      : client_(client), path_(path), place_(path), content_(content), size_(content.size()) {
    // S3 takes 10,000 parts of at least 5 MiB, but for the last.
    const std::uint64_t smallest = std::max<std::uint64_t>(client.options().part_size, std::uint64_t{5} << 20);
    part_size_ = std::max(smallest, size_ / 9999 + 1);
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
      // The first error is on its way to the caller. The docs tell how a bucket drops parts that no one completes.
    }
  }

  void run() {
    begin();
    send_parts();
    complete();
    id_.clear();
  }

 private:
  void begin() {
    Exchange begin = Client::request("begin the upload of", "POST", place_);
    begin.query = {{"uploads", ""}};
    begin.headers[writer_header] = writer_;
    begin.expects_xml = true;
    begin = client_.run(std::move(begin));
    Client::expect_ok(begin);
    id_ = xml_text(begin.text(), "UploadId");
    if (id_.empty()) fail(begin);
  }

  void send_parts() {
    const auto count = static_cast<std::size_t>((size_ + part_size_ - 1) / part_size_);
    std::vector<Exchange> parts(count);
    std::uint64_t done = 0;
    report(0);
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t offset = i * part_size_;
      const std::uint64_t size = std::min(part_size_, size_ - offset);
      parts[i] = Client::request("upload", "PUT", place_);
      parts[i].query = {{"partNumber", std::to_string(i + 1)}, {"uploadId", id_}};
      parts[i].body = Body(content_, offset, size);
      parts[i].on_success = [this, &done, size] { report(done += size); };
    }
    // A part of a content that is far away is held in memory while it is sent.
    constexpr std::uint64_t memory = std::uint64_t{32} << 20;
    const std::size_t fit = static_cast<std::size_t>(std::max<std::uint64_t>(memory / part_size_, 1));
    const std::size_t at_once = client_.options().max_requests;
    client_.run(parts, Body::is_cheap(content_) ? at_once : std::min(at_once, fit));
    list_ = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    for (std::size_t i = 0; i < count; ++i) {
      Client::expect_ok(parts[i]);
      list_ += "<Part><PartNumber>" + std::to_string(i + 1) + "</PartNumber><ETag>" +
               escaped_xml(parts[i].answer["etag"]) + "</ETag></Part>";
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
    // An attempt whose answer was lost may have completed it.
    complete.headers[writer_header] = writer_;
    if (complete.attempts > 1 && complete.status == 404 && client_.is_writer(complete)) return;
    fail(complete);
  }

  void report(std::uint64_t done) const {
    if (client_.options().on_progress) client_.options().on_progress({path_, done, size_, true});
  }

  const Client& client_;
  const std::string& path_;
  Place place_;
  const Content& content_;
  std::uint64_t size_;
  std::uint64_t part_size_ = 0;
  std::string writer_ = random_name();
  std::string id_;
  std::string list_;
};

}  // namespace erm::detail::s3
