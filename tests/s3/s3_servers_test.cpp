// S3FileSystem against servers that differ from the one of s3_file_system_test, played by FakeServer: they stand for
// s3rver (conditions), AWS (regions, clocks, Object Lock), and broken or hostile servers. It needs no other server.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "environment_variable.hpp"
#include "erm/detail/run/contents.hpp"
#include "erm/detail/s3/folder_listing.hpp"
#include "erm/find.hpp"
#include "erm/registry.hpp"
#include "erm/s3.hpp"
#include "s3/fake_server.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

namespace s3_servers_test {

using erm_test::error_of;
using erm_test::FakeAnswer;
using erm_test::FakeRequest;
using erm_test::FakeServer;

namespace {

std::string page_of(const std::string& inside, const std::string& truncated = "false") {
  return "<ListBucketResult><IsTruncated>" + truncated + "</IsTruncated>" + inside + "</ListBucketResult>";
}

/// The message that a listing of "b/reg" ends with if the server sends these pages for ever.
std::string error_of_list(const std::function<FakeAnswer(int page)>& answer) {
  FakeServer server;
  int page = 0;
  server.intercept = [&](const FakeRequest&) { return answer(page++); };
  const erm::S3FileSystem fs(server.options());
  return error_of([&] { static_cast<void>(fs.list("b/reg")); });
}

std::string endpoint_in(const std::string& message) { return message.substr(0, message.find("http://")); }

erm::ExperimentRun small_run(const std::optional<std::string>& run_id) {
  erm::RunOptions options;
  options.run_id = run_id;
  erm::ExperimentRun run("digits", options);
  run.log_text("hello", "note");
  return run;
}

/// Saves on eight stores at once, as eight processes would, and returns how many succeeded.
int saved_of_eight(FakeServer& server, const std::optional<std::string>& run_id) {
  std::atomic<int> saved{0}, refused{0};
  std::vector<std::thread> savers;
  for (int i = 0; i < 8; ++i)
    savers.emplace_back([&] {
      erm::SaveOptions save;
      save.fs = std::make_shared<erm::S3FileSystem>(server.options());
      try {
        erm::save_run_to_registry(small_run(run_id), "b/reg", save);
        ++saved;
      } catch (const erm::RunExistsError&) {
        ++refused;
      }
    });
  for (std::thread& each : savers) each.join();
  CHECK(saved + refused == 8);
  return saved;
}

}  // namespace

TEST_CASE("A host name that cannot be resolved is an error that names the endpoint, and the store works afterwards") {
  FakeServer server;
  erm::S3Options options = server.options();
  options.endpoint = "http://no-such-host.invalid:" + server.port();
  options.max_attempts = 3;
  const erm::S3FileSystem fs(options);
  // libcurl's words differ between its versions.
  const std::string first =
      "cannot list 's3://b/reg': no answer from 'http://no-such-host.invalid:" + server.port() + "': ";
  const std::string last = " (3 attempts); check the name in the endpoint, the network and the name server";
  // Each call is tried as often as the first: a failed transfer spoils nothing.
  for (int i = 0; i < 3; ++i) {
    const std::string message = error_of([&] { static_cast<void>(fs.list("b/reg")); });
    CHECK(message.substr(0, first.size()) == first);
    CHECK(message.find(last) != std::string::npos);
  }
}

TEST_CASE("A search with a cache lists a bucket, and reads no metadata that have not changed") {
  FakeServer server;
  const erm_test::TemporaryDirectory dir;
  const erm_test::EnvironmentVariable folder("ERM_CACHE", dir / "cache");
  const auto fs = std::make_shared<erm::S3FileSystem>(server.options());
  const auto save = [&](int i) {
    erm::RunOptions options;
    options.variant_id = "variant" + std::to_string(i % 5);
    options.run_id = "run" + std::to_string(i);
    erm::ExperimentRun run(i % 2 == 0 ? "even" : "odd", options);
    run.log_param("i", i);
    erm::SaveOptions how;
    how.fs = fs;
    how.overwrite = true;
    erm::save_run_to_registry(run, "b/reg", how);
  };
  for (int i = 0; i < 20; ++i) save(i);
  struct Asked {
    std::ptrdiff_t listings = 0, metadata = 0, others = 0;
  };
  const auto search = [&](const std::string& filter, std::size_t expected) {
    const std::size_t before = server.requests().size();
    erm::FindOptions options;
    options.filter = filter;
    options.limit = 10;
    options.cache = true;
    CHECK(erm::find_runs("b/reg", options, fs).size() == expected);
    const std::vector<FakeRequest> all = server.requests();
    Asked asked;
    for (std::size_t i = before; i < all.size(); ++i) {
      if (all[i].method == "GET" && all[i].key.empty())
        ++asked.listings;
      else if (all[i].method == "GET" && all[i].key.find("erm_metadata.json") != std::string::npos)
        ++asked.metadata;
      else
        asked.others += all[i].method == "HEAD" ? 0 : 1;  // markers of experiments and variants
    }
    CHECK(asked.others == 0);
    return asked;
  };
  CHECK(search("params.i > 100", 0).metadata == 20);
  const Asked warm = search("params.i > 100", 0);
  CHECK(warm.metadata == 0);
  // One of the registry, twice one of each experiment, one of each of ten variants.
  CHECK(warm.listings <= 16);
  CHECK(search("params.i >= 18", 2).metadata == 2);
  save(7);
  CHECK(search("params.i > 100", 0).metadata == 1);
}

/// Folders with metadata below "b/reg", and others, as listed in parts.
std::vector<std::string> listed_folders(const FakeServer& server, const std::vector<std::string>& between) {
  const erm::detail::s3::Client client(server.options());
  std::vector<std::string> paths;
  for (const auto& folder : erm::detail::s3::FolderListing(client, "b/reg", "erm_metadata.json").outermost(between))
    paths.push_back(folder.path);
  return paths;
}

std::ptrdiff_t listings_of_parts(const FakeServer& server) {
  const auto requests = server.requests();
  return std::count_if(requests.begin(), requests.end(),
                       [](const FakeRequest& one) { return one.query.find("start-after=") != std::string::npos; });
}

TEST_CASE("The parts of a long listing are asked for at once, and are the whole") {
  const std::vector<std::string> runs = {"A", "B", "a", "a b", "a/b", "a0", "c", "c!", "d", "d/e", "\xC3\xA9"};
  const std::vector<std::string> outermost = {"A", "B", "a", "a b", "a0", "c", "c!", "d", "\xC3\xA9"};
  const auto fill = [&](const FakeServer& server) {
    erm::S3FileSystem fs(server.options());
    for (const std::string& run : runs)
      for (const char* const file : {"artifacts/model.bin", "erm_metadata.json", "history/main.csv"})
        fs.write("b/reg/" + run + "/" + file, "{}");
  };
  const std::vector<std::vector<std::string>> all_borders = {
      {"c"},       {"a"},
      {"B", "a0"}, {"c", "a", "c", "a b"},
      {"0", "1"},  {"x", "y", "\xF0\x90\x8D\x88"},
      {"", "b"},   {"d", "c!", "c", "a0", "a/b", "a b", "a", "B", "A"}};

  SECTION("by a server that knows start-after") {
    FakeServer server;
    fill(server);
    for (const auto& borders : all_borders) CHECK(listed_folders(server, borders) == outermost);
    CHECK(listings_of_parts(server) > 20);
    const auto requests = server.requests();
    const std::ptrdiff_t whole = std::count_if(requests.begin(), requests.end(), [](const FakeRequest& one) {
      return one.method == "GET" && one.key.empty() && one.query.find("start-after=") == std::string::npos;
    });
    CHECK(whole == static_cast<std::ptrdiff_t>(all_borders.size()));  // the first parts: nothing is listed twice
  }
  SECTION("at once") {
    FakeServer server;
    fill(server);
    std::atomic<int> asked{0};
    const std::function<bool()> all_are_asked_for = [&] { return asked >= 4; };
    server.intercept = [&](const FakeRequest& request) -> std::optional<FakeAnswer> {
      if (request.query.find("list-type") == std::string::npos) return std::nullopt;
      ++asked;
      FakeAnswer page;
      page.body = page_of("");
      page.waits_for = all_are_asked_for;  // for ever, if the client waits for the first page
      return page;
    };
    CHECK(listed_folders(server, {"a", "b", "c"}).empty());
  }
  SECTION("by servers that do not know it, or order keys in another way") {
    const auto caseless = [](const std::string& a, const std::string& b) {
      return erm::detail::ascii_lower(a) < erm::detail::ascii_lower(b);
    };
    const auto backwards = [](const std::string& a, const std::string& b) { return a > b; };
    const auto by_length = [](const std::string& a, const std::string& b) {
      return a.size() != b.size() ? a.size() < b.size() : a < b;
    };
    for (int kind = 0; kind < 5; ++kind) {
      CAPTURE(kind);
      FakeServer server;
      if (kind == 0) server.ignores_start_after = true;
      if (kind == 1) server.order = caseless;
      if (kind == 2) server.order = backwards;
      if (kind == 3) server.order = by_length;
      if (kind == 4) {
        server.intercept = [](const FakeRequest& request) -> std::optional<FakeAnswer> {
          if (request.query.find("start-after=") == std::string::npos) return std::nullopt;
          return FakeServer::error(501, "NotImplemented");
        };
      }
      fill(server);
      for (const auto& borders : all_borders) CHECK(listed_folders(server, borders) == outermost);
    }
  }
  SECTION("while runs come and go at a border") {
    FakeServer server;
    fill(server);
    erm::S3FileSystem fs(server.options());
    std::atomic<bool> is_over{false};
    std::thread other([&] {
      while (!is_over) {
        fs.remove("b/reg/c");
        for (const char* const file : {"artifacts/model.bin", "erm_metadata.json"})
          fs.write(std::string("b/reg/c/") + file, "{}");
      }
    });
    for (int i = 0; i < 20; ++i) {
      std::vector<std::string> found = listed_folders(server, {"a0", "b", "c", "c!"});
      found.erase(std::remove(found.begin(), found.end(), "c"), found.end());
      std::vector<std::string> others = outermost;
      others.erase(std::remove(others.begin(), others.end(), "c"), others.end());
      CHECK(found == others);
    }
    is_over = true;
    other.join();
  }
}

TEST_CASE("A server that is down is told of by one error, whatever was to be listed") {
  FakeServer server;
  server.intercept = [](const FakeRequest&) -> std::optional<FakeAnswer> {
    return FakeServer::error(403, "AccessDenied");
  };
  const std::string message = error_of([&] { static_cast<void>(listed_folders(server, {"a", "b"})); });
  CHECK(message.rfind("cannot list 's3://b/reg': HTTP 403 'AccessDenied'", 0) == 0);
}

TEST_CASE("A search that knows many runs of a bucket lists them in parts") {
  FakeServer server;
  const erm_test::TemporaryDirectory dir;
  const erm_test::EnvironmentVariable folder("ERM_CACHE", dir / "cache");
  const auto fs = std::make_shared<erm::S3FileSystem>(server.options());
  const auto memory = std::make_shared<erm::MemoryFileSystem>();
  erm::SaveOptions how;
  how.fs = fs;
  erm::save_run_to_registry(erm::ExperimentRun("digits"), "b/reg", how);
  how.fs = memory;
  std::vector<std::unique_ptr<erm::detail::BytesContent>> contents;
  std::vector<erm::NewFile> files;
  for (int i = 0; i < 1200; ++i) {
    erm::RunOptions options;
    options.run_id = "run " + std::to_string(10000 + i);
    erm::ExperimentRun run("digits", options);
    run.log_param("i", i);
    erm::save_run_to_path(run, "run " + std::to_string(i), how);
    contents.push_back(
        std::make_unique<erm::detail::BytesContent>(memory->read("run " + std::to_string(i) + "/erm_metadata.json")));
    files.push_back({"b/reg/digits/main/" + run.run_id() + "/erm_metadata.json", contents.back().get()});
  }
  static_cast<void>(fs->create_many(files));
  erm::FindOptions options;
  options.cache = true;
  options.filter = "params.i >= 1190";
  CHECK(erm::find_runs("b/reg", options, fs).size() == 10);
  CHECK(listings_of_parts(server) == 0);
  CHECK(erm::find_runs("b/reg", options, fs).size() == 10);
  CHECK(listings_of_parts(server) >= 1);
  const auto asked = listings_of_parts(server);
  options.cache = false;
  CHECK(erm::find_runs("b/reg", options, fs).size() == 10);
  CHECK(listings_of_parts(server) == asked);
}

TEST_CASE("Several variants of a bucket are listed at once") {
  FakeServer server;
  std::atomic<bool> saves{true};
  std::atomic<int> listed{0};
  const std::function<bool()> all_are_asked_for = [&] { return listed >= 3; };
  server.intercept = [&](const FakeRequest& request) -> std::optional<FakeAnswer> {
    if (saves || request.query.find("main") == std::string::npos) return std::nullopt;
    ++listed;
    FakeAnswer page;
    page.body = page_of("");
    page.waits_for = all_are_asked_for;  // for ever, if the client waits for the first page
    return page;
  };
  const auto fs = std::make_shared<erm::S3FileSystem>(server.options());
  for (const char* const id : {"a", "b", "c"}) {
    erm::SaveOptions save;
    save.fs = fs;
    erm::save_run_to_registry(erm::ExperimentRun(id), "b/reg", save);
  }
  saves = false;
  CHECK(erm::find_runs("b/reg", {}, fs).empty());
  CHECK(listed == 3);
}

TEST_CASE("Where If-None-Match is ignored, one of eight savers gets a chosen id") {
  FakeServer server;
  server.ignores_conditions = true;
  CHECK(saved_of_eight(server, "one") == 1);
  // What stays is the run, the marks of its folders, and one object that says so.
  for (const auto& [key, content] : server.objects()) {
    INFO(key);
    CHECK(key.find(".erm_bid_") == std::string::npos);
    CHECK(key.find(".erm_probe_") == std::string::npos);
    CHECK(key.find(".erm_tmp/one") == std::string::npos);
  }
}

TEST_CASE("Where If-None-Match is ignored, each of eight savers gets a generated id of its own") {
  FakeServer server;
  server.ignores_conditions = true;
  CHECK(saved_of_eight(server, std::nullopt) == 8);
  const auto fs = std::make_shared<erm::S3FileSystem>(server.options());
  CHECK(erm::list_runs("b/reg", "digits", "main", fs).size() == 8);
}

TEST_CASE("Where If-None-Match is ignored, an object is created once") {
  FakeServer server;
  server.ignores_conditions = true;
  erm::S3FileSystem fs(server.options());
  CHECK(fs.create("b/reg/file", "first"));
  CHECK_FALSE(fs.create("b/reg/file", "second"));
  CHECK(erm::to_text(fs.read("b/reg/file")) == "first");
  const erm::detail::BytesContent content(erm::to_bytes("third"));
  CHECK(fs.create_many({{"b/reg/file", &content}, {"b/reg/other", &content}}) == std::vector<bool>{false, true});
}

TEST_CASE("Whether a server obeys If-None-Match is tried once for each bucket") {
  FakeServer server;
  erm::S3FileSystem fs(server.options());
  const auto probes = [&] {
    const std::vector<FakeRequest> all = server.requests();
    return std::count_if(all.begin(), all.end(),
                         [](const FakeRequest& r) { return r.key.find(".erm_probe_") != std::string::npos; });
  };
  fs.write("b/file", "no condition");
  CHECK(probes() == 0);
  CHECK(fs.create("b/one", "x"));
  CHECK(fs.create("b/two", "x"));
  CHECK_FALSE(fs.create("b/two", "y"));
  CHECK(probes() == 3);  // created, refused, removed
  CHECK(server.objects().size() == 3);
}

TEST_CASE("The region that a server names for a bucket is used from then on") {
  FakeServer server;
  bool in_header = false;
  server.intercept = [&](const FakeRequest& request) -> std::optional<FakeAnswer> {
    if (request.header("authorization").find("/eu-north-1/s3/") != std::string::npos) return std::nullopt;
    if (!in_header) return FakeServer::error(400, "AuthorizationHeaderMalformed", "<Region>eu-north-1</Region>");
    FakeAnswer answer = FakeServer::error(301, "PermanentRedirect");
    answer.headers["x-amz-bucket-region"] = "eu-north-1";
    return answer;
  };
  SECTION("in the error") {}
  SECTION("in a header of a redirection") { in_header = true; }
  erm::S3FileSystem fs(server.options());
  fs.write("b/file", "x");
  CHECK(erm::to_text(fs.read("b/file")) == "x");
  CHECK(server.requests().size() == 3);
}

TEST_CASE("A server that names a wrong region, or none that can be one, is asked no more than twice") {
  FakeServer server;
  std::string region = "eu-north-1";
  server.intercept = [&](const FakeRequest&) {
    return FakeServer::error(400, "AuthorizationHeaderMalformed", "<Region>" + region + "</Region>");
  };
  SECTION("wrong") {}
  SECTION("a host") { region = "evil.example/"; }
  const erm::S3FileSystem fs(server.options());
  CHECK(error_of([&] { static_cast<void>(fs.read("b/file")); }).find("AuthorizationHeaderMalformed") !=
        std::string::npos);
  CHECK(server.requests().size() == (region == "eu-north-1" ? 2 : 1));
}

TEST_CASE("A request that the server finds too far from its own time is sent again with that time") {
  FakeServer server;
  server.intercept = [](const FakeRequest& request) -> std::optional<FakeAnswer> {
    std::optional<FakeAnswer> answer;
    if (request.header("x-amz-date").rfind("20310704T10", 0) != 0)
      answer = FakeServer::error(403, "RequestTimeTooSkewed");
    else
      answer = FakeAnswer{200, "x", {}, "", false};
    answer->headers["Date"] = "Fri, 04 Jul 2031 10:20:30 GMT";
    return answer;
  };
  const erm::S3FileSystem fs(server.options());
  CHECK(erm::to_text(fs.read("b/file")) == "x");
  CHECK(erm::to_text(fs.read("b/file")) == "x");
  CHECK(server.requests().size() == 3);
}

TEST_CASE("A bucket that asks for a checksum gets one from then on") {
  FakeServer server;
  std::string accepted = "x-amz-checksum-sha256", value = "LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=", sent;
  std::size_t requests = 3;
  SECTION("by SHA-256") {}
  SECTION("by MD5") {
    accepted = "content-md5";
    value = "ndTkYSaMgDT1yFZOFVxnpg==";
    requests = 4;
  }
  server.intercept = [&](const FakeRequest& request) -> std::optional<FakeAnswer> {
    sent = request.header(accepted);
    if (!sent.empty()) return std::nullopt;
    return FakeServer::error(400, "InvalidRequest",
                             "<Message>Content-MD5 OR x-amz-checksum- HTTP header is required</Message>");
  };
  erm::S3FileSystem fs(server.options());
  fs.write("b/file", "x");
  CHECK(sent == value);
  fs.write("b/file", "x");
  CHECK(server.requests().size() == requests);
}

TEST_CASE("Objects are created with the encryption, ACL, storage class and checksum of the options") {
  FakeServer server;
  erm::S3Options options = server.options();
  options.encryption = "aws:kms";
  options.kms_key_id = "arn:aws:kms:eu-west-1:1:key/2";
  options.acl = "bucket-owner-full-control";
  options.storage_class = "STANDARD_IA";
  options.checksum = erm::S3Checksum::sha256;
  options.part_size = 5 << 20;
  server.intercept = [](const FakeRequest& request) -> std::optional<FakeAnswer> {
    if (request.query == "uploads=") return FakeAnswer{200, "<R><UploadId>u</UploadId></R>", {}, "", false};
    if (request.query.find("uploadId") != std::string::npos)
      return FakeAnswer{200, "<R></R>", {{"ETag", "\"p\""}}, "", false};
    if (!request.header("x-amz-copy-source").empty())
      return FakeAnswer{200, "<CopyObjectResult></CopyObjectResult>", {}, "", false};
    return std::nullopt;
  };
  erm::S3FileSystem fs(options);
  fs.write("b/reg/file", "x");
  fs.move("b/reg/file", "b/reg/moved");
  const erm::detail::BytesContent large(erm::Bytes(6 << 20, 'x'));
  fs.write_from("b/reg/large", large);
  int made = 0, parts = 0;
  for (const FakeRequest& request : server.requests()) {
    INFO(request.method << " " << request.key << " " << request.query);
    const bool makes = (request.method == "PUT" && request.query.empty()) || request.query == "uploads=";
    made += makes ? 1 : 0;
    CHECK(request.header("x-amz-server-side-encryption") == (makes ? "aws:kms" : ""));
    CHECK(request.header("x-amz-server-side-encryption-aws-kms-key-id") == (makes ? *options.kms_key_id : ""));
    CHECK(request.header("x-amz-acl") == (makes ? "bucket-owner-full-control" : ""));
    CHECK(request.header("x-amz-storage-class") == (makes ? "STANDARD_IA" : ""));
    const bool is_part = request.query.find("partNumber") != std::string::npos;
    parts += is_part ? 1 : 0;
    if (is_part) CHECK(request.header("x-amz-checksum-sha256").size() == 44);
    if (request.query == "uploads=") CHECK(request.header("x-amz-checksum-algorithm") == "SHA256");
    if (request.method == "POST" && request.query == "uploadId=u")
      CHECK(request.body.find("<ChecksumSHA256>") != std::string::npos);
  }
  CHECK(made == 3);
  CHECK(parts == 2);
}

TEST_CASE("An option that cannot be a header, or makes objects unreadable, is refused") {
  const auto refusal = [](const std::function<void(erm::S3Options&)>& change) {
    erm::S3Options options;
    change(options);
    return error_of([&] { const erm::S3FileSystem fs(options); });
  };
  CHECK(refusal([](erm::S3Options& o) { o.acl = "private\r\nx-evil: 1"; }) ==
        "cannot use 'private??x-evil: 1' as S3Options::acl: it must be one word of visible ASCII characters; leave it "
        "out for the bucket's own setting");
  CHECK(refusal([](erm::S3Options& o) { o.encryption = ""; }).find("S3Options::encryption") != std::string::npos);
  CHECK(refusal([](erm::S3Options& o) { o.storage_class = "A B"; }).find("S3Options::storage_class") !=
        std::string::npos);
  CHECK(refusal([](erm::S3Options& o) { o.storage_class = "GLACIER"; }).find("cannot be GLACIER") != std::string::npos);
  CHECK(refusal([](erm::S3Options& o) { o.kms_key_id = "key"; }).find("needs S3Options::encryption") !=
        std::string::npos);
}

TEST_CASE("An answer that never ends is an error after 64 MiB, and headers that never end after 256 KiB") {
  const std::string listing = error_of_list([&](int) {
    return FakeAnswer{200, "<ListBucketResult>", {}, std::string(1 << 20, 'x'), false};
  });
  CHECK(endpoint_in(listing) == "cannot list 's3://b': '");
  CHECK(listing.find("answers with more than 64 MiB, and does not end; check that the endpoint is an S3 server") !=
        std::string::npos);
  const std::string headers = error_of_list([&](int) {
    FakeAnswer answer;
    for (int i = 0; i < 100; ++i) answer.headers["X-" + std::to_string(i)] = std::string(10000, 'a');
    return answer;
  });
  // Newer versions of libcurl have a limit of their own.
  CHECK((headers.find("headers of more than 256 KiB") != std::string::npos ||
         headers.find("no answer from") != std::string::npos));
  FakeServer server;
  server.intercept = [](const FakeRequest&) { return FakeAnswer{200, "{", {}, std::string(1 << 20, '\0'), false}; };
  const erm::S3FileSystem fs(server.options());
  CHECK(error_of([&] { static_cast<void>(fs.read("b/file")); }).find("more than 64 MiB") != std::string::npos);
}

TEST_CASE("A listing that repeats itself, or says that there is more and not where, is an error") {
  const auto page = [](const std::string& token, const std::string& key) {
    return FakeAnswer{
        200, page_of("<NextContinuationToken>" + token + "</NextContinuationToken>" + key, "true"), {}, "", false};
  };
  const std::string again =
      "cannot list 's3://b/reg/': the server lists the same again and again; check that the endpoint is an S3 server";
  CHECK(error_of_list([&](int) { return page("same", ""); }) == again);
  CHECK(error_of_list([&](int n) { return page(std::to_string(n), "<Contents><Key>reg/a</Key></Contents>"); }) ==
        again);
  CHECK(error_of_list([&](int n) { return page(std::to_string(n), ""); }) == again);
  CHECK(error_of_list([&](int) {
          return FakeAnswer{200, page_of("", "true"), {}, "", false};
        }) ==
        "cannot list 's3://b/reg/': the server says that there is more, and not how to ask for it; check that the "
        "endpoint is an S3 server");
}

TEST_CASE("A key that was not asked for is an error that names it") {
  for (const std::string entry :
       {"<Contents><Key>../../etc/passwd</Key></Contents>", "<Contents><Key></Key></Contents>",
        "<Contents><Key>other/key</Key></Contents>", "<CommonPrefixes><Prefix>r</Prefix></CommonPrefixes>",
        "<CommonPrefixes><Prefix>reg/</Prefix></CommonPrefixes>",
        "<CommonPrefixes><Prefix>reg/a</Prefix></CommonPrefixes>"}) {
    INFO(entry);
    const std::string message = error_of_list([&](int) { return FakeAnswer{200, page_of(entry), {}, "", false}; });
    CHECK(message.rfind("cannot list 's3://b/reg/': the server lists the key '", 0) == 0);
  }
}

TEST_CASE("A key that no path leads to is left out of listings, and removed with its folder") {
  FakeServer server;
  erm::S3FileSystem fs(server.options());
  fs.write("b/reg/a", "x");
  const std::vector<std::string> odd = {"reg/../b", "reg//b", "reg/./c/d", "reg/x/../../y"};
  bool is_odd = true;
  server.intercept = [&](const FakeRequest& request) -> std::optional<FakeAnswer> {
    if (!is_odd || request.query.find("list-type") == std::string::npos) return std::nullopt;
    std::string keys = "<Contents><Key>reg/a</Key></Contents>";
    for (const std::string& key : odd) keys += "<Contents><Key>" + key + "</Key></Contents>";
    return FakeAnswer{200, page_of(keys), {}, "", false};
  };
  CHECK(fs.files_below("b/reg") == std::vector<std::string>{"a"});
  fs.remove("b/reg");
  const std::string removed = server.requests().back().body;
  for (const std::string& key : odd) CHECK(removed.find("<Key>" + key + "</Key>") != std::string::npos);
}

TEST_CASE("A part of an object is not taken for the whole") {
  FakeServer server;
  server.intercept = [](const FakeRequest&) { return FakeAnswer{206, "half", {}, "", false}; };
  const erm::S3FileSystem fs(server.options());
  CHECK(error_of([&] { static_cast<void>(fs.read("b/file")); }) ==
        "cannot read 's3://b/file': the server sends a part, and was asked for the whole");
}

TEST_CASE("A server that says nothing is asked three times at most") {
  FakeServer server;
  server.intercept = [](const FakeRequest&) { return FakeAnswer{200, "", {}, "", true}; };
  erm::S3Options options = server.options();
  options.max_attempts = 7;
  options.stall_timeout = std::chrono::seconds(1);
  options.connect_timeout = std::chrono::seconds(1);
  const erm::S3FileSystem fs(options);
  CHECK(error_of([&] { static_cast<void>(fs.list("b/reg")); }).find("(3 attempts)") != std::string::npos);
  CHECK(server.requests().size() == 3);
}

TEST_CASE("An answer to an upload that comes a byte at a time does not hold the upload for long") {
  FakeServer server;
  server.intercept = [](const FakeRequest& request) -> std::optional<FakeAnswer> {
    if (request.method != "PUT") return std::nullopt;
    FakeAnswer answer{200, std::string(80, 'x'), {}, "", false};
    answer.pause = std::chrono::milliseconds(100);  // eight seconds in all; two are allowed
    return answer;
  };
  erm::S3Options options = server.options();
  options.max_attempts = 1;
  options.stall_timeout = std::chrono::seconds(1);
  erm::S3FileSystem fs(options);
  CHECK(error_of([&] { fs.write("b/reg/file", "x"); }).find("Timeout was reached") != std::string::npos);
}

TEST_CASE("A copy that fails within an answer of 200 is an error, and nothing is removed") {
  FakeServer server;
  erm::S3FileSystem fs(server.options());
  fs.write("b/reg/file", "x");
  server.intercept = [](const FakeRequest& request) -> std::optional<FakeAnswer> {
    if (request.header("x-amz-copy-source").empty()) return std::nullopt;
    return FakeServer::error(200, "InternalError");
  };
  CHECK(error_of([&] { fs.move("b/reg/file", "b/reg/moved"); }).find("InternalError") != std::string::npos);
  CHECK(server.objects().count("reg/file") == 1);
}

}  // namespace s3_servers_test
