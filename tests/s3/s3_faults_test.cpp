// S3FileSystem against the server of the environment (radosgw.sh), behind a proxy that fails in the ways of networks.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/detail/run/contents.hpp"
#include "erm/registry.hpp"
#include "erm/s3.hpp"
#include "s3/bucket.hpp"
#include "s3/environment.hpp"
#include "s3/fault_proxy.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

namespace s3_faults_test {

using erm_test::Bucket;
using erm_test::error_of;
using erm_test::Fault;
using erm_test::FaultProxy;

namespace {

std::uint16_t server_port() {
  const std::string endpoint = std::getenv("AWS_ENDPOINT_URL");
  return static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)));
}

erm::S3Options through(const FaultProxy& proxy) {
  erm::S3Options options;
  options.endpoint = proxy.url();
  options.retry_delay = std::chrono::milliseconds(2);
  return options;
}

/// The fault for the first `times` requests whose line holds `text`.
FaultProxy::Choose first(int times, const std::string& text, Fault fault) {
  return [times, text, fault](const std::string& line, int) mutable {
    return line.find(text) != std::string::npos && times-- > 0 ? fault : Fault::none;
  };
}

erm::ExperimentRun small_run(const std::string& run_id) {
  erm::RunOptions options;
  options.run_id = run_id;
  erm::ExperimentRun run("digits", options);
  run.log_param("lr", 0.1);
  run.log_metric("loss", 0.5, 1);
  run.log_text("hello", "note");
  return run;
}

}  // namespace

TEST_CASE("A request that fails temporarily is sent again, whatever the fault") {
  const Bucket bucket;
  for (const Fault fault : {Fault::busy, Fault::reset, Fault::reset_answer, Fault::cut_answer}) {
    INFO(static_cast<int>(fault));
    FaultProxy proxy(server_port(), first(3, " /", fault));
    erm::S3FileSystem fs(through(proxy));
    const std::string path = bucket.path("file" + std::to_string(static_cast<int>(fault)));
    SECTION("reading") {
      erm::S3FileSystem().write(path, std::string(100000, 'x'));
      CHECK(fs.read(path) == erm::Bytes(100000, 'x'));
      CHECK(proxy.requests().size() == 4);
    }
    SECTION("reading a part") {
      erm::S3FileSystem().write(path, std::string(100000, 'x'));
      erm::Bytes part(50000);
      CHECK(fs.read_at(path, 10, part.data(), part.size()) == part.size());
      CHECK(part == erm::Bytes(50000, 'x'));
    }
    SECTION("listing") {
      erm::S3FileSystem().write(path, "");
      CHECK(fs.list(bucket.name()).size() >= 1);
    }
  }
}

TEST_CASE("A write whose answer was lost happens only once") {
  const Bucket bucket;
  FaultProxy proxy(server_port(), first(2, "PUT /", Fault::reset_answer));
  erm::S3FileSystem fs(through(proxy));
  SECTION("a write") {
    fs.write(bucket.path("file"), "content");
    CHECK(erm::to_text(fs.read(bucket.path("file"))) == "content");
  }
  SECTION("an exclusive creation is known to be its own") {
    CHECK(fs.create(bucket.path("file"), "content"));
    CHECK_FALSE(fs.create(bucket.path("file"), "content"));
  }
  SECTION("and another's is not taken for it") {
    erm::S3FileSystem().write(bucket.path("file"), "content");
    CHECK_FALSE(fs.create(bucket.path("file"), "content"));
  }
  SECTION("a claim") {
    const auto claim = fs.claim(bucket.path(".erm_tmp/run"));
    REQUIRE(claim);
    CHECK_FALSE(claim->was_abandoned());
  }
}

TEST_CASE("The parts and the completion of a large upload are sent again") {
  const Bucket bucket;
  const erm::detail::BytesContent content(erm_test::noise(11 << 20));
  const std::string path = bucket.path("model.bin");
  const auto upload = [&](FaultProxy& proxy) {
    erm::S3Options options = through(proxy);
    options.part_size = 5 << 20;
    erm::S3FileSystem fs(options);
    REQUIRE(fs.create_from(path, content));
    CHECK(erm::S3FileSystem().read(path) == content.bytes());
  };
  SECTION("a part that was reset") {
    FaultProxy proxy(server_port(), first(2, "partNumber=2", Fault::reset));
    upload(proxy);
  }
  SECTION("an end whose answer was lost") {
    FaultProxy proxy(server_port(), first(1, "?uploadId=", Fault::reset_answer));
    upload(proxy);
  }
  SECTION("an end whose answer of 200 holds an error") {
    FaultProxy proxy(server_port(), first(1, "?uploadId=", Fault::failed_late));
    upload(proxy);
  }
}

TEST_CASE("A save succeeds if one request in five fails") {
  const Bucket bucket;
  FaultProxy proxy(server_port(), [](const std::string&, int number) {
    constexpr Fault faults[] = {Fault::busy, Fault::reset, Fault::reset_answer, Fault::cut_answer};
    return number % 5 == 4 ? faults[number / 5 % 4] : Fault::none;
  });
  erm::SaveOptions save;
  save.fs = std::make_shared<erm::S3FileSystem>(through(proxy));
  for (int i = 0; i < 20; ++i)
    erm::save_run_to_registry(small_run("run-" + std::to_string(100 + i)), bucket / "reg", save);
  CHECK(erm::list_runs(bucket / "reg", "digits").size() == 20);
  CHECK(erm::load_runs_from_registry(bucket / "reg", "digits", "main", {}, save.fs).size() == 20);
  CHECK(erm::S3FileSystem().files_below(bucket.path("reg/digits/main/.erm_tmp")).empty());
}

TEST_CASE("A permanent fault ends in an error that describes it, after the allowed number of attempts") {
  const Bucket bucket;
  const std::string path = bucket.path("file");
  const auto message = [&](Fault fault, const std::function<void(erm::S3Options&)>& change = {}) {
    FaultProxy proxy(server_port(), [&](const std::string&, int) { return fault; });
    erm::S3Options options = through(proxy);
    options.max_attempts = 3;
    if (change) change(options);
    const erm::S3FileSystem fs(options);
    const std::string text = error_of([&] { static_cast<void>(fs.read(path)); });
    CHECK(proxy.requests().size() == 3);
    return text;
  };
  CHECK(message(Fault::busy) == "cannot read 's3://" + path + "': HTTP 503 'SlowDown' 'from the proxy' (3 attempts); " +
                                    "the server is busy or failing; try again later");
  CHECK(message(Fault::reset).find("(3 attempts); check the endpoint and the network") != std::string::npos);
  CHECK(message(Fault::stall, [](erm::S3Options& options) {
          options.stall_timeout = std::chrono::seconds(1);
        }).find("(3 attempts); check the endpoint and the network") != std::string::npos);
}

TEST_CASE("A failed save leaves no run behind, and the next one succeeds") {
  const Bucket bucket;
  erm::save_run_to_registry(small_run("before"), bucket / "reg");
  bool is_broken = true;
  FaultProxy proxy(server_port(), [&](const std::string& line, int) {
    return is_broken && line.find("erm_metadata.json") != std::string::npos && line.rfind("PUT", 0) == 0 ? Fault::reset
                                                                                                         : Fault::none;
  });
  erm::S3Options options = through(proxy);
  options.max_attempts = 2;
  erm::SaveOptions save;
  save.fs = std::make_shared<erm::S3FileSystem>(options);
  CHECK_THROWS_AS(erm::save_run_to_registry(small_run("cut"), bucket / "reg", save), erm::IoError);
  CHECK(erm::list_runs(bucket / "reg", "digits") == std::vector<std::string>{"before"});
  CHECK(erm::S3FileSystem().files_below(bucket.path("reg/digits/main/cut")).empty());
  is_broken = false;
  CHECK_NOTHROW(erm::save_run_to_registry(small_run("cut"), bucket / "reg", save));
}

TEST_CASE("erm_metadata.json is the last object of a run that is written") {
  const Bucket bucket;
  FaultProxy proxy(server_port(), [](const std::string&, int) { return Fault::none; });
  erm::SaveOptions save;
  save.fs = std::make_shared<erm::S3FileSystem>(through(proxy));
  erm::save_run_to_registry(small_run("run"), bucket / "reg", save);
  std::vector<std::string> puts;
  for (const std::string& line : proxy.requests())
    if (line.rfind("PUT", 0) == 0 && line.find("/digits/main/run/") != std::string::npos) puts.push_back(line);
  REQUIRE(puts.size() == 3);
  CHECK(puts.back() == "PUT /" + bucket.path("reg/digits/main/run/erm_metadata.json") + " HTTP/1.1");
}

TEST_CASE("Without conditional requests the client checks first whether an object exists") {
  const Bucket bucket;
  // What such a server answers to each of them; the proxy cannot see the header, so it answers so to the first.
  FaultProxy proxy(server_port(), first(1, "PUT /", Fault::not_implemented));
  erm::S3FileSystem fs(through(proxy));
  CHECK(fs.create(bucket.path("file"), "first"));
  CHECK_FALSE(fs.create(bucket.path("file"), "second"));
  const erm::detail::BytesContent content(erm::to_bytes("third"));
  CHECK(fs.create_many({{bucket.path("file"), &content}, {bucket.path("other"), &content}}) ==
        std::vector<bool>{false, true});
  CHECK(erm::to_text(fs.read(bucket.path("file"))) == "first");
  const std::vector<std::string> requests = proxy.requests();
  // Each creation looks; the one that finds nothing looks again when no other process is creating the file.
  CHECK(std::count_if(requests.begin(), requests.end(), [](const auto& line) { return line.rfind("HEAD", 0) == 0; }) ==
        5);
}

TEST_CASE("Without batch delete the client removes each file separately") {
  const Bucket bucket;
  FaultProxy proxy(server_port(), first(1, "?delete=", Fault::not_implemented));
  erm::S3FileSystem fs(through(proxy));
  for (const char* const key : {"f/a", "f/b", "f/c"}) fs.write(bucket.path(key), "x");
  fs.remove(bucket.path("f"));
  CHECK(fs.files_below(bucket.name()).empty());
}

TEST_CASE("Expired credentials are read again") {
  const Bucket bucket;
  const erm_test::TemporaryDirectory dir;
  const std::string id = std::getenv("AWS_ACCESS_KEY_ID"), secret = std::getenv("AWS_SECRET_ACCESS_KEY");
  const auto write = [&](const std::string& text) {
    std::ofstream(dir / "credentials") << "[default]\naws_access_key_id = " << text << "\n";
  };
  erm_test::Environment environment;
  environment.clear("AWS_ACCESS_KEY_ID");
  environment.clear("AWS_SECRET_ACCESS_KEY");
  environment.set("AWS_SHARED_CREDENTIALS_FILE", dir / "credentials");
  write("old\naws_secret_access_key = old-secret");
  FaultProxy proxy(server_port(), first(1, "PUT /", Fault::expired));
  erm::S3FileSystem fs(through(proxy));
  SECTION("and the new ones used") {
    write(id + "\naws_secret_access_key = " + secret);
    CHECK_NOTHROW(fs.write(bucket.path("file"), "x"));
    CHECK(proxy.requests().size() == 2);
  }
  SECTION("and where there are no new ones, the server's word is the error") {
    const std::string message = error_of([&] { fs.write(bucket.path("file"), "x"); });
    CHECK(message == "cannot write 's3://" + bucket.path("file") +
                         "': HTTP 400 'ExpiredToken' 'from the proxy'; renew the session's credentials");
    CHECK(proxy.requests().size() == 1);
  }
  // The bucket is removed with the server's own.
  environment.set("AWS_ACCESS_KEY_ID", id);
  environment.set("AWS_SECRET_ACCESS_KEY", secret);
  erm::S3FileSystem().remove(bucket.name());
}

}  // namespace s3_faults_test
