// Keeps secrets out of a run: recognises them in command lines, environment variables and compiler flags by their
// names, and by the forms of tokens. Masks in case of doubt.
//
//   masked_arguments({"--token=abc", "--password", "x", "--lr", "0.1"});   // --token=*** --password *** --lr 0.1
//   masked_text("https://user:pw@host/x?sig=abc");                         // https://***@host/x?sig=***
//   names_a_secret("AWS_SECRET_ACCESS_KEY");                               // true
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/provenance/secret_options.hpp"

namespace erm::detail {

inline constexpr std::string_view secret_mask = "***";

inline bool is_ascii_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
inline bool is_ascii_digit(char c) noexcept { return c >= '0' && c <= '9'; }
inline bool is_ascii_alnum(char c) noexcept { return is_ascii_letter(c) || is_ascii_digit(c); }

template <std::size_t Count>
bool is_listed(std::string_view text, const std::string_view (&words)[Count]) noexcept {
  return std::find(words, words + Count, text) != words + Count;
}

/// The words of "--hfToken", "HF_TOKEN" or "hf.token", in lower case.
inline std::vector<std::string> words_of_name(std::string_view name) {
  std::vector<std::string> words;
  bool begins = true;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (!is_ascii_alnum(c)) {
      begins = true;
      continue;
    }
    const bool is_upper = c >= 'A' && c <= 'Z';
    const bool after_lower = i > 0 && name[i - 1] >= 'a' && name[i - 1] <= 'z';
    if (begins || (is_upper && after_lower)) words.emplace_back();
    words.back() += is_upper ? static_cast<char>(c + 32) : c;
    begins = false;
  }
  return words;
}

/// Whether a secret may have this name, as an option, a variable or a key. Names that are common in training
/// ("--max-tokens", "--tokenizer", "--eos-token", "--sort-key") are not secrets.
inline bool names_a_secret(std::string_view name) {
  const std::vector<std::string> words = words_of_name(name);
  if (words.empty() || name == "PWD" || name == "OLDPWD") return false;  // the shell's working directories
  static constexpr std::string_view places[] = {"file", "path", "dir", "stdin", "prompt"};  // "--password-file x"
  if (words.size() > 1 && is_listed(words.back(), places)) return false;
  std::string squashed;
  for (const std::string& word : words) squashed += word;
  static constexpr std::string_view anywhere[] = {"password",   "passwd",     "passphrase", "passcode",
                                                  "secret",     "credential", "apikey",     "accesskey",
                                                  "accountkey", "privatekey", "authkey",    "sshkey"};
  for (const std::string_view part : anywhere)
    if (squashed.find(part) != std::string::npos) return true;

  static constexpr std::string_view any_word[] = {"jwt", "bearer", "cookie", "cookies", "psk", "otp", "webhook"};
  for (const std::string& word : words)
    if (is_listed(word, any_word)) return true;

  static constexpr std::string_view details[] = {"id", "value", "string", "text", "base64", "b64", "data"};
  std::size_t end = words.size();
  while (end > 1 && is_listed(words[end - 1], details)) --end;
  const std::string& last = words[end - 1];
  const std::string_view before = end > 1 ? std::string_view(words[end - 2]) : std::string_view();
  static constexpr std::string_view at_the_end[] = {"pass", "pwd", "pw",  "auth",      "authorization", "creds",
                                                    "cred", "sas", "sig", "signature", "dsn",           "pat"};
  if (is_listed(last, at_the_end)) return true;
  static constexpr std::string_view of_text[] = {"eos", "bos", "pad", "mask", "unk", "sep", "cls", "stop", "image"};
  if (last == "token") return !is_listed(before, of_text);
  if (last.size() > 5 && last.compare(last.size() - 5, 5, "token") == 0) return true;  // "hftoken"
  static constexpr std::string_view of_records[] = {"sort",   "group",  "primary", "partition", "image", "label",
                                                    "metric", "column", "field",   "feature",   "target"};
  return last == "key" && !is_listed(before, of_records);
}

/// Whether the value of an option says only how a program authenticates: "--auth none".
inline bool is_way_to_authenticate(std::string_view name, std::string_view value) {
  static constexpr std::string_view ways[] = {"none", "true",   "false",    "yes",   "no",     "on",  "off",
                                              "auto", "basic",  "digest",   "ntlm",  "bearer", "iam", "sso",
                                              "ldap", "oauth2", "kerberos", "oauth", "saml",   "0",   "1"};
  const std::vector<std::string> words = words_of_name(name);
  return !words.empty() && words.back() == "auth" && is_listed(value, ways);
}

/// Whether the word behind the bare name is a secret: "password abc". Other names of secrets are ordinary words.
inline bool is_plainly_secret(std::string_view name) {
  const std::vector<std::string> words = words_of_name(name);
  static constexpr std::string_view last[] = {"password", "passwd", "passphrase", "token", "apikey", "secret"};
  if (words.empty() || !names_a_secret(name)) return false;
  if (is_listed(words.back(), last)) return true;
  return words.size() > 1 && words.back() == "key" &&
         (words[words.size() - 2] == "api" || words[words.size() - 2] == "access" ||
          words[words.size() - 2] == "secret");
}

/// The size of a token of a known form at the start of `text`, or 0. `in_word`: a letter or digit precedes it.
inline std::size_t known_token_size(std::string_view text, bool in_word = false) noexcept {
  struct Form {
    std::string_view begin;
    std::size_t at_least;      // characters after the beginning
    std::string_view further;  // characters that it may contain in addition to letters and digits
    bool may_be_name;          // such as "sk-learn-...": only a token has a digit and begins a word
  };
  static constexpr Form forms[] = {
      {"AKIA", 16, "", false},     {"ASIA", 16, "", false},         {"ghp_", 20, "", false},
      {"gho_", 20, "", false},     {"ghu_", 20, "", false},         {"ghs_", 20, "", false},
      {"ghr_", 20, "", false},     {"github_pat_", 20, "_", false}, {"glpat-", 16, "-_.", false},
      {"hf_", 20, "", true},       {"sk-", 20, "-_", true},         {"sk_live_", 10, "", false},
      {"rk_live_", 10, "", false}, {"xoxb-", 10, "-", false},       {"xoxp-", 10, "-", false},
      {"xoxa-", 10, "-", false},   {"xoxr-", 10, "-", false},       {"xoxs-", 10, "-", false},
      {"AIza", 30, "-_", false},   {"ya29.", 20, "-_", false},      {"npm_", 30, "", true},
      {"pypi-", 30, "-_", false},  {"dop_v1_", 30, "", false},      {"eyJ", 20, "-_.", true},
  };
  constexpr std::string_view begins = "Adeghnprsxy-";
  if (text.empty() || begins.find(text.front()) == std::string_view::npos) return 0;
  for (const Form& form : forms) {
    if (text.substr(0, form.begin.size()) != form.begin || (in_word && form.may_be_name)) continue;
    std::size_t end = form.begin.size();
    bool has_digit = false;
    for (; end < text.size() && (is_ascii_alnum(text[end]) || form.further.find(text[end]) != std::string_view::npos);
         ++end)
      has_digit = has_digit || is_ascii_digit(text[end]);
    if (end >= form.begin.size() + form.at_least && (has_digit || !form.may_be_name)) return end;
  }
  constexpr std::string_view pem = "-----BEGIN ", pem_end = "-----END ";
  if (text.substr(0, pem.size()) != pem || text.substr(0, 64).find("PRIVATE KEY") == std::string_view::npos) return 0;
  const std::size_t end = text.find(pem_end);
  if (end == std::string_view::npos) return text.size();
  return (std::min)(text.find("-----", end + pem_end.size()), text.size() - 5) + 5;
}

/// The size of "user:password@" after the "://" of a URL, or 0. A user name alone, as in ssh://git@host, counts as a
/// secret only in a web URL.
inline std::size_t url_credentials_size(std::string_view rest, bool name_alone_is_secret) noexcept {
  rest = rest.substr(0, rest.find_first_of(" \t\r\n\"'<>"));
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos) {
    // A password may contain '/': then the text after the colon is not a port.
    const std::size_t colon = authority.find(':');
    const bool is_port =
        colon == std::string_view::npos ||
        std::all_of(authority.begin() + static_cast<std::ptrdiff_t>(colon) + 1, authority.end(), is_ascii_digit);
    at = is_port ? std::string_view::npos : rest.rfind('@');
    if (at == std::string_view::npos) return 0;
  }
  return name_alone_is_secret || rest.substr(0, at).find(':') != std::string_view::npos ? at + 1 : 0;
}

/// Copies a text without the secrets in it.
class SecretMasker {
 public:
  static std::string masked(std::string_view text, bool tokens_only) {
    SecretMasker masker(text, tokens_only);
    while (masker.at_ < text.size()) masker.step();
    return std::move(masker.out_);
  }

 private:
  SecretMasker(std::string_view text, bool tokens_only) : text_(text), tokens_only_(tokens_only) {}

  [[nodiscard]] char ahead(std::size_t position) const { return position < text_.size() ? text_[position] : '\0'; }
  void copy_to(std::size_t end) {
    out_ += text_.substr(at_, end - at_);
    at_ = end;
  }
  void mask_to(std::size_t end) {
    if (end > at_) out_ += secret_mask;
    at_ = end;
  }

  void step() {
    if (const std::size_t size = known_token_size(text_.substr(at_)); size > 0) return mask_to(at_ + size);
    std::size_t end = at_;
    while (end < text_.size() &&
           (is_ascii_alnum(text_[end]) || text_[end] == '_' || text_[end] == '-' || text_[end] == '.'))
      ++end;
    if (end == at_) {
      if (std::string_view(";|&\n").find(text_[at_]) != std::string_view::npos) options_.end_command();
      if (std::string_view(" \t\n\"'`(;|&").find(text_[at_]) != std::string_view::npos) word_begin_ = at_ + 1;
      return copy_to(at_ + 1);
    }
    const std::string_view word = text_.substr(at_, end - at_);
    if (text_.substr(end, 3) == "://") return url(end, word);
    if (!tokens_only_ && by_name(word, end)) return;
    for (std::size_t i = at_ + 1; i < end; ++i) {
      if (const std::size_t size = known_token_size(text_.substr(i), is_ascii_alnum(text_[i - 1])); size > 0) {
        copy_to(i);
        return mask_to(i + size);
      }
    }
    copy_to(end);
  }

  /// Whether the word marks the text after it as a secret, which is then masked.
  bool by_name(std::string_view word, std::size_t end) {
    if (word == "Bearer" || (word == "Basic" && begins_value())) {
      copy_to(end);
      behind_scheme();
      return true;
    }
    std::size_t sign = end;
    while (ahead(sign) == '"' || ahead(sign) == '\'' || ahead(sign) == ' ' || ahead(sign) == '\\') ++sign;
    if ((ahead(sign) == '=' || ahead(sign) == ':') && names_a_secret(word)) {
      const std::size_t begin = (std::min)(text_.find_first_not_of(' ', sign + 1), text_.size());
      const bool is_quoted = ahead(begin) == '"' || ahead(begin) == '\'';
      const std::string_view rest = text_.substr((std::min)(begin + (is_quoted ? 1U : 0U), text_.size()));
      const std::string_view ends = is_quoted ? "\"'" : text_[sign] == ':' ? "\"',;}\r\n" : "\"'&;, \t)}\r\n";
      if (is_way_to_authenticate(word, rest.substr(0, rest.find_first_of(ends)))) return false;
      value(sign, ends_with_cookie(word));
      return true;
    }
    if (ahead(end) == '=' && options_.precedes_user(word) && user_word(end + 1)) return true;
    if (by_option(word, end)) return true;
    if (text_[word_begin_] != '-') options_.pass(word);
    return ahead(end) == ':' && user_and_password(end);
  }

  static bool ends_with_cookie(std::string_view word) {
    return word.size() >= 6 && (word.substr(word.size() - 5) == "ookie" || word.substr(word.size() - 5) == "OOKIE");
  }

  /// Masks what an option of a command line says: "--token abc", "-u me:abc", "mysql -pabc". Also "password abc".
  bool by_option(std::string_view word, std::size_t end) {
    if (at_ > 0 && std::string_view(" \t\n\"'`(;|&").find(text_[at_ - 1]) == std::string_view::npos) return false;
    const bool is_option = word.size() > 1 && word[0] == '-';
    if (is_option && options_.attached_at(word) > 0) {
      copy_to(at_ + options_.attached_at(word));
      mask_to(end_of_word(at_));
      return true;
    }
    if (is_option && options_.begins_user(word)) return user_word(at_ + 2);
    if (ahead(end) != ' ' && ahead(end) != '\t') return false;
    std::size_t next = end;
    while (ahead(next) == ' ' || ahead(next) == '\t') ++next;
    if (next == text_.size()) return false;
    if (is_option && options_.precedes_user(word)) return user_word(next);
    const bool is_quoted = ahead(next) == '"' || ahead(next) == '\'';
    const std::string_view rest = text_.substr(next, end_of_word(next) - next);
    if (is_option ? !options_.precedes(word) && !names_a_secret(word) : !is_plainly_secret(word)) return false;
    if (!is_quoted && (rest.empty() || is_option_word(rest))) return false;
    if (is_option && is_way_to_authenticate(word, rest)) return false;
    const bool is_whole_text = at_ == 0 && end_of_word(next) == text_.size();
    if (!is_option && !is_quoted && !is_whole_text && !looks_random(rest)) return false;
    copy_to(next);
    if (!is_quoted) {
      mask_to(end_of_word(next));
      return true;
    }
    const char quote = text_[next];
    copy_to(next + 1);
    std::size_t close = at_;
    while (close < text_.size() && text_[close] != quote) close += text_[close] == '\\' && quote == '"' ? 2U : 1U;
    mask_to((std::min)(close, text_.size()));
    return true;
  }

  static bool is_option_word(std::string_view word) {
    if (word.size() < 2 || word[0] != '-') return false;
    return word[1] == '-' ? word.size() > 2 && is_ascii_letter(word[2]) : word.size() == 2 && is_ascii_letter(word[1]);
  }

  [[nodiscard]] std::size_t end_of_word(std::size_t begin) const {
    return (std::min)(text_.find_first_of(" \t\r\n\"'`;|)", begin), text_.size());
  }

  /// "me:abc" at `begin`, which may be quoted.
  bool user_word(std::size_t begin) {
    if (ahead(begin) == '"' || ahead(begin) == '\'') ++begin;
    const std::size_t end = end_of_word(begin);
    const std::size_t password = password_at(text_.substr(begin, end - begin), options_.is_web());
    if (password == 0) return false;
    copy_to(begin + password);
    mask_to(end);
    return true;
  }

  /// Whether nothing was copied yet, or the copied text ends before a value: "Authorization: ".
  [[nodiscard]] bool begins_value() const {
    const std::size_t last = out_.find_last_not_of(' ');
    return last == std::string::npos || std::string_view(":=\"'").find(out_[last]) != std::string_view::npos;
  }

  void url(std::size_t end, std::string_view scheme) {
    copy_to(end + 3);
    const bool is_web = scheme == "http" || scheme == "https";
    if (const std::size_t size = url_credentials_size(text_.substr(at_), is_web); size > 0) {
      mask_to(at_ + size - 1);
      copy_to(at_ + 1);
    }
  }

  /// "Bearer abc"
  void behind_scheme() {
    std::size_t begin = at_;
    while (ahead(begin) == ' ') ++begin;
    if (begin == at_) return;
    copy_to(begin);
    mask_to((std::min)(text_.find_first_of(" \"',;", at_), text_.size()));
  }

  /// The value after the sign in `password="a b"`, `token=abc&...` or `"api_key": "abc", ...`.
  void value(std::size_t sign, bool is_cookie) {
    const bool is_colon = text_[sign] == ':';
    std::size_t begin = sign + 1;
    while (ahead(begin) == ' ') ++begin;
    std::size_t escapes = 0;
    while (ahead(begin + escapes) == '\\') ++escapes;
    const char quote = ahead(begin + escapes);
    if (escapes > 0 && (quote == '"' || quote == '\'')) return escaped_value(begin + escapes, escapes);
    if (quote == '"' || quote == '\'') {
      copy_to(begin + 1);
      std::size_t end = at_;
      while (end < text_.size() && text_[end] != quote) end += text_[end] == '\\' ? 2U : 1U;
      return mask_to((std::min)(end, text_.size()));
    }
    copy_to(begin);
    if (is_cookie) return mask_to((std::min)(text_.find_first_of("\"'\r\n", at_), text_.size()));
    mask_to((std::min)(text_.find_first_of(is_colon ? "\"',;}\r\n" : "\"'&;, \t)}\r\n", at_), text_.size()));
  }

  /// The value in {\"token\": \"abc\"}, which ends with a quote behind as many escapes or fewer.
  void escaped_value(std::size_t quote, std::size_t escapes) {
    copy_to(quote + 1);
    std::size_t run = 0;
    for (std::size_t end = at_; end < text_.size(); ++end) {
      if (text_[end] == text_[quote] && run <= escapes) return mask_to(end - run);
      run = text_[end] == '\\' ? run + 1 : 0;
    }
    mask_to(text_.size());
  }

  /// Masks the password of "user:password@host". False if the text is something else.
  bool user_and_password(std::size_t colon) {
    const std::size_t at = text_.find_first_of("@/ \t\"'", colon + 1);
    if (at == std::string_view::npos || at == colon + 1 || text_[at] != '@' || !is_ascii_alnum(ahead(at + 1)))
      return false;
    if (text_.substr(at + 1, 7) == "sha256:") return false;  // a container image: name:tag@sha256:...
    copy_to(colon + 1);
    mask_to(at);
    return true;
  }

  std::string_view text_;
  bool tokens_only_;
  std::size_t at_ = 0;
  std::size_t word_begin_ = 0;  // of the word of a command line in which at_ is
  std::string out_;
  SecretOptions options_;
};

inline std::string masked_text(std::string_view text) { return SecretMasker::masked(text, false); }

/// For source code, in which names say nothing about secrets: masks tokens of known forms, and user names and passwords
/// in URLs.
inline std::string without_tokens(std::string_view text) { return SecretMasker::masked(text, true); }

/// The arguments of a program without the secrets in them. `further` are options with secrets, such as "-p" or
/// "--licence", in addition to those that are recognised by name.
inline std::vector<std::string> masked_arguments(const std::vector<std::string>& arguments,
                                                 const std::vector<std::string>& further = {}) {
  const auto is_secret = [&](std::string_view name) {
    if (std::find(further.begin(), further.end(), name) != further.end()) return true;
    return name.find_first_of(" \t\"'/") == std::string_view::npos && names_a_secret(name);
  };
  const auto is_option = [](std::string_view argument) {
    return argument.size() > 1 && argument[0] == '-' &&
           (argument[1] == '-' ? argument.size() > 2 && is_ascii_letter(argument[2])
                               : argument.size() == 2 && is_ascii_letter(argument[1]));
  };
  std::vector<std::string> out;
  SecretOptions options;
  bool next_is_secret = false, next_is_user = false;
  std::string_view before;  // the argument before
  for (const std::string& argument : arguments) {
    const std::string_view option = std::exchange(before, argument);
    if (next_is_secret && !is_option(argument) && !is_way_to_authenticate(option, argument)) {
      out.emplace_back(secret_mask);
      next_is_secret = false;
      continue;
    }
    const bool begins_user = options.begins_user(argument);
    if (next_is_user || begins_user) {
      const std::size_t begin = begins_user ? 2 : 0;
      const std::size_t password = password_at(std::string_view(argument).substr(begin), options.is_web());
      next_is_user = false;
      if (password > 0) {
        out.push_back(argument.substr(0, begin + password) + std::string(secret_mask));
        continue;
      }
    }
    next_is_secret = false;
    next_is_user = options.precedes_user(argument);
    options.pass(argument);
    const std::size_t sign = argument.find_first_of("=:");
    std::string_view name = std::string_view(argument).substr(0, sign);
    if (!name.empty() && name.front() == '/') name.remove_prefix(1);          // "/password:x"
    if (name.size() > 2 && name.substr(0, 2) == "-D") name.remove_prefix(2);  // an option of a compiler
    if (sign != std::string::npos && argument.compare(sign, 3, "://") != 0 && is_secret(name) &&
        !is_way_to_authenticate(name, std::string_view(argument).substr(sign + 1))) {
      out.push_back(argument.substr(0, sign + 1) + std::string(secret_mask));
      continue;
    }
    // "-pXXX": only if "-p" was named, because one letter may mean anything.
    const auto attached = std::find_if(further.begin(), further.end(), [&](const std::string& one) {
      return one.size() == 2 && one[0] == '-' && argument.size() > 2 && argument.compare(0, 2, one) == 0;
    });
    if (attached != further.end()) {
      out.push_back(*attached + std::string(secret_mask));
      continue;
    }
    if (const std::size_t begin = options.attached_at(argument); begin > 0) {
      out.push_back(argument.substr(0, begin) + std::string(secret_mask));
      continue;
    }
    const bool may_precede = sign == std::string::npos && argument.size() > 1;
    next_is_secret = may_precede && (argument[0] == '-' ? is_secret(argument) || options.precedes(argument)
                                                        : is_plainly_secret(argument) &&
                                                              argument.find_first_of(" \t\"'/") == std::string::npos);
    out.push_back(next_is_secret ? argument : masked_text(argument));
  }
  return out;
}

}  // namespace erm::detail
