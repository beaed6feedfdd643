// An S3 server of one bucket in memory for tests: what it does with each request can be replaced. It stands for the
// servers that cannot be had in a test: s3rver and others that ignore conditions, AWS with its regions and Object Lock,
// a server whose clock is off, and those that are broken or hostile. It checks no signatures.
//
//   erm_test::FakeServer server;
//   server.ignores_conditions = true;
//   server.intercept = [](const erm_test::FakeRequest& request) -> std::optional<erm_test::FakeAnswer> { ... };
//   erm::S3FileSystem fs(server.options());
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "erm/detail/base/xml.hpp"
#include "erm/detail/s3/signature.hpp"
#include "erm/detail/s3/xml.hpp"
#include "erm/s3_options.hpp"

namespace erm_test {

struct FakeRequest {
  std::string method, key, query, body;        // the key is decoded
  std::map<std::string, std::string> headers;  // by name in lower case
  [[nodiscard]] std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  }
};

struct FakeAnswer {
  int status = 200;
  std::string body;
  std::map<std::string, std::string> headers;
  std::string endless;                        // repeated after the body until the client ends the connection
  bool is_silent = false;                     // nothing is answered
  std::chrono::milliseconds pause{0};         // after each byte of the body
  std::function<bool()> waits_for = nullptr;  // nothing is answered before this is true
};

class FakeServer {
 public:
  FakeServer() {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("the server cannot listen");
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] {
      for (int client = 0; (client = ::accept(listener_, nullptr, nullptr)) >= 0;)
        serving_.emplace_back([this, client] {
          serve(client);
          ::close(client);
        });
    });
  }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;
  ~FakeServer() {
    ended_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    ::close(listener_);
    accepting_.join();
    for (std::thread& each : serving_) each.join();
  }

  [[nodiscard]] std::string port() const { return std::to_string(port_); }
  /// Options for a store that uses it.
  [[nodiscard]] erm::S3Options options() const {
    erm::S3Options options;
    options.endpoint = "http://127.0.0.1:" + port();
    options.region = "us-east-1";
    options.access_key_id = "id";
    options.secret_access_key = "secret";
    options.retry_delay = std::chrono::milliseconds(2);
    options.max_attempts = 2;
    return options;
  }
  [[nodiscard]] std::vector<FakeRequest> requests() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return requests_;
  }
  [[nodiscard]] std::map<std::string, std::string> objects() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return objects_;
  }

  // To be set before the first request.
  bool ignores_conditions = false;
  bool ignores_start_after = false;
  std::function<bool(const std::string&, const std::string&)> order = std::less<>();  // of the keys in a listing
  std::function<std::optional<FakeAnswer>(const FakeRequest&)> intercept;

  static FakeAnswer error(int status, const std::string& code, const std::string& more = "") {
    return {status, "<Error><Code>" + code + "</Code>" + more + "</Error>", {}, "", false};
  }

 private:
  static bool receive(int from, std::string& text) {
    char buffer[65536];
    const ssize_t got = ::recv(from, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    text.append(buffer, static_cast<std::size_t>(got));
    return true;
  }
  static bool send_all(int to, const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
      const ssize_t sent = ::send(to, text.data() + done, text.size() - done, MSG_NOSIGNAL);
      if (sent <= 0) return false;
      done += static_cast<std::size_t>(sent);
    }
    return true;
  }

  /// One request for each connection.
  void serve(int client) {
    std::string text;
    std::size_t head = std::string::npos;
    while ((head = text.find("\r\n\r\n")) == std::string::npos)
      if (!receive(client, text)) return;
    FakeRequest request;
    std::size_t line = text.find("\r\n");
    const std::string first = text.substr(0, line);
    request.method = first.substr(0, first.find(' '));
    std::string target = first.substr(request.method.size() + 1);
    target.resize(target.find(' '));
    const std::size_t mark = target.find('?');
    if (mark != std::string::npos) request.query = target.substr(mark + 1);
    const std::size_t slash = target.find('/', 1);
    if (slash < mark) request.key = erm::detail::s3::url_decoded(target.substr(slash + 1, mark - slash - 1));
    while (line < head) {
      const std::size_t end = text.find("\r\n", line + 2);
      const std::string each = text.substr(line + 2, end - line - 2);
      const std::size_t colon = each.find(':');
      request.headers[erm::detail::ascii_lower(each.substr(0, colon))] =
          erm::detail::s3::trimmed(each.substr(colon + 1));
      line = end;
    }
    const std::string length = request.header("content-length");
    const std::size_t size = head + 4 + (length.empty() ? 0 : std::stoul(length));
    while (text.size() < size)
      if (!receive(client, text)) return;
    request.body = text.substr(head + 4);
    FakeAnswer answer;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      requests_.push_back(request);
      const std::optional<FakeAnswer> other = intercept ? intercept(request) : std::nullopt;
      answer = other ? *other : act(request);
    }
    while (answer.waits_for && !answer.waits_for() && !ended_ && is_open(client))
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    while (answer.is_silent && !ended_ && is_open(client)) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (answer.is_silent) return;
    std::string out = "HTTP/1.1 " + std::to_string(answer.status) + " Answer\r\nConnection: close\r\n";
    if (answer.headers.count("Date") == 0) out += "Date: " + date() + "\r\n";
    for (const auto& [name, value] : answer.headers) out += name + ": " + value + "\r\n";
    if (answer.endless.empty() && answer.headers.count("Content-Length") == 0)
      out += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
    out += "\r\n";
    if (request.method != "HEAD" && answer.pause.count() == 0) out += answer.body;
    bool is_wanted = send_all(client, out);
    for (std::size_t i = 0; answer.pause.count() != 0 && i < answer.body.size() && is_wanted && !ended_; ++i) {
      std::this_thread::sleep_for(answer.pause);
      is_wanted = send_all(client, answer.body.substr(i, 1));
    }
    while (is_wanted && !answer.endless.empty() && !ended_) is_wanted = send_all(client, answer.endless);
  }

  static bool is_open(int client) {
    char byte = 0;
    return ::recv(client, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
  }

  static std::string time_in(const char* format) {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    char text[64];
    return std::string(text, std::strftime(text, sizeof text, format, &utc));
  }
  static std::string date() { return time_in("%a, %d %b %Y %H:%M:%S GMT"); }

  static std::string tag_of(const std::string& content) {
    return '"' + std::to_string(std::hash<std::string>()(content)) + '"';
  }
  static std::string asked(const std::string& query, const std::string& name) {
    std::size_t at = ("&" + query).find("&" + name + "=");
    if (at == std::string::npos) return {};
    at += name.size() + 1;
    return erm::detail::s3::url_decoded(query.substr(at, query.find('&', at) - at));
  }

  FakeAnswer act(const FakeRequest& request) {
    if (request.key.empty() && request.method == "POST") {
      for (std::size_t at = 0; (at = request.body.find("<Key>", at)) != std::string::npos; ++at)
        objects_.erase(
            erm::detail::unescaped_xml(request.body.substr(at + 5, request.body.find("</Key>", at) - at - 5)));
      return {200, "<DeleteResult></DeleteResult>", {}, "", false};
    }
    if (request.key.empty()) return list(request);
    const auto found = objects_.find(request.key);
    if (request.method == "DELETE") {
      objects_.erase(request.key);
      return {204, "", {}, "", false};
    }
    if (request.method == "PUT") {
      if (!ignores_conditions && request.header("if-none-match") == "*" && found != objects_.end())
        return error(412, "PreconditionFailed");
      objects_[request.key] = request.body;
      return {200, "", {{"ETag", tag_of(request.body)}}, "", false};
    }
    if (found == objects_.end()) return error(404, "NoSuchKey");
    return {200, found->second, {{"ETag", tag_of(found->second)}, {"Last-Modified", date()}}, "", false};
  }

  FakeAnswer list(const FakeRequest& request) {
    const std::string prefix = asked(request.query, "prefix"), delimiter = asked(request.query, "delimiter");
    const std::string after = ignores_start_after ? std::string() : asked(request.query, "start-after");
    std::vector<std::pair<std::string, std::string>> objects(objects_.begin(), objects_.end());
    std::stable_sort(objects.begin(), objects.end(),
                     [&](const auto& a, const auto& b) { return order(a.first, b.first); });
    std::string body = "<ListBucketResult><IsTruncated>false</IsTruncated>", last;
    for (const auto& [key, content] : objects) {
      if (key.rfind(prefix, 0) != 0 || (!after.empty() && !order(after, key))) continue;
      const std::size_t slash = delimiter.empty() ? std::string::npos : key.find('/', prefix.size());
      const std::string folder = slash == std::string::npos ? "" : key.substr(0, slash + 1);
      if (folder.empty())
        body += "<Contents><Key>" + erm::detail::escaped_xml(key) + "</Key><LastModified>" +
                time_in("%Y-%m-%dT%H:%M:%S.000Z") + "</LastModified><ETag>" +
                erm::detail::escaped_xml(tag_of(content)) + "</ETag><Size>" + std::to_string(content.size()) +
                "</Size></Contents>";
      else if (folder != last)
        body += "<CommonPrefixes><Prefix>" + erm::detail::escaped_xml(folder) + "</Prefix></CommonPrefixes>";
      last = folder;
    }
    return {200, body + "</ListBucketResult>", {}, "", false};
  }

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> ended_{false};
  std::thread accepting_;
  std::vector<std::thread> serving_;
  mutable std::mutex mutex_;
  std::vector<FakeRequest> requests_;
  std::map<std::string, std::string> objects_;
};

}  // namespace erm_test
