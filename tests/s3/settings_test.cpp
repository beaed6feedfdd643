#include "erm/detail/s3/settings.hpp"

#include <fstream>
#include <string>

#include "catch.hpp"
#include "erm/registry.hpp"
#include "erm/s3.hpp"
#include "s3/environment.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

namespace settings_test {

using namespace erm::detail::s3;
using erm_test::error_of;

namespace {

/// The files of the AWS tools, and an environment without their variables.
struct Files {
  Files() {
    environment.clear_aws();
    environment.set("AWS_CONFIG_FILE", dir / "config");
    environment.set("AWS_SHARED_CREDENTIALS_FILE", dir / "credentials");
  }
  void config(const std::string& text) { std::ofstream(dir / "config") << text; }
  void credentials(const std::string& text) { std::ofstream(dir / "credentials") << text; }

  erm_test::TemporaryDirectory dir;
  erm_test::Environment environment;
};

}  // namespace

TEST_CASE("Without any setting requests go to AWS in us-east-1, without a signature") {
  const Files files;
  const Settings settings = find_settings({});
  CHECK(settings.scheme == "https");
  CHECK(settings.host == "s3.us-east-1.amazonaws.com");
  CHECK(settings.credentials.is_anonymous());
  CHECK(settings.addressing == erm::S3Addressing::automatic);
}

TEST_CASE("A field overrides the environment, and the environment overrides the files") {
  Files files;
  files.config("[default]\nregion = eu-west-1\nendpoint_url = http://files.example\n");
  files.credentials("[default]\naws_access_key_id = FILE\naws_secret_access_key = file-secret\n");
  CHECK(find_settings({}).region == "eu-west-1");
  CHECK(find_settings({}).host == "files.example");
  CHECK(find_settings({}).credentials.access_key_id == "FILE");

  files.environment.set("AWS_DEFAULT_REGION", "eu-west-2");
  CHECK(find_settings({}).region == "eu-west-2");
  files.environment.set("AWS_REGION", "eu-west-3");
  CHECK(find_settings({}).region == "eu-west-3");
  files.environment.set("AWS_ENDPOINT_URL", "http://all.example:81/");
  CHECK(find_settings({}).host == "all.example:81");
  files.environment.set("AWS_ENDPOINT_URL_S3", "http://s3.example:80");
  CHECK(find_settings({}).host == "s3.example");
  CHECK(find_settings({}).addressing == erm::S3Addressing::path);
  files.environment.set("AWS_ACCESS_KEY_ID", "ENV");
  files.environment.set("AWS_SECRET_ACCESS_KEY", "env-secret");
  files.environment.set("AWS_SESSION_TOKEN", "env-token");
  CHECK(find_settings({}).credentials == Credentials{"ENV", "env-secret", "env-token"});

  erm::S3Options options;
  options.region = "ap-south-1";
  options.endpoint = "https://field.example:443";
  options.access_key_id = "FIELD";
  options.secret_access_key = "field-secret";
  const Settings settings = find_settings(options);
  CHECK(settings.region == "ap-south-1");
  CHECK(settings.host == "field.example");
  // The environment's token belongs to the environment's key.
  CHECK(settings.credentials == Credentials{"FIELD", "field-secret", ""});
}

TEST_CASE("A profile's values are read from both files, with comments, blanks and nested values") {
  Files files;
  files.config(
      "# a comment\n[default]\nregion=us-west-1\n\n[profile lab]\n; another\nregion = eu-north-1 \n"
      "ca_bundle = /etc/lab.pem\ns3 =\n  addressing_style = virtual\n  endpoint_url = https://lab.example\n");
  files.credentials(
      "[default]\naws_access_key_id=D\naws_secret_access_key=d\n[lab]\r\naws_access_key_id = L\r\n"
      "aws_secret_access_key = l+/=\r\naws_session_token = t==\r\n");
  files.environment.set("AWS_PROFILE", "lab");
  const Settings settings = find_settings({});
  CHECK(settings.region == "eu-north-1");
  CHECK(settings.ca_bundle == "/etc/lab.pem");
  CHECK(settings.host == "lab.example");
  CHECK(settings.addressing == erm::S3Addressing::virtual_host);
  CHECK(settings.credentials == Credentials{"L", "l+/=", "t=="});

  erm::S3Options options;
  options.profile = "default";
  CHECK(find_settings(options).region == "us-west-1");
  CHECK(find_settings(options).credentials.access_key_id == "D");
}

TEST_CASE("The endpoint comes from the place that the AWS tools prefer") {
  Files files;
  const auto host = [] { return find_settings({}).host; };
  files.config(
      "[default]\nendpoint_url = http://global.example\nservices = ceph\n\n[services ceph]\nec2 =\n"
      "  endpoint_url = http://ec2.example\ns3 =\n  endpoint_url = http://s3.example\n");
  CHECK(host() == "s3.example");
  files.config("[profile default]\nendpoint_url = http://global.example\nregion = eu-west-1\n");
  CHECK(host() == "global.example");
  CHECK(find_settings({}).region == "eu-west-1");
  files.config(
      "[default]\nendpoint_url = http://plain.example\n[profile default]\nendpoint_url = http://long.example\n");
  CHECK(host() == "long.example");
  files.config("[profile \"my lab\"]\nendpoint_url = http://lab.example\n[default]\n");
  erm::S3Options options;
  options.profile = "my lab";
  CHECK(find_settings(options).host == "lab.example");

  files.config(
      "[default]\nendpoint_url = http://global.example\nservices = ceph\n[services ceph]\ns3 =\n"
      "  endpoint_url = http://s3.example\n");
  files.environment.set("AWS_ENDPOINT_URL", "http://env.example");
  CHECK(host() == "env.example");
  files.environment.set("AWS_ENDPOINT_URL_S3", "http://env-s3.example");
  CHECK(host() == "env-s3.example");
  files.environment.set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
  CHECK(host() == "s3.us-east-1.amazonaws.com");
  options = {};
  options.endpoint = "http://field.example";
  CHECK(find_settings(options).host == "field.example");
  files.environment.clear("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
  files.environment.clear("AWS_ENDPOINT_URL");
  files.environment.clear("AWS_ENDPOINT_URL_S3");
  files.config("[default]\nendpoint_url = http://global.example\nignore_configured_endpoint_urls = true\n");
  CHECK(host() == "s3.us-east-1.amazonaws.com");
}

TEST_CASE("A path that begins with ~ means the home directory, as in the AWS tools") {
  Files files;
  files.config("[default]\nregion = eu-west-1\n");
  files.environment.set("HOME", files.dir / "");
  files.environment.set("AWS_CONFIG_FILE", "~/config");
  CHECK(find_settings({}).region == "eu-west-1");
}

TEST_CASE("Invalid settings give an error that says what is wrong, and never shows a secret") {
  Files files;
  SECTION("a profile that is not there") {
    files.environment.set("AWS_PROFILE", "nobody");
    CHECK(error_of([] { static_cast<void>(find_settings({})); }).find("there is no profile 'nobody' in '") == 0);
  }
  SECTION("services that are not there") {
    files.config("[default]\nservices = ceph\n");
    const std::string message = error_of([] { static_cast<void>(find_settings({})); });
    CHECK(message.find("the profile 'default' names the services 'ceph', but '") == 0);
    CHECK(message.find("has no section [services ceph]; add it, or correct the name") != std::string::npos);
  }
  SECTION("half of a key") {
    files.environment.set("AWS_SECRET_ACCESS_KEY", "hush");
    const std::string message = error_of([] { static_cast<void>(find_settings({})); });
    CHECK(message ==
          "cannot sign requests to S3: the environment has an access key id or a secret access key, and not both; set "
          "the other too");
  }
  SECTION("a way to get credentials that is not read") {
    files.config("[default]\nrole_arn = arn:aws:iam::1:role/x\n");
    CHECK(error_of([] {
            static_cast<void>(find_settings({}));
          }).find("'default' has role_arn, which ERM does not read") != std::string::npos);
  }
  SECTION("an endpoint without its scheme") {
    files.environment.set("AWS_ENDPOINT_URL", "minio.example:9000");
    CHECK(error_of([] { static_cast<void>(find_settings({})); }) ==
          "cannot use the S3 endpoint 'minio.example:9000': give it with its scheme, as in https://s3.example.org");
  }
  SECTION("an endpoint with a path") {
    files.environment.set("AWS_ENDPOINT_URL", "http://minio.example/bucket");
    CHECK(error_of([] { static_cast<void>(find_settings({})); }).find("it must be a host") != std::string::npos);
  }
  SECTION("an endpoint with a password") {
    files.environment.set("AWS_ENDPOINT_URL", "http://user:hush@minio.example");
    const std::string message = error_of([] { static_cast<void>(find_settings({})); });
    CHECK(message.find("has a user in it") != std::string::npos);
    CHECK(message.find("hush") == std::string::npos);
  }
  SECTION("a URI without a bucket") {
    CHECK(error_of([] { static_cast<void>(erm::list_experiments("s3://")); }) ==
          "cannot open '' on S3: give the bucket, as in s3://bucket/prefix");
  }
}

TEST_CASE("A bucket whose name cannot be a host's first label is in the path") {
  CHECK(fits_host("team-bucket1"));
  CHECK_FALSE(fits_host("a.b.c"));
  CHECK_FALSE(fits_host("Team"));
  CHECK_FALSE(fits_host("ab"));
  CHECK_FALSE(fits_host("-abc"));
  CHECK_FALSE(fits_host("under_score"));
}

}  // namespace settings_test
