// The endpoint and the credentials of S3 requests: from S3Options, then the environment, then the files of the AWS
// tools.
#pragma once

#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "erm/artifact.hpp"
#include "erm/detail/base/to_size.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/s3/signature.hpp"
#include "erm/error.hpp"
#include "erm/s3_options.hpp"

namespace erm::detail::s3 {

/// An environment variable that is not empty.
inline std::optional<std::string> variable(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

using Section = std::map<std::string, std::string>;

/// The sections of an INI file by name. A name that is indented below "s3 =" becomes "s3.<name>".
inline std::map<std::string, Section> ini_sections(std::string_view text) {
  std::map<std::string, Section> sections;
  Section* section = nullptr;
  std::string outer;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view whole = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::string line = trimmed(whole);
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    if (line.front() == '[' && line.back() == ']') {
      section = &sections[trimmed(std::string_view(line).substr(1, line.size() - 2))];
      outer.clear();
      continue;
    }
    const std::size_t equals = line.find('=');
    if (section == nullptr || equals == std::string::npos) continue;  // as the AWS tools do
    const std::string name = ascii_lower(trimmed(std::string_view(line).substr(0, equals)));
    const std::string value = trimmed(std::string_view(line).substr(equals + 1));
    const bool is_indented = whole[0] == ' ' || whole[0] == '\t';
    if (!is_indented) outer = value.empty() ? name + "." : "";
    (*section)[is_indented ? outer + name : name] = value;
  }
  return sections;
}

/// The values of one profile from both files.
class Profile {
 public:
  /// Throws NotFoundError if a profile was named and is in neither file.
  explicit Profile(const S3Options& options) {
    const std::optional<std::string> chosen = options.profile ? options.profile : variable("AWS_PROFILE");
    name_ = chosen.value_or("default");
    const std::string config = file("AWS_CONFIG_FILE", "config");
    const std::string credentials = file("AWS_SHARED_CREDENTIALS_FILE", "credentials");
    bool is_there = read(config, name_ == "default" ? name_ : "profile " + name_);
    is_there = read(credentials, name_) || is_there;
    if (chosen && !is_there) {
      throw NotFoundError("there is no profile " + shown(name_) + " in '" + config + "' or '" + credentials +
                          "'; set AWS_PROFILE to one that is there, or add it");
    }
  }

  [[nodiscard]] std::optional<std::string> value(const std::string& name) const {
    const auto found = values_.find(name);
    if (found == values_.end() || found->second.empty()) return std::nullopt;
    return found->second;
  }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  static std::string file(const char* override_name, const char* filename) {
    if (const std::optional<std::string> path = variable(override_name)) return *path;
    const std::optional<std::string> home = variable("HOME") ? variable("HOME") : variable("USERPROFILE");
    return home ? *home + "/.aws/" + filename : std::string();
  }

  bool read(const std::string& path, const std::string& section) {
    if (path.empty() || os::info(path).kind == FileKind::missing) return false;
    const os::File opened = os::open_to_read(path);
    std::string text(to_size(opened.info().size), '\0');
    text.resize(opened.read_at(0, reinterpret_cast<std::uint8_t*>(text.data()), text.size()));
    std::map<std::string, Section> sections = ini_sections(text);
    const auto found = sections.find(section);
    if (found == sections.end()) return false;
    for (auto& [name, value] : found->second) values_[name] = std::move(value);  // credentials override config
    return true;
  }

  std::string name_;
  Section values_;
};

struct Settings {
  std::string scheme;  // "https"
  std::string host;    // with its port, unless that is the default of the scheme
  std::string region;
  std::string ca_bundle;  // a file, or empty: the system's
  S3Addressing addressing = S3Addressing::automatic;
  Credentials credentials;
};

inline Credentials credentials_from(const std::optional<std::string>& id, const std::optional<std::string>& secret,
                                    const std::optional<std::string>& token, const std::string& where) {
  if (!id || !secret) {
    throw Error("cannot sign requests to S3: " + where +
                " has an access key id or a secret access key, and not both; " + "set the other too");
  }
  return {*id, *secret, token.value_or("")};
}

inline Credentials find_credentials(const S3Options& options, const Profile& profile) {
  if (options.access_key_id || options.secret_access_key) {
    return credentials_from(options.access_key_id, options.secret_access_key, options.session_token, "S3Options");
  }
  const std::optional<std::string> id = variable("AWS_ACCESS_KEY_ID"), secret = variable("AWS_SECRET_ACCESS_KEY");
  if ((id || secret) && !options.profile)
    return credentials_from(id, secret, variable("AWS_SESSION_TOKEN"), "the environment");
  const std::optional<std::string> its_id = profile.value("aws_access_key_id");
  const std::optional<std::string> its_secret = profile.value("aws_secret_access_key");
  const std::string where = "the profile " + shown(profile.name());
  if (its_id || its_secret) return credentials_from(its_id, its_secret, profile.value("aws_session_token"), where);
  for (const char* const other : {"credential_process", "role_arn", "sso_session", "sso_start_url"}) {
    if (!profile.value(other)) continue;
    throw Error("cannot sign requests to S3: " + where + " has " + other + ", which ERM does not read; run " +
                "'aws configure export-credentials --format env' and set the variables that it prints");
  }
  return {};
}

/// Sets scheme and host from "https://host:9000/". Throws Error for any other text.
inline void set_endpoint(Settings& settings, const std::string& url) {
  const std::size_t colon = url.find("://");
  settings.scheme = ascii_lower(url.substr(0, colon == std::string::npos ? 0 : colon));
  if (settings.scheme != "http" && settings.scheme != "https") {
    throw Error("cannot use the S3 endpoint " + shown(url) + ": give it with its scheme, as in https://s3.example.org");
  }
  settings.host = ascii_lower(url.substr(colon + 3));
  while (!settings.host.empty() && settings.host.back() == '/') settings.host.pop_back();
  // A name and password in a URL would appear in messages. This message does not show them.
  if (settings.host.find('@') != std::string::npos)
    throw Error("cannot use an S3 endpoint that has a user in it; give the access key in S3Options or the environment");
  if (settings.host.empty() || settings.host.find_first_of("/?# ") != std::string::npos)
    throw Error("cannot use the S3 endpoint " + shown(url) + ": it must be a host, with a port where it needs one");
  // The signature includes the host as it is sent, and clients omit the default port of the scheme.
  const std::string own_port = settings.scheme == "https" ? ":443" : ":80";
  if (ends_with(settings.host, own_port)) settings.host.resize(settings.host.size() - own_port.size());
}

inline Settings find_settings(const S3Options& options) {
  const Profile profile(options);
  const auto first_of = [&](const std::optional<std::string>& option, std::initializer_list<const char*> variables,
                            const char* of_profile) {
    if (option && !option->empty()) return option;
    for (const char* const name : variables)
      if (std::optional<std::string> value = variable(name)) return value;
    return profile.value(of_profile);
  };
  Settings settings;
  settings.region = first_of(options.region, {"AWS_REGION", "AWS_DEFAULT_REGION"}, "region").value_or("us-east-1");
  settings.ca_bundle = first_of(options.ca_bundle, {"AWS_CA_BUNDLE"}, "ca_bundle").value_or("");
  settings.addressing = options.addressing;
  if (settings.addressing == S3Addressing::automatic) {
    const std::string style = profile.value("s3.addressing_style").value_or("auto");
    if (style == "path") settings.addressing = S3Addressing::path;
    if (style == "virtual") settings.addressing = S3Addressing::virtual_host;
  }
  std::optional<std::string> endpoint =
      first_of(options.endpoint, {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}, "s3.endpoint_url");
  if (!endpoint) endpoint = profile.value("endpoint_url");
  if (endpoint) {
    set_endpoint(settings, *endpoint);
    if (settings.addressing == S3Addressing::automatic) settings.addressing = S3Addressing::path;
  } else {
    settings.scheme = "https";
    settings.host = "s3." + settings.region + ".amazonaws.com" + (settings.region.rfind("cn-", 0) == 0 ? ".cn" : "");
  }
  settings.credentials = find_credentials(options, profile);
  return settings;
}

/// Whether a bucket's name can be the first label of a host name, also under a certificate for *.host.
inline bool fits_host(std::string_view bucket) {
  if (bucket.size() < 3 || bucket.size() > 63) return false;
  for (const char c : bucket)
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) return false;
  return bucket.front() != '-' && bucket.back() != '-';
}

}  // namespace erm::detail::s3
