// The endpoint and the credentials of S3 requests: from S3Options, then the environment, then the files of the AWS
// tools.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/s3/profile.hpp"
#include "erm/detail/s3/signature.hpp"
#include "erm/error.hpp"
#include "erm/s3_options.hpp"

namespace erm::detail::s3 {

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

/// AWS's host for a region.
inline std::string host_of_aws(const std::string& region) {
  return "s3." + region + ".amazonaws.com" + (region.rfind("cn-", 0) == 0 ? ".cn" : "");
}

/// The endpoint's URL; none for AWS. The order is that of the AWS tools.
inline std::optional<std::string> find_endpoint(const S3Options& options, const Profile& profile) {
  if (options.endpoint && !options.endpoint->empty()) return options.endpoint;
  std::optional<std::string> ignored = variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
  if (!ignored) ignored = profile.value("ignore_configured_endpoint_urls");
  if (ignored && ascii_lower(*ignored) == "true") return std::nullopt;
  for (const char* const name : {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"})
    if (std::optional<std::string> url = variable(name)) return url;
  return profile.endpoint();
}

/// Throws Error if a field of S3Options that becomes a header of requests holds what a header cannot.
inline void check_headers(const S3Options& options) {
  const auto expect_word = [](const char* field, const std::optional<std::string>& value) {
    if (!value) return;
    bool is_plain = !value->empty() && value->size() <= 2048;
    for (const char c : *value) is_plain = is_plain && c > ' ' && c < 0x7F;
    if (!is_plain) {
      throw Error("cannot use " + shown(*value) + " as S3Options::" + field +
                  ": it must be one word of visible ASCII characters; leave it out for the bucket's own setting");
    }
  };
  expect_word("encryption", options.encryption);
  expect_word("kms_key_id", options.kms_key_id);
  expect_word("acl", options.acl);
  expect_word("storage_class", options.storage_class);
  if (options.kms_key_id && (!options.encryption || options.encryption->rfind("aws:kms", 0) != 0))
    throw Error("S3Options::kms_key_id needs S3Options::encryption \"aws:kms\" or \"aws:kms:dsse\"; set it too");
  if (options.storage_class && (*options.storage_class == "GLACIER" || *options.storage_class == "DEEP_ARCHIVE")) {
    throw Error("S3Options::storage_class cannot be " + *options.storage_class +
                ": such objects cannot be read at once; let a lifecycle rule of the bucket archive old runs");
  }
}

inline Settings find_settings(const S3Options& options) {
  check_headers(options);
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
  if (const std::optional<std::string> endpoint = find_endpoint(options, profile)) {
    set_endpoint(settings, *endpoint);
    if (settings.addressing == S3Addressing::automatic) settings.addressing = S3Addressing::path;
  } else {
    settings.scheme = "https";
    settings.host = host_of_aws(settings.region);
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
