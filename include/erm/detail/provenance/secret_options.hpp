// Which options of which programs take a secret, where a name does not say so: -p of mysql, -a of redis-cli, -u of
// curl.
//
//   SecretOptions options;
//   options.pass("mysql");
//   options.attached_at("-pabc");                        // 2: the secret begins behind "-p"
//   password_at("me:abc", false);                        // 3: the password begins behind "me:"
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace erm::detail {

/// How a program is given a secret.
enum class SecretWords : std::uint8_t {
  attached,     // "-pabc"; "-p" alone asks for it
  both,         // also "-p abc"
  after_login,  // the same, of its command "login"
  user,         // "-u me:abc"
  any_user      // also "-a me:abc"
};

struct ProgramWithSecrets {
  std::string_view name, option;
  SecretWords words;
};

inline constexpr ProgramWithSecrets programs_with_secrets[] = {
    {"mysql", "-p", SecretWords::attached},
    {"mysqldump", "-p", SecretWords::attached},
    {"mysqladmin", "-p", SecretWords::attached},
    {"mysqlimport", "-p", SecretWords::attached},
    {"mysqlcheck", "-p", SecretWords::attached},
    {"mysqlshow", "-p", SecretWords::attached},
    {"mariadb", "-p", SecretWords::attached},
    {"mariadb-dump", "-p", SecretWords::attached},
    {"mariadb-admin", "-p", SecretWords::attached},
    {"sshpass", "-p", SecretWords::both},
    {"redis-cli", "-a", SecretWords::both},
    {"7z", "-p", SecretWords::attached},
    {"7za", "-p", SecretWords::attached},
    {"7zz", "-p", SecretWords::attached},
    {"rar", "-p", SecretWords::attached},
    {"unrar", "-p", SecretWords::attached},
    {"zip", "-P", SecretWords::both},
    {"unzip", "-P", SecretWords::both},
    {"ldapsearch", "-w", SecretWords::both},
    {"ldapadd", "-w", SecretWords::both},
    {"ldapmodify", "-w", SecretWords::both},
    {"mongo", "-p", SecretWords::both},
    {"mongosh", "-p", SecretWords::both},
    {"mongodump", "-p", SecretWords::both},
    {"mongorestore", "-p", SecretWords::both},
    {"sqlcmd", "-P", SecretWords::both},
    {"bcp", "-P", SecretWords::both},
    {"docker", "-p", SecretWords::after_login},
    {"podman", "-p", SecretWords::after_login},
    {"nerdctl", "-p", SecretWords::after_login},
    {"buildah", "-p", SecretWords::after_login},
    {"skopeo", "-p", SecretWords::after_login},
    {"helm", "-p", SecretWords::after_login},
    {"az", "-p", SecretWords::after_login},
    {"curl", "", SecretWords::user},
    {"wget", "", SecretWords::user},
    {"http", "", SecretWords::any_user},
    {"https", "", SecretWords::any_user},
};

/// Follows the words of a command line. A program may stand behind others, as in "sudo mysql".
class SecretOptions {
 public:
  /// Tells the next word, which may be the name of a program.
  void pass(std::string_view word) noexcept {
    if (!word.empty() && word[0] == '-') return;  // "-I/usr/include/mysql"
    if (const std::size_t slash = word.rfind('/'); slash != std::string_view::npos) word.remove_prefix(slash + 1);
    for (const ProgramWithSecrets& program : programs_with_secrets)
      if (program.name == word) program_ = &program;
    has_login_ = has_login_ || word == "login";
  }
  /// The command ends: what follows is another.
  void end_command() noexcept { *this = SecretOptions(); }

  /// Whether the word behind the option is a secret.
  [[nodiscard]] bool precedes(std::string_view option) const noexcept {
    return takes_secret() && program_->words != SecretWords::attached && option == program_->option;
  }
  /// Where the secret begins in an option such as "-pabc", or 0.
  [[nodiscard]] std::size_t attached_at(std::string_view option) const noexcept {
    return takes_secret() && option.size() > 2 && option.substr(0, 2) == program_->option ? 2 : 0;
  }
  /// Whether the word behind the option is "user:password". For containers -u is "user:group".
  [[nodiscard]] bool precedes_user(std::string_view option) const noexcept {
    if (option == "--proxy-user" || (option == "-U" && is_web())) return true;
    if (option == "-a") return program_ != nullptr && program_->words == SecretWords::any_user;
    if (option != "-u" && option != "--user") return false;
    return program_ == nullptr || program_->words != SecretWords::after_login;
  }
  /// The same in one word: "-ume:abc".
  [[nodiscard]] bool begins_user(std::string_view option) const noexcept {
    return is_web() && option.size() > 2 && option.substr(0, 2) == "-u";
  }
  /// Whether digits behind the colon are a password, and not the number of a port or a group.
  [[nodiscard]] bool is_web() const noexcept {
    return program_ != nullptr && (program_->words == SecretWords::user || program_->words == SecretWords::any_user);
  }

 private:
  [[nodiscard]] bool takes_secret() const noexcept {
    return program_ != nullptr && !is_web() && (program_->words != SecretWords::after_login || has_login_);
  }

  const ProgramWithSecrets* program_ = nullptr;
  bool has_login_ = false;
};

/// Where the password begins in "user:password", or 0: not in a URL, a path, a time or a pair of numbers, which -u and
/// --user take elsewhere.
inline std::size_t password_at(std::string_view word, bool may_be_digits) noexcept {
  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == word.size() || word[colon + 1] == '/') return 0;
  if (word.substr(0, colon).find('/') != std::string_view::npos) return 0;
  const std::string_view password = word.substr(colon + 1);
  const bool is_number =
      std::all_of(password.begin(), password.end(), [](char c) { return (c >= '0' && c <= '9') || c == ':'; });
  return is_number && !may_be_digits ? 0 : colon + 1;
}

/// Whether a word behind the bare name of a secret is one, and not the next word of a sentence: "password hunter2", but
/// "password prompt".
inline bool looks_random(std::string_view word) noexcept {
  while (!word.empty() && (word.back() == '.' || word.back() == ',' || word.back() == ';')) word.remove_suffix(1);
  bool has_other = false, has_lower = false, has_upper_inside = false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const bool lower = word[i] >= 'a' && word[i] <= 'z', upper = word[i] >= 'A' && word[i] <= 'Z';
    has_lower = has_lower || lower;
    has_upper_inside = has_upper_inside || (upper && i > 0);
    has_other = has_other || (!lower && !upper && word[i] != '-' && word[i] != '\'');
  }
  return has_other || (has_lower && has_upper_inside);
}

}  // namespace erm::detail
