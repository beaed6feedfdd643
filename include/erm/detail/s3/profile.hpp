// The profile of the AWS tools: one section of ~/.aws/config, the services section that it names, and its section of
// ~/.aws/credentials.
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

/// "profile lab" for each of ` profile  lab `, `profile "lab"` and `profile 'lab'`.
inline std::string section_name(std::string_view text) {
  const std::string whole = trimmed(text);
  const std::size_t space = whole.find_first_of(" \t");
  if (space == std::string::npos) return whole;
  std::string name = trimmed(std::string_view(whole).substr(space));
  if (name.size() > 1 && (name[0] == '"' || name[0] == '\'') && name.back() == name[0])
    name = name.substr(1, name.size() - 2);
  return whole.substr(0, space) + " " + name;
}

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
      section = &sections[section_name(std::string_view(line).substr(1, line.size() - 2))];
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
    std::map<std::string, Section> sections = sections_of(config);
    // Where both are there, the AWS tools prefer "profile default".
    bool is_there = add(sections, "profile " + name_) || (name_ == "default" && add(sections, name_));
    if (const std::optional<std::string> services = value("services")) {
      const auto found = sections.find("services " + *services);
      if (found == sections.end()) {
        throw NotFoundError("the profile " + shown(name_) + " names the services " + shown(*services) + ", but '" +
                            config + "' has no section [services " + repaired_utf8(*services) +
                            "]; add it, or correct the name");
      }
      services_ = std::move(found->second);
    }
    sections = sections_of(credentials);
    is_there = add(sections, name_) || is_there;  // credentials override config
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
  /// The URL for S3: from the services section, then from the profile.
  [[nodiscard]] std::optional<std::string> endpoint() const {
    if (const auto found = services_.find("s3.endpoint_url"); found != services_.end() && !found->second.empty())
      return found->second;
    if (std::optional<std::string> nested = value("s3.endpoint_url")) return nested;
    return value("endpoint_url");
  }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  static std::string file(const char* override_name, const char* filename) {
    const std::optional<std::string> home = variable("HOME") ? variable("HOME") : variable("USERPROFILE");
    if (const std::optional<std::string> path = variable(override_name))
      return home && path->rfind("~/", 0) == 0 ? *home + path->substr(1) : *path;
    return home ? *home + "/.aws/" + filename : std::string();
  }

  static std::map<std::string, Section> sections_of(const std::string& path) {
    if (path.empty() || os::info(path).kind == FileKind::missing) return {};
    const os::File opened = os::open_to_read(path);
    std::string text(to_size(opened.info().size), '\0');
    text.resize(opened.read_at(0, reinterpret_cast<std::uint8_t*>(text.data()), text.size()));
    return ini_sections(text);
  }

  bool add(std::map<std::string, Section>& sections, const std::string& name) {
    const auto found = sections.find(name);
    if (found == sections.end()) return false;
    for (auto& [key, value] : found->second) values_[key] = std::move(value);
    return true;
  }

  std::string name_;
  Section values_;
  Section services_;
};

}  // namespace erm::detail::s3
