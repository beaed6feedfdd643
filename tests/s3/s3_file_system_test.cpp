// S3FileSystem against the server of the environment (radosgw.sh).
#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "erm/detail/run/contents.hpp"
#include "erm/detail/s3/client.hpp"
#include "comes_true.hpp"
#include "erm/s3.hpp"
#include "s3/bucket.hpp"
#include "s3/environment.hpp"
#include "thrown.hpp"

namespace s3_file_system_test {

using erm::FileKind;
using erm_test::Bucket;
using erm_test::error_of;
using erm_test::noise;

namespace {

std::vector<std::string> sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> names_in(const erm::FileSystem& fs, const std::string& path) {
  std::vector<std::string> names;
  for (const erm::FolderEntry& entry : fs.list(path))
    names.push_back(entry.name + (entry.kind == FileKind::folder ? "/" : ""));
  return sorted(names);
}

}  // namespace

TEST_CASE("A file is written, read, replaced and removed") {
  const Bucket bucket;
  erm::S3FileSystem fs;
  const std::string path = bucket.path("folder/file.txt");
  CHECK(fs.info(path).kind == FileKind::missing);
  fs.write(path, "hello");
  CHECK(fs.info(path).kind == FileKind::file);
  CHECK(fs.info(path).size == 5);
  CHECK(fs.info(bucket.path("folder")).kind == FileKind::folder);
  CHECK(fs.info(bucket.path("fold")).kind == FileKind::missing);
  CHECK(fs.info(bucket.name()).kind == FileKind::folder);
  CHECK(erm::to_text(fs.read(path)) == "hello");
  fs.write(path, "");
  CHECK(fs.read(path).empty());
  CHECK(fs.info(path).kind == FileKind::file);
  fs.remove(path);
  fs.remove(path);
  CHECK(fs.info(path).kind == FileKind::missing);
  CHECK_THROWS_AS(fs.read(path), erm::NotFoundError);
}

TEST_CASE("Parts of a file are read, and nothing after its end") {
  const Bucket bucket;
  erm::S3FileSystem fs;
  const std::string path = bucket.path("numbers");
  fs.write(path, "0123456789");
  std::uint8_t into[16] = {};
  CHECK(fs.read_at(path, 2, into, 3) == 3);
  CHECK(std::string(into, into + 3) == "234");
  CHECK(fs.read_at(path, 8, into, 16) == 2);
  CHECK(fs.read_at(path, 10, into, 1) == 0);
  CHECK(fs.read_at(path, 0, into, 0) == 0);
  CHECK_THROWS_AS(fs.read_at(bucket.path("absent"), 0, into, 1), erm::NotFoundError);
}

TEST_CASE("A key may have spaces, signs, other scripts and 1,000 bytes") {
  const Bucket bucket;
  erm::S3FileSystem fs;
  const std::vector<std::string> names = {
      "with space", "plus+plus",  "equal=sign",       "amper&sand",         "til~de",
      "per%cent",   "%20",        "\xF0\x9F\x98\x80", "\xC3\xA4",           "a,b;c:d",
      "quo'te\"s",  "<xml>&amp;", "q?m#k!",           "(x)[y]{z}",          "back\\slash",
      "star*",      "tab\there",  "dots...",          std::string(987, 'k')};  // a key of 1,000 bytes
  for (const std::string& name : names) {
    INFO(name);
    const std::string path = bucket.path("odd folder+%/" + name);
    CHECK(fs.create(path, "content of " + name));
    CHECK_FALSE(fs.create(path, "another"));
    CHECK(fs.info(path).kind == FileKind::file);
    CHECK(erm::to_text(fs.read(path)) == "content of " + name);
  }
  CHECK(names_in(fs, bucket.path("odd folder+%")) == sorted(names));
  fs.remove(bucket.path("odd folder+%"));
  CHECK(fs.list(bucket.name()).empty());
}

TEST_CASE("A listing longer than a page is complete, and its folder is removed in batches") {
  const Bucket bucket;
  erm::S3FileSystem fs;
  std::vector<std::string> names;
  std::vector<erm::NewFile> files;
  const erm::detail::BytesContent content(erm::to_bytes("x"));
  for (int i = 0; i < 2100; ++i) {
    names.push_back("file-" + std::to_string(i));
    files.push_back({bucket.path("many/" + names.back()), &content});
  }
  const std::vector<bool> created = fs.create_many(files);
  CHECK(std::count(created.begin(), created.end(), true) == 2100);
  CHECK(names_in(fs, bucket.path("many")) == sorted(names));
  CHECK(sorted(fs.files_below(bucket.name())).size() == 2100);
  const std::vector<erm::FoundFile> found = fs.find_files(bucket.path("many"));
  CHECK(std::none_of(found.begin(), found.end(), [](const erm::FoundFile& one) { return one.version.empty(); }));
  CHECK(found.size() == 2100);
  CHECK(std::all_of(found.begin(), found.end(), [](const auto& file) { return file.info.size == 1; }));
  fs.remove(bucket.path("many"));
  CHECK(fs.files_below(bucket.name()).empty());
}

TEST_CASE("A folder exists if a key is in it, at any depth, and its marker object is not a file") {
  const Bucket bucket;
  erm::S3FileSystem fs;
  for (const char* const key :
       {"r/a/1/x.json", "r/a/1/deeper/x.json", "r/b/c/x.json", "r/b-c/x.json", "r/.erm_tmp/x.json", "r/file"})
    fs.write(bucket.path(key), "{}");
  // What other programs make for a folder: an empty object with a slash at its end.
  namespace s3 = erm::detail::s3;
  const s3::Client client({});
  s3::Exchange marker = s3::Client::request("mark", "PUT", s3::Place(bucket.name()));
  marker.key = "r/a/";
  s3::Client::expect_ok(client.run(std::move(marker)));

  CHECK(names_in(fs, bucket.path("r")) == std::vector<std::string>{".erm_tmp/", "a/", "b-c/", "b/", "file"});
  CHECK(names_in(fs, bucket.path("r/a")) == std::vector<std::string>{"1/"});
  const std::vector<std::string> expected = {"a/1", "b-c", "b/c"};
  CHECK(sorted(fs.folders_with(bucket.path("r"), "x.json")) == expected);
  for (const char* const key : {"r/a/1/erm_metadata.json", "r/a/1/deeper/erm_metadata.json", "r/b/c/erm_metadata.json",
                                "r/b-c/erm_metadata.json", "r/.erm_tmp/erm_metadata.json", "r/erm_metadata.json"})
    fs.write(bucket.path(key), "{}");
  CHECK(sorted(fs.folders_with(bucket.path("r"), "erm_metadata.json")) == expected);
  CHECK_FALSE(fs.make_folder(bucket.path("r/b")));
  CHECK(fs.make_folder(bucket.path("r/bb")));
}

TEST_CASE("Large content is uploaded and downloaded in parts, with progress") {
  const Bucket bucket;
  std::vector<std::pair<std::uint64_t, bool>> progress;
  erm::S3Options options;
  options.part_size = 5 << 20;
  const std::string path = bucket.path("run/artifacts/model.bin");
  options.on_progress = [&](const erm::S3Progress& now) {
    CHECK(now.path == path);
    CHECK(now.total == (12 << 20) + 345);
    progress.emplace_back(now.done, now.is_upload);
  };
  erm::S3FileSystem fs(options);
  const erm::detail::BytesContent content(noise((12 << 20) + 345));
  CHECK(fs.create_from(path, content));
  REQUIRE(progress.size() == 4);
  CHECK(progress.front() == std::pair(std::uint64_t{0}, true));
  CHECK(progress.back() == std::pair(content.size(), true));
  CHECK_FALSE(fs.create_from(path, content));
  CHECK(fs.info(path).size == content.size());

  progress.clear();
  erm::Bytes back(content.bytes().size() + 10);
  CHECK(fs.read_at(path, 0, back.data(), back.size()) == content.size());
  back.resize(content.bytes().size());
  CHECK(back == content.bytes());
  CHECK(progress == std::vector<std::pair<std::uint64_t, bool>>{{content.size(), false}});
}

TEST_CASE("An exception of a progress callback ends the upload, and its parts are removed") {
  const Bucket bucket;
  erm::S3Options options;
  options.part_size = 5 << 20;
  options.on_progress = [](const erm::S3Progress& now) {
    if (now.done > 0) throw erm::Error("stopped by the user");
  };
  erm::S3FileSystem fs(options);
  const erm::detail::BytesContent content(noise(11 << 20));
  CHECK(error_of([&] { fs.create_from(bucket.path("model.bin"), content); }) == "stopped by the user");
  namespace s3 = erm::detail::s3;
  const s3::Client client({});
  s3::Exchange uploads = s3::Client::request("list", "GET", s3::Place(bucket.name()));
  uploads.query = {{"uploads", ""}};
  uploads.expects_xml = true;
  uploads = client.run(std::move(uploads));
  CHECK(uploads.is_ok());
  CHECK(uploads.text().find("<Upload>") == std::string_view::npos);
  CHECK(fs.info(bucket.path("model.bin")).kind == FileKind::missing);
}

TEST_CASE("A content that is neither in memory nor a local file is copied from store to store") {
  struct Far final : erm::Content {
    [[nodiscard]] std::uint64_t size() const override { return std::uint64_t{11} << 20; }
    std::size_t read_at(std::uint64_t offset, std::uint8_t* into, std::size_t count) const override {
      const auto left = static_cast<std::size_t>(std::min<std::uint64_t>(count, size() - offset));
      for (std::size_t i = 0; i < left; ++i) into[i] = static_cast<std::uint8_t>((offset + i) * 7 >> 3);
      return left;
    }
  };
  const Bucket bucket;
  erm::S3Options options;
  options.part_size = 5 << 20;
  erm::S3FileSystem fs(options);
  const Far content;
  CHECK(fs.create_from(bucket.path("far"), content));
  const erm::Bytes back = fs.read(bucket.path("far"));
  REQUIRE(back.size() == content.size());
  CHECK(back == erm::detail::whole_content(content));
}

TEST_CASE("Uploads and downloads hold little of a large file in memory") {
  struct Watched final : erm::Content {
    [[nodiscard]] std::uint64_t size() const override { return std::uint64_t{120} << 20; }
    std::size_t read_at(std::uint64_t offset, std::uint8_t* into, std::size_t count) const override {
      const auto got = static_cast<std::size_t>(std::min<std::uint64_t>(count, size() - offset));
      std::fill(into, into + got, static_cast<std::uint8_t>(offset >> 20));
      read += got;
      most = std::max(most, read - sent);
      return got;
    }
    mutable std::uint64_t read = 0, sent = 0, most = 0;
  };
  const Bucket bucket;
  Watched content;
  erm::S3Options options;
  options.on_progress = [&](const erm::S3Progress& now) { content.sent = now.done; };
  erm::S3FileSystem fs(options);
  CHECK(fs.create_from(bucket.path("far"), content));
  CHECK(content.read == content.size());
  CHECK(content.most <= std::uint64_t{32} << 20);
  CHECK(fs.read_size() <= std::size_t{32} << 20);  // what is asked for at once when it comes down
}

TEST_CASE("Many files are read and checked at once, and a missing one is an error that names it") {
  const Bucket bucket;
  const erm::S3FileSystem reader;
  erm::S3FileSystem fs;
  std::vector<std::string> paths;
  for (int i = 0; i < 40; ++i) {
    paths.push_back(bucket.path("f" + std::to_string(i)));
    fs.write(paths.back(), std::to_string(i));
  }
  const std::vector<erm::Bytes> contents = reader.read_many(paths);
  REQUIRE(contents.size() == 40);
  for (std::size_t i = 0; i < 40; ++i) CHECK(erm::to_text(contents[i]) == std::to_string(i));
  CHECK(reader.are_files(paths));
  paths.push_back(bucket.path("absent"));
  CHECK_FALSE(reader.are_files(paths));
  CHECK(error_of([&] { static_cast<void>(reader.read_many(paths)); }) ==
        "cannot read 's3://" + bucket.path("absent") + "': HTTP 404 'NoSuchKey'; check the path");
}

TEST_CASE("Several threads use one file system") {
  const Bucket bucket;
  erm::S3FileSystem fs;
  std::vector<std::thread> threads;
  std::vector<int> right(8);
  for (std::size_t t = 0; t < right.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const std::string path = bucket.path(std::to_string(t) + "/" + std::to_string(i));
        fs.write(path, path);
        right[t] += erm::to_text(fs.read(path)) == path;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right == std::vector<int>(8, 20));
}

TEST_CASE("The error for a wrong key, a missing bucket and a missing server has the request and the answer") {
  const Bucket bucket;
  const std::string path = bucket.path("key");
  erm::S3Options options;
  SECTION("a wrong secret") {
    options.access_key_id = std::getenv("AWS_ACCESS_KEY_ID");
    options.secret_access_key = "not the secret";
    erm::S3FileSystem fs(options);
    const std::string expected = "'s3://" + path + "': HTTP 403 'SignatureDoesNotMatch'; check the secret access key";
    CHECK(error_of([&] { static_cast<void>(fs.read(path)); }) == "cannot read " + expected);
    CHECK(error_of([&] { fs.write(path, "x"); }) == "cannot write " + expected);
    CHECK(error_of([&] { static_cast<void>(fs.info(path)); }) == "cannot look at " + expected);
    CHECK(error_of([&] { static_cast<void>(fs.list(path)); }) == "cannot list " + expected);
    try {
      fs.write(path, "x");
      FAIL("nothing was thrown");
    } catch (const erm::IoError& error) {
      CHECK(error.code() == std::errc::permission_denied);
    }
  }
  SECTION("a key that is no one's") {
    options.access_key_id = "nobody";
    options.secret_access_key = "hush-hush";
    const erm::S3FileSystem fs(options);
    const std::string message = error_of([&] { static_cast<void>(fs.read(path)); });
    CHECK(message == "cannot read 's3://" + path +
                         "': HTTP 403 'InvalidAccessKeyId'; check the access key id, and that " +
                         "it belongs to this endpoint");
    CHECK(message.find("hush") == std::string::npos);
  }
  SECTION("nobody's credentials") {
    erm_test::Environment environment;
    environment.clear("AWS_ACCESS_KEY_ID");
    environment.clear("AWS_SECRET_ACCESS_KEY");
    const erm::S3FileSystem fs;
    CHECK(error_of([&] { static_cast<void>(fs.read(path)); }) ==
          "cannot read 's3://" + path + "': HTTP 403 'AccessDenied'; check the credentials and what they may do");
  }
  SECTION("a bucket that is not there") {
    erm::S3FileSystem fs;
    const std::string absent = bucket.name() + "-absent";
    const std::string expected = "HTTP 404 'NoSuchBucket'; create the bucket, or check its name and the endpoint";
    CHECK(error_of([&] { fs.write(absent + "/k", "x"); }) == "cannot write 's3://" + absent + "/k': " + expected);
    CHECK(error_of([&] { static_cast<void>(fs.info(absent + "/k")); }) ==
          "cannot list 's3://" + absent + "/k': " + expected);
    CHECK_THROWS_AS(fs.list(absent), erm::NotFoundError);
  }
  SECTION("no server") {
    options.endpoint = "http://127.0.0.1:1";
    options.retry_delay = std::chrono::milliseconds(1);
    options.max_attempts = 3;
    const erm::S3FileSystem fs(options);
    const std::string message = error_of([&] { static_cast<void>(fs.read(path)); });
    CHECK(message.find("cannot read 's3://" + path + "': ") == 0);
    CHECK(message.find("(3 attempts); check the endpoint and the network") != std::string::npos);
  }
}

TEST_CASE("Without credentials a public bucket can be read") {
  const Bucket bucket;
  namespace s3 = erm::detail::s3;
  const s3::Client client({});
  s3::Exchange open = s3::Client::request("write", "PUT", s3::Place(bucket.path("note")));
  open.headers["x-amz-acl"] = "public-read";
  open.body = s3::Body(std::string_view("hello"));
  s3::Client::expect_ok(client.run(std::move(open)));
  erm_test::Environment environment;
  environment.clear("AWS_ACCESS_KEY_ID");
  environment.clear("AWS_SECRET_ACCESS_KEY");
  CHECK(erm::to_text(erm::S3FileSystem().read(bucket.path("note"))) == "hello");
}

TEST_CASE("The host contains the name of the bucket if the options say so") {
  const std::string endpoint = std::getenv("AWS_ENDPOINT_URL");
  if (endpoint.rfind("http://", 0) != 0) return;  // the certificate is for one level of names, as any is
  const Bucket bucket;
  erm::S3Options options;
  options.endpoint = "http://localhost" + endpoint.substr(endpoint.rfind(':'));
  options.addressing = erm::S3Addressing::virtual_host;
  erm::S3FileSystem fs(options);
  fs.write(bucket.path("a b/c+d"), "in the host");
  CHECK(names_in(fs, bucket.name()) == std::vector<std::string>{"a b/"});
  CHECK(erm::to_text(erm::S3FileSystem().read(bucket.path("a b/c+d"))) == "in the host");
}

TEST_CASE("A claim is exclusive, and is taken over if its holder is gone") {
  const Bucket bucket;
  erm::S3FileSystem fs, other;
  const std::string path = bucket.path("v/.erm_tmp/run");
  SECTION("while it is held, by this store or another") {
    const auto claim = fs.claim(path);
    REQUIRE(claim);
    CHECK_FALSE(claim->was_abandoned());
    CHECK_FALSE(fs.claim(path));
    CHECK_FALSE(other.claim(path));
    CHECK(other.old_claims(bucket.path("v/.erm_tmp")).empty());
  }
  SECTION("when it has ended") {
    REQUIRE(fs.claim(path));
    CHECK(fs.info(path).kind == FileKind::missing);
    CHECK(other.claim(path));
  }
  SECTION("when its process is gone from this machine") {
    erm::detail::Owner owner = erm::detail::Owner::this_process();
    owner.started += "0";  // an earlier process with its number
    fs.write(path, owner.text());
    const auto claim = other.claim(path);
    REQUIRE(claim);
    CHECK(claim->was_abandoned());
    CHECK_FALSE(fs.claim(path));
  }
  SECTION("when it is of another machine and older than its lifetime") {
    fs.write(path, "another-machine\n12\n34\n");
    CHECK_FALSE(other.claim(path));
    erm::S3Options options;
    options.claim_lifetime = std::chrono::seconds(0);
    erm::S3FileSystem hasty(options);
    std::unique_ptr<erm::Claim> claim;
    REQUIRE(erm_test::comes_true([&] { return (claim = hasty.claim(path)) != nullptr; }));  // the server counts seconds
    CHECK(claim->was_abandoned());
  }
  SECTION("what was committed is there, and the claim is not") {
    fs.claim(path)->commit(bucket.path("v/run/erm_metadata.json"), "{}", erm::Durability::durable);
    CHECK(fs.files_below(bucket.path("v")) == std::vector<std::string>{"run/erm_metadata.json"});
  }
}

TEST_CASE("A certificate of an unknown authority is not trusted") {
  const std::string endpoint = std::getenv("AWS_ENDPOINT_URL");
  if (endpoint.rfind("https://", 0) != 0) return;
  erm_test::Environment environment;
  environment.clear("AWS_CA_BUNDLE");
  const erm::S3FileSystem fs;
  const std::string message = error_of([&] { static_cast<void>(fs.read("bucket/key")); });
  CHECK(message.find("cannot read 's3://bucket/key': ") == 0);
  CHECK(message.find("check the endpoint and the certificates that are trusted (AWS_CA_BUNDLE)") != std::string::npos);
}

}  // namespace s3_file_system_test
