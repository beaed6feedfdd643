// A proxy before an HTTP server that does to each request what a test wants: nothing, or one of the things that
// networks and servers do on bad days. One connection carries one request.
//
//   erm_test::FaultProxy proxy(20480, [](const std::string& request, int number) {
//     return number < 2 ? erm_test::Fault::busy : erm_test::Fault::none;
//   });
//   options.endpoint = proxy.url();
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace erm_test {

enum class Fault {
  none,
  busy,          // 503, and the server hears nothing of it
  reset,         // the connection is reset, and the server hears nothing of it
  reset_answer,  // the server does what it was asked, and its answer is lost
  cut_answer,    // half of the answer's body arrives
  stall,         // nothing happens until the client gives up
  not_implemented,
  expired,      // 400 ExpiredToken
  failed_late,  // 200 with an <Error>, as of a long request; the server hears nothing of it
};

class FaultProxy {
 public:
  using Choose = std::function<Fault(const std::string& request_line, int number)>;

  FaultProxy(std::uint16_t server_port, Choose choose) : server_port_(server_port), choose_(std::move(choose)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("the proxy cannot listen");
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] { accept_all(); });
  }
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;
  ~FaultProxy() {
    ended_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    ::close(listener_);
    accepting_.join();
    for (std::thread& each : serving_) each.join();
  }

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// The first lines of the requests, in the order of their arrival.
  [[nodiscard]] std::vector<std::string> requests() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return requests_;
  }

 private:
  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

  void accept_all() {
    for (;;) {
      const int client = ::accept(listener_, nullptr, nullptr);
      if (client < 0) return;
      serving_.emplace_back([this, client] {
        serve(client);
        ::close(client);
      });
    }
  }

  static bool receive(int from, std::string& text) {
    char buffer[65536];
    const ssize_t got = ::recv(from, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    text.append(buffer, static_cast<std::size_t>(got));
    return true;
  }

  static void send_all(int to, const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
      const ssize_t sent = ::send(to, text.data() + done, text.size() - done, MSG_NOSIGNAL);
      if (sent <= 0) return;
      done += static_cast<std::size_t>(sent);
    }
  }

  static std::size_t content_length(const std::string& head) {
    const std::size_t at = head.find("Content-Length: ");
    return at == std::string::npos ? 0 : static_cast<std::size_t>(std::stoull(head.substr(at + 16)));
  }

  void serve(int client) {
    std::string request;
    std::size_t head = std::string::npos;
    while ((head = request.find("\r\n\r\n")) == std::string::npos)
      if (!receive(client, request)) return;
    const std::size_t size = head + 4 + content_length(request.substr(0, head + 2));
    while (request.size() < size)
      if (!receive(client, request)) return;
    const std::string line = request.substr(0, request.find("\r\n"));
    Fault fault{};
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      requests_.push_back(line);
      fault = choose_(line, static_cast<int>(requests_.size()) - 1);
    }
    act(client, request, head, fault);
  }

  void act(int client, std::string& request, std::size_t head, Fault fault) {
    const auto answer = [&](const char* status, const char* code) {
      const std::string body = std::string("<?xml version=\"1.0\"?><Error><Code>") + code +
                               "</Code><Message>from the proxy</Message></Error>";
      send_all(client, std::string("HTTP/1.1 ") + status + "\r\nConnection: close\r\nContent-Length: " +
                           std::to_string(body.size()) + "\r\n\r\n" + body);
    };
    switch (fault) {
      case Fault::busy:
        return answer("503 Slow Down", "SlowDown");
      case Fault::not_implemented:
        return answer("501 Not Implemented", "NotImplemented");
      case Fault::expired:
        return answer("400 Bad Request", "ExpiredToken");
      case Fault::failed_late:
        return answer("200 OK", "InternalError");
      case Fault::reset:
        return reset(client);
      case Fault::stall:
        while (!ended_ && waits(client)) std::this_thread::sleep_for(std::chrono::milliseconds(20));
        return;
      default:
        break;
    }
    // Not among the signed headers; each connection ends with its answer.
    request.insert(head, "\r\nConnection: close");
    const int server = ::socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in address = loopback(server_port_);
    std::string reply;
    if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      send_all(server, request);
      while (receive(server, reply)) {
      }
    }
    ::close(server);
    if (fault == Fault::reset_answer) return reset(client);
    if (fault == Fault::cut_answer) {
      const std::size_t body = reply.find("\r\n\r\n") + 4;
      reply.resize(body + (reply.size() - body) / 2);
    }
    send_all(client, reply);
  }

  static bool waits(int client) {
    char byte = 0;
    return ::recv(client, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
  }

  static void reset(int client) {
    const linger at_once{1, 0};
    ::setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }

  std::uint16_t server_port_;
  Choose choose_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> ended_{false};
  std::thread accepting_;
  std::vector<std::thread> serving_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
};

}  // namespace erm_test
