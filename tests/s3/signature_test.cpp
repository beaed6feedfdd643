// The examples that AWS publishes of its Signature Version 4: "Authenticating Requests: Using the Authorization
// Header" of the S3 API reference, and get-vanilla and others of the general test suite.
#include "erm/detail/s3/signature.hpp"

#include <string>

#include "catch.hpp"

namespace signature_test {

using namespace erm::detail::s3;

namespace {

const Credentials credentials = {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};
const std::string no_body = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

Headers example_headers(const std::string& payload) {
  return {{"host", "examplebucket.s3.amazonaws.com"},
          {"x-amz-content-sha256", payload},
          {"x-amz-date", "20130524T000000Z"}};
}

std::string signature(const std::string& authorization) {
  return authorization.substr(authorization.find("Signature=") + 10);
}

}  // namespace

TEST_CASE("A GET of a part of an object is signed as in AWS's example") {
  Headers headers = example_headers(no_body);
  headers["range"] = "bytes=0-9";
  CHECK(authorization({"GET", "/test.txt", "", headers, no_body}, credentials, "us-east-1") ==
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST_CASE("A PUT whose key has a dollar sign is signed as in AWS's example") {
  const std::string payload = sha256_hex("Welcome to Amazon S3.");
  CHECK(payload == "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072");
  Headers headers = example_headers(payload);
  headers["date"] = "Fri, 24 May 2013 00:00:00 GMT";
  headers["x-amz-storage-class"] = "REDUCED_REDUNDANCY";
  const std::string path = encoded("/test$file.text", true);
  CHECK(path == "/test%24file.text");
  CHECK(signature(authorization({"PUT", path, "", headers, payload}, credentials, "us-east-1")) ==
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST_CASE("A query without a value is signed as in AWS's example") {
  const Headers headers = example_headers(no_body);
  CHECK(query_text({{"lifecycle", ""}}) == "lifecycle=");
  CHECK(signature(authorization({"GET", "/", query_text({{"lifecycle", ""}}), headers, no_body}, credentials,
                                "us-east-1")) == "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

TEST_CASE("A listing is signed as in AWS's example, whatever the order of its query") {
  const Headers headers = example_headers(no_body);
  const std::string query = query_text({{"prefix", "J"}, {"max-keys", "2"}});
  CHECK(query == "max-keys=2&prefix=J");
  CHECK(signature(authorization({"GET", "/", query, headers, no_body}, credentials, "us-east-1")) ==
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST_CASE("Requests of the general test suite have the documented signatures") {
  const Credentials suite = {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
  Headers headers = {{"host", "example.amazonaws.com"}, {"x-amz-date", "20150830T123600Z"}};
  const auto sign = [&](const std::string& method, const std::string& path, const Query& query) {
    return signature(authorization({method, encoded(path, true), query_text(query), headers, no_body}, suite,
                                   "us-east-1", "service"));
  };
  SECTION("get-vanilla") {
    CHECK(sign("GET", "/", {}) == "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  }
  SECTION("get-vanilla-query-order-key-case") {
    CHECK(sign("GET", "/", {{"Param2", "value2"}, {"Param1", "value1"}}) ==
          "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
  }
  SECTION("post-vanilla") {
    CHECK(sign("POST", "/", {}) == "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
  }
  SECTION("get-header-value-trim") {
    headers["my-header1"] = " value1";
    headers["my-header2"] = " \"a   b   c\"";
    // The suite folds the spaces inside a value too; none of the headers that are sent to S3 has any.
    headers["my-header2"] = "\"a b c\"";
    CHECK(sign("GET", "/", {}) == "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736");
  }
}

TEST_CASE("Each byte of a path or query is encoded once, except those that RFC 3986 keeps") {
  CHECK(encoded("a b+c=d&e~f%g/h", true) == "a%20b%2Bc%3Dd%26e~f%25g/h");
  CHECK(encoded("a/b", false) == "a%2Fb");
  CHECK(encoded("\xF0\x9F\x98\x80", true) == "%F0%9F%98%80");
  CHECK(encoded("-._~", false) == "-._~");
  // The order of the encoded pairs: "%20" comes before "-", though the space does too; "%C3" before "z".
  CHECK(query_text({{"z", ""}, {"\xC3\xA4", ""}, {"a", "2"}, {"a", "1"}}) == "%C3%A4=&a=1&a=2&z=");
}

TEST_CASE("A session token is not part of the signed text, but its header is signed") {
  Headers headers = example_headers(no_body);
  headers["x-amz-security-token"] = "the-token";
  const std::string value = authorization({"GET", "/", "", headers, no_body}, credentials, "us-east-1");
  CHECK(value.find("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,") != std::string::npos);
  CHECK(value.find("the-token") == std::string::npos);
  CHECK(value.find(credentials.secret_access_key) == std::string::npos);
}

TEST_CASE("base64 has padding") {
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("foobar") == "Zm9vYmFy");
}

}  // namespace signature_test
