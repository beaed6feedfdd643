#include "erm/detail/provenance/secrets.hpp"

#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"

namespace secrets_test {

namespace {

using erm::detail::masked_arguments;
using erm::detail::masked_text;
using erm::detail::names_a_secret;
using erm::detail::without_tokens;
using Arguments = std::vector<std::string>;

}  // namespace

TEST_CASE("Names of secrets are recognised in every spelling") {
  for (const char* const name : {"--token",
                                 "--hf-token",
                                 "HF_TOKEN",
                                 "hfToken",
                                 "--hftoken",
                                 "trainer.hub_token",
                                 "--password",
                                 "db_password",
                                 "MYSQL_PWD",
                                 "PGPASSWORD",
                                 "--passwd",
                                 "--secret",
                                 "AWS_SECRET_ACCESS_KEY",
                                 "AWS_ACCESS_KEY_ID",
                                 "WANDB_API_KEY",
                                 "apiKey",
                                 "APIKey",
                                 "OPENAI_KEY",
                                 "--ssh-key",
                                 "--auth",
                                 "Authorization",
                                 "GOOGLE_APPLICATION_CREDENTIALS",
                                 "X-Amz-Signature",
                                 "X-Amz-Credential",
                                 "sig",
                                 "SLACK_WEBHOOK_URL",
                                 "SESSION_COOKIE",
                                 "--pass",
                                 "JWT",
                                 "TOKEN_VALUE"})
    CHECK((names_a_secret(name) ? name : std::string(name) + " is taken for harmless") == name);
}

TEST_CASE("Similar names that are common in training are not secrets") {
  for (const char* const name : {"",
                                 "--",
                                 "--lr",
                                 "--max-tokens",
                                 "--tokenizer",
                                 "--eos-token",
                                 "--pad_token",
                                 "--sort-key",
                                 "--num-keys",
                                 "--keyframes",
                                 "--passes",
                                 "--compass",
                                 "PATH",
                                 "PWD",
                                 "OLDPWD",
                                 "OMP_NUM_THREADS",
                                 "--author",
                                 "--assign",
                                 "--pin-memory",
                                 "--pattern",
                                 "--password-file",
                                 "TOKEN_PATH",
                                 "CUDA_VISIBLE_DEVICES",
                                 "--monkey"})
    CHECK((names_a_secret(name) ? std::string(name) + " is taken for a secret" : name) == name);
}

TEST_CASE("Arguments keep their form, without the secrets") {
  CHECK(masked_arguments({"train", "--lr", "0.1", "--token=abc", "--password", "x y", "--epochs=3"}) ==
        Arguments{"train", "--lr", "0.1", "--token=***", "--password", "***", "--epochs=3"});
  CHECK(masked_arguments({"db.password=a=b,c d", "hub.token=1"}) == Arguments{"db.password=***", "hub.token=***"});
  CHECK(masked_arguments({"/password:abc", "/lr:0.1", "Authorization: Bearer abc"}) ==
        Arguments{"/password:***", "/lr:0.1", "Authorization:***"});
  CHECK(masked_arguments({"--api-key", "-S3cret", "--api-key"}) == Arguments{"--api-key", "***", "--api-key"});
}

TEST_CASE("An option that only sounds like a secret does not hide the next option") {
  CHECK(masked_arguments({"--ask-password", "--lr", "0.1"}) == Arguments{"--ask-password", "--lr", "0.1"});
  CHECK(masked_arguments({"--use-auth", "-v", "data"}) == Arguments{"--use-auth", "-v", "data"});
}

TEST_CASE("Options named by the user are masked, also with their value attached") {
  CHECK(masked_arguments({"-p", "abc", "-pabc", "-q", "--licence=1234", "--licence", "1234"}, {"-p", "--licence"}) ==
        Arguments{"-p", "***", "-p***", "-q", "--licence=***", "--licence", "***"});
  CHECK(masked_arguments({"-p", "8080", "-p8080"}) == Arguments{"-p", "8080", "-p8080"});
}

TEST_CASE("A URL loses its credentials and its signature") {
  CHECK(masked_text("https://user:pw@host:8080/x") == "https://***@host:8080/x");
  CHECK(masked_text("--proxy=http://user:p/w@host") == "--proxy=http://***@host");
  CHECK(masked_text("https://ghp@github.com/a/b.git") == "https://***@github.com/a/b.git");
  CHECK(masked_text("ssh://git@github.com/a/b.git git@github.com:a/b.git") ==
        "ssh://git@github.com/a/b.git git@github.com:a/b.git");
  CHECK(masked_text("postgres://u:p@h/db?sslpassword=x&a=1") == "postgres://***@h/db?sslpassword=***&a=1");
  CHECK(masked_text("https://h/x?a=1&sig=abc%3D&b=2") == "https://h/x?a=1&sig=***&b=2");
  CHECK(masked_text("https://h:8080/a@b") == "https://h:8080/a@b");
  CHECK(masked_text("s3://bucket/a@b?x=y") == "s3://bucket/a@b?x=y");
  CHECK(masked_text("user:pw@proxy:3128") == "user:***@proxy:3128");
  CHECK(masked_text("registry/image:tag@sha256:abc") == "registry/image:tag@sha256:abc");
}

TEST_CASE("Secrets inside a text are masked up to their end") {
  CHECK(masked_text(R"({"api_key": "a\"b,c", "lr": 0.1})") == R"({"api_key": "***", "lr": 0.1})");
  CHECK(masked_text("host=h password=abc user=u") == "host=h password=*** user=u");
  CHECK(masked_text("password='a b' x") == "password='***' x");
  CHECK(masked_text("{hub: {token: abc}}") == "{hub: {token: ***}}");
  CHECK(masked_text("--header=Authorization: Bearer abc") == "--header=Authorization: ***");
  CHECK(masked_text("curl -H 'X: Bearer abc'") == "curl -H 'X: Bearer ***'");
  CHECK(masked_text("password=") == "password=");
  CHECK(masked_text("password=\"unended") == "password=\"***");
  CHECK(masked_text("password='a\\") == "password='***");
}

TEST_CASE("Tokens are recognised by their form, wherever they are") {
  const std::string letters = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEF";
  for (const std::string token :
       {"AKIAIOSFODNN7EXAMPLE", "ghp_abcdefghijklmnopqrst1", "hf_abcdefghijklmnopqrstuvwxyz012345",
        "sk-proj-abcdefghij0123456789", "xoxb-1234567890-abc", "glpat-abcdefghij0123456789",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_-"}) {
    CHECK(masked_text(token) == "***");
    CHECK(masked_text("--x=" + token + " y") == "--x=*** y");
    CHECK(masked_text("a/" + token + "/b") == "a/***/b");
  }
  CHECK(masked_text("-kAKIAIOSFODNN7EXAMPLE") == "-k***");
  CHECK(masked_text("a -----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- b") == "a *** b");
  CHECK(masked_text("-----BEGIN RSA PRIVATE KEY-----\nabc") == "***");
  CHECK(masked_text("-----BEGIN PRIVATE KEY-----\n-----END ") == "***");
  CHECK(masked_text("-----BEGIN CERTIFICATE-----") == "-----BEGIN CERTIFICATE-----");
  CHECK(masked_text("sk-learn-style-of-a-model hf_transfer sk-a1") == "sk-learn-style-of-a-model hf_transfer sk-a1");
}

TEST_CASE("Text without secrets does not change") {
  for (const std::string text :
       {"", "=", ":", "://", "@", "a=b", "C:\\data\\x", "/home/user/train data", "std::vector<int>", "-DNDEBUG",
        "-O3 -march=native", "1:2:3", "\"", "'", "a@b", "\xff\xfe", "lr=0.1,seed=42", "2026-11-23T07:30:21"})
    CHECK(masked_text(text) == text);
  CHECK(masked_arguments({"", "-", "--", "=", "/"}) == Arguments{"", "-", "--", "=", "/"});
}

TEST_CASE("In code only tokens are masked, because names say nothing there") {
  CHECK(without_tokens("+auto token = lexer.next();  // password: none\n") ==
        "+auto token = lexer.next();  // password: none\n");
  CHECK(without_tokens("-key = \"ghp_abcdefghijklmnopqrst1\"\n+url = https://me:pw@host/x") ==
        "-key = \"***\"\n+url = https://***@host/x");
}

TEST_CASE("A compiler definition is recognised by its name without -D") {
  CHECK(masked_arguments({"-DKEY=abc", "-DAPI_TOKEN=abc", "-DNDEBUG", "-DN=1"}) ==
        Arguments{"-DKEY=***", "-DAPI_TOKEN=***", "-DNDEBUG", "-DN=1"});
}

TEST_CASE("A secret in a command line that is one argument is masked") {
  for (const auto& [given, masked] :
       {std::pair<std::string, std::string>{"train --token S3cr --lr 0.1", "train --token *** --lr 0.1"},
        {"train --token 'S3 cr' --lr 1", "train --token '***' --lr 1"},
        {"train --token \"S3 cr\" x", "train --token \"***\" x"},
        {"train --hf-token\tS3cr", "train --hf-token\t***"},
        {"train --config '{\"token\": \"S3cr\"}'", "train --config '{\"token\": \"***\"}'"},
        {"cd x && mysql -u root -pS3cr db", "cd x && mysql -u root -p*** db"},
        {"/usr/bin/mysqldump -pS3cr db", "/usr/bin/mysqldump -p*** db"},
        {"sshpass -p S3cr ssh h", "sshpass -p *** ssh h"},
        {"docker login -u me -p S3cr host", "docker login -u me -p *** host"},
        {"redis-cli -a S3cr ping", "redis-cli -a *** ping"},
        {"curl -u me:S3cr http://h", "curl -u me:*** http://h"},
        {"curl -ume:1234 http://h", "curl -ume:*** http://h"},
        {"curl --user='me:S3cr' x", "curl --user='me:***' x"},
        {"curl -H 'Cookie: a=S3cr; b=S3cr' x", "curl -H 'Cookie: ***' x"},
        {"curl -H 'X-Api-Key: S3cr' x", "curl -H 'X-Api-Key: ***' x"},
        {"train hub.token S3cr", "train hub.token ***"},
        {"train password hunter2 x", "train password *** x"}}) {
    CHECK(masked_arguments({"bash", "-c", given}) == Arguments{"bash", "-c", masked});
    CHECK(masked_text(given) == masked);  // as the value of a variable
  }
}

TEST_CASE("A secret behind an option that a program is known for, or behind its bare name, is masked") {
  CHECK(masked_arguments({"mysql", "-uroot", "-pS3cr", "db"}) == Arguments{"mysql", "-uroot", "-p***", "db"});
  CHECK(masked_arguments({"sudo", "/usr/bin/sshpass", "-p", "S3cr", "ssh"}) ==
        Arguments{"sudo", "/usr/bin/sshpass", "-p", "***", "ssh"});
  CHECK(masked_arguments({"docker", "login", "-u", "me", "-p", "S3cr"}) ==
        Arguments{"docker", "login", "-u", "me", "-p", "***"});
  CHECK(masked_arguments({"curl", "-u", "me:S3cr", "--proxy-user", "me:S3cr", "--user=me:S3cr", "-ume:S3cr"}) ==
        Arguments{"curl", "-u", "me:***", "--proxy-user", "me:***", "--user=me:***", "-ume:***"});
  CHECK(masked_arguments({"train", "password", "S", "token", "S", "api_key", "S"}) ==
        Arguments{"train", "password", "***", "token", "***", "api_key", "***"});
  CHECK(masked_text("password S") == "password ***");
}

TEST_CASE("A secret in JSON with escaped quotes is masked up to its end") {
  CHECK(masked_text(R"({\"token\":\"S3cr\", \"lr\": 1})") == R"({\"token\":\"***\", \"lr\": 1})");
  CHECK(masked_text(R"({"a": "{\"token\": \"S3\\\"cr\"}"})") == R"({"a": "{\"token\": \"***\"}"})");
  CHECK(masked_text(R"({\\\"password\\\": \\\"S3cr\\\"})") == R"({\\\"password\\\": \\\"***\\\"})");
  CHECK(masked_text(R"({\"token\":\"S3cr)") == R"({\"token\":\"***)");
}

TEST_CASE("How a program authenticates is no secret, and the same words are one for any other option") {
  for (const Arguments& line : {Arguments{"train", "--auth", "none", "--lr", "1"},
                                {"train", "--auth=basic", "db.auth=kerberos"},
                                {"bash", "-c", "train --auth none --proxy-auth=digest x"},
                                {"{\"auth\": \"none\", \"lr\": 1}"}})
    CHECK(masked_arguments(line) == line);
  CHECK(masked_arguments({"train", "--auth", "nonesuch", "--auth=none1", "--password", "none"}) ==
        Arguments{"train", "--auth", "***", "--auth=***", "--password", "***"});
  CHECK(masked_text("train --auth S3cr --auth=none&x auth=\"none of it\"") ==
        "train --auth *** --auth=none&x auth=\"***\"");
  CHECK(masked_text("curl -H 'X-Auth: basic S3cr'") == "curl -H 'X-Auth: ***'");
}

TEST_CASE("Command lines without secrets do not change") {
  for (const Arguments& line :
       {Arguments{"train", "--tokenizer", "bpe"},
        {"train", "--password-file", "x", "tokens=4096", "max_tokens", "512"},
        {"bash", "-c", "train --tokenizer bpe --max-tokens 512 --password-file x --sort-key name"},
        {"python", "-u", "train.py", "--url", "host:8080"},
        {"train", "-u", "8080:80", "-p", "8080", "-pthread"},
        {"docker", "run", "-p", "8080:80", "-u", "me:staff", "image"},
        {"mkdir", "-p", "a/b"},
        {"cp", "-pR", "a"},
        {"train", "key", "name"},
        {"train", "the password prompt"},
        {"train", "a note that a token is needed"},
        {"train", "token", "--lr", "1"},
        {"mysql", "-p", "db"},
        {"train", "pass 1 of 2"},
        {"ps", "-u", "me"},
        {"g++ -I/usr/include/mysql -L/usr/lib/mariadb -pthread -pipe"},
        {"g++", "-I/usr/include/mysql", "-pthread"}})
    CHECK(masked_arguments(line) == line);
}

}  // namespace secrets_test
