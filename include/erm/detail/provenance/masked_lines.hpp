// Masks secrets in a text that comes line by line, as a program's output does. A private key in PEM form has many lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "erm/detail/provenance/secrets.hpp"

namespace erm::detail {

/// Whether masked_text() may find something in the line. Most lines have none of these, and are not searched further.
inline bool may_hold_secret(std::string_view line) noexcept {
  static constexpr std::string_view parts[] = {
      "pass",  "secret", "cred", "key",   "token",  "auth",   "jwt",  "bearer", "cookie", "psk",     "otp",
      "webhook", "pwd",  "pw",   "sas",   "sig",    "dsn",    "pat",  "basic",  "akia",   "asia",    "ghp_",
      "gho_",  "ghu_",   "ghs_", "ghr_",  "github", "glpat",  "hf_",  "sk-",    "sk_",    "rk_",     "xox",
      "aiza",  "ya29",   "npm_", "pypi",  "dop_",   "eyj",    "-----", "mysql", "maria",  "redis",   "7z",
      "rar",   "zip",    "ldap", "mongo", "sqlcmd", "bcp",    "docker", "podman", "nerdctl", "buildah", "skopeo",
      "helm",  "az",     "curl", "wget",  "http"};
  // A bit for each pair of letters with which one of them begins.
  struct Pairs {
    std::uint64_t bits[1024] = {};
    Pairs() noexcept {
      for (const std::string_view part : parts) {
        const std::size_t pair = number(part[0], part[1]);
        bits[pair / 64] |= std::uint64_t{1} << pair % 64;
      }
    }
    static std::size_t number(char a, char b) noexcept {
      const auto lower = [](char c) { return static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c + 32 : c); };
      return static_cast<std::size_t>(lower(a)) * 256 + lower(b);
    }
  };
  static const Pairs pairs;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '@') return true;
    if (i + 1 == line.size()) break;
    const std::size_t pair = Pairs::number(line[i], line[i + 1]);
    if ((pairs.bits[pair / 64] >> pair % 64 & 1) == 0) continue;
    for (const std::string_view part : parts) {
      std::size_t same = 0;
      while (same < part.size() && i + same < line.size() &&
             Pairs::number(line[i + same], ' ') == Pairs::number(part[same], ' '))
        ++same;
      if (same == part.size()) return true;
    }
  }
  return false;
}

class LineMasker {
 public:
  /// The line without its secrets. `line` has no line break.
  std::string masked(std::string_view line) {
    constexpr std::string_view end = "-----END ";
    if (key_lines_ > 0) {
      --key_lines_;
      if (line.find(end) != std::string_view::npos) key_lines_ = 0;
      return std::string(secret_mask);
    }
    if (!may_hold_secret(line)) return std::string(line);
    const std::size_t begin = line.find("-----BEGIN ");
    if (begin != std::string_view::npos && line.find("PRIVATE KEY") != std::string_view::npos &&
        line.find(end, begin) == std::string_view::npos)
      key_lines_ = 200;  // longer than any key
    return masked_text(line);
  }

 private:
  int key_lines_ = 0;
};

}  // namespace erm::detail
