// Environment variables for the length of a scope.
//
//   erm_test::Environment environment;
//   environment.set("AWS_REGION", "eu-west-1");
//   environment.clear("AWS_PROFILE");
#pragma once

#include <cstdlib>
#include <map>
#include <optional>
#include <string>

namespace erm_test {

class Environment {
 public:
  Environment() = default;
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() {
    for (const auto& [name, value] : before_) value ? put(name, *value) : drop(name);
  }

  void set(const std::string& name, const std::string& value) {
    remember(name);
    put(name, value);
  }
  void clear(const std::string& name) {
    remember(name);
    drop(name);
  }
  /// Nothing of AWS is set, and its files are not there.
  void clear_aws() {
    for (const char* const name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION",
                                   "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3",
                                   "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_CA_BUNDLE", "AWS_PROFILE"})
      clear(name);
    set("AWS_CONFIG_FILE", "not-there");
    set("AWS_SHARED_CREDENTIALS_FILE", "not-there");
  }

 private:
  void remember(const std::string& name) {
    const char* const value = std::getenv(name.c_str());
    before_.emplace(name, value == nullptr ? std::optional<std::string>() : std::string(value));
  }
  static void put(const std::string& name, const std::string& value) { ::setenv(name.c_str(), value.c_str(), 1); }
  static void drop(const std::string& name) { ::unsetenv(name.c_str()); }

  std::map<std::string, std::optional<std::string>> before_;
};

}  // namespace erm_test
