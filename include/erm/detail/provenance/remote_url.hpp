// The address of a git repository, fit to be kept: without the names and passwords that may be in it.
//
//   remote_without_credentials("https://ann:s3cret@host/x.git");   // "https://host/x.git"
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace erm::detail {

/// Of ssh the user is a part of the address and stays, a password does not. docs/packaging/record-build-step.cmake has
/// the same rules.
inline std::string remote_without_credentials(std::string_view url) {
  const std::size_t mark = url.find("://");
  if (mark == std::string_view::npos) return std::string(url);
  const std::string_view scheme = url.substr(0, mark);
  std::string_view rest = url.substr(mark + 3);
  const auto server_of = [](std::string_view text) { return text.substr(0, text.find_first_of("/?#")); };
  std::string server(server_of(rest));
  const std::size_t colon = server.find(':');
  const bool is_port = colon == std::string::npos || colon + 1 == server.size() ||
                       (server[colon + 1] >= '0' && server[colon + 1] <= '9') || server.find(']') != std::string::npos;
  if (server.find('@') == std::string::npos && !is_port && rest.find('@') != std::string_view::npos) {
    rest.remove_prefix(rest.rfind('@') + 1);  // a password that holds a slash
    server = std::string(server_of(rest));
    rest.remove_prefix(server.size());
  } else {
    rest.remove_prefix(server.size());
    const std::size_t at = server.rfind('@');
    const std::size_t password = server.find(':');
    if (at != std::string::npos && scheme.find("ssh") == std::string_view::npos)
      server.erase(0, at + 1);
    else if (at != std::string::npos && password < at)
      server.erase(password, at - password);
  }
  return std::string(scheme) + "://" + server + std::string(rest.substr(0, rest.find_first_of("?#")));
}

}  // namespace erm::detail
