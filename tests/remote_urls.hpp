// Addresses of git repositories, and what is kept of each: at the build (CMake) and at run time (C++) alike.
#pragma once

namespace erm_test {

struct RemoteUrl {
  const char* given;
  const char* kept;
};

inline constexpr RemoteUrl remote_urls[] = {
    {"https://example.org/a/b.git", "https://example.org/a/b.git"},
    {"https://ann@example.org/a/b.git", "https://example.org/a/b.git"},
    {"https://ann:s3cret@example.org/a/b.git", "https://example.org/a/b.git"},
    {"https://ghp_s3cret@example.org:8443/a/b.git", "https://example.org:8443/a/b.git"},
    {"https://ann:s3c@ret@example.org/a/b.git", "https://example.org/a/b.git"},
    {"https://ann:s3c/ret@example.org/a/b.git", "https://example.org/a/b.git"},
    {"https://example.org/@scope/b.git", "https://example.org/@scope/b.git"},
    {"https://example.org:8443/@scope/b.git", "https://example.org:8443/@scope/b.git"},
    {"https://example.org/b.git?access_token=s3cret", "https://example.org/b.git"},
    {"https://example.org/b.git#s3cret", "https://example.org/b.git"},
    {"https://ann:s3cret@[::1]:8443/b.git", "https://[::1]:8443/b.git"},
    {"HTTPS://ann:s3cret@example.org/b.git", "HTTPS://example.org/b.git"},
    {"persistent-https::https://ann:s3cret@example.org/b.git", "persistent-https::https://example.org/b.git"},
    {"https://oauth2:s3cret@example.org", "https://example.org"},
    {"git@example.org:a/b.git", "git@example.org:a/b.git"},
    {"ssh://git@example.org/a/b.git", "ssh://git@example.org/a/b.git"},
    {"ssh://git@example.org:2222/a/b.git", "ssh://git@example.org:2222/a/b.git"},
    {"ssh://git:s3cret@example.org:2222/a/b.git", "ssh://git@example.org:2222/a/b.git"},
    {"git+ssh://git:s3@cret@example.org/b.git", "git+ssh://git@example.org/b.git"},
    {"/srv/git/b.git", "/srv/git/b.git"},
    {"file:///srv/git/b.git", "file:///srv/git/b.git"},
    {"../b.git", "../b.git"},
    {"C:/git/b.git", "C:/git/b.git"},
};

}  // namespace erm_test
