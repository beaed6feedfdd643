// Runs exchanges with S3: many at once over open connections (libcurl's multi interface), each signed, and repeated if
// the network or the server fails for a moment.
#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <curl/curl.h>

#include "erm/detail/base/time_text.hpp"
#include "erm/detail/s3/exchange.hpp"
#include "erm/detail/s3/learned.hpp"
#include "erm/detail/s3/settings.hpp"
#include "erm/detail/s3/signature.hpp"
#include "erm/error.hpp"

namespace erm::detail::s3 {

/// Runs several requests at once on the calling thread. The connections stay open for the next ones.
class Transfers {
 public:
  Transfers() : multi_(curl_multi_init()) {
    if (!multi_) throw std::bad_alloc();
  }
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;
  ~Transfers() {
    for (CURL* const easy : idle_) curl_easy_cleanup(easy);
    curl_multi_cleanup(multi_);
  }

  struct Options {
    const Settings* settings = nullptr;
    const S3Options* limits = nullptr;
    std::size_t at_once = 1;
    Learned* learned = nullptr;
    std::function<Credentials()> credentials;
    /// Reads the credentials again after the server refused `used`. Returns false if there are no others.
    std::function<bool(const Credentials& used)> renew;
  };

  /// Runs each exchange until its answer is final or no attempt is left.
  void run(std::vector<Exchange>& exchanges, const Options& options) {
    options_ = &options;
    loose_ = 0;
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(std::max<std::size_t>(options.at_once, 16)));
    std::size_t next = 0;
    try {
      while (next < exchanges.size() || !running_.empty() || !waiting_.empty()) {
        while (running_.size() < options.at_once && start_due()) {
        }
        while (running_.size() < options.at_once && next < exchanges.size()) start(exchanges[next++]);
        int still = 0;
        expect_ok(curl_multi_perform(multi_, &still));
        finish_done();
        finish_silent();
        if (!running_.empty() || !waiting_.empty()) expect_ok(curl_multi_poll(multi_, nullptr, 0, patience(), nullptr));
      }
    } catch (...) {
      for (const std::unique_ptr<Running>& each : running_) release(*each, false);
      running_.clear();
      waiting_.clear();
      is_sound_ = false;
      throw;
    }
  }

  /// Whether its connections can be used again. After an exception nobody knows in which state they are.
  [[nodiscard]] bool is_sound() const noexcept { return is_sound_; }

 private:
  using Clock = std::chrono::steady_clock;

  /// How much of answers a call holds in memory that is not the content of an object of a known size.
  static constexpr std::size_t most_loose = std::size_t{64} << 20;
  static constexpr std::size_t most_headers = std::size_t{256} << 10;

  struct Running {
    Transfers* owner = nullptr;
    Exchange* exchange = nullptr;
    CURL* easy = nullptr;
    curl_slist* lines = nullptr;
    std::uint64_t sent = 0;
    std::size_t header_bytes = 0;
    Clock::time_point moved = Clock::now();     // when the last byte went in either direction
    std::optional<Clock::time_point> answered;  // when the answer began
    Credentials signed_with;
    std::exception_ptr thrown;  // by a callback; no exception may pass through libcurl
  };
  struct Waiting {
    Exchange* exchange;
    Clock::time_point until;
  };

  [[noreturn]] static void refuse(const char* words) {
    throw IoError(std::string("cannot talk to S3: libcurl says '") + words + "'",
                  std::make_error_code(std::errc::io_error));
  }

  static void expect_ok(CURLMcode code) {
    if (code == CURLM_OUT_OF_MEMORY) throw std::bad_alloc();
    if (code != CURLM_OK) refuse(curl_multi_strerror(code));
  }

  template <class T>
  static void set(CURL* easy, CURLoption option, T value) {
    const CURLcode code = curl_easy_setopt(easy, option, value);
    if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
    if (code != CURLE_OK) refuse(curl_easy_strerror(code));
  }

  template <class Number>
  static void set_long(CURL* easy, CURLoption option, Number value) {
    set(easy, option, static_cast<long>(value));
  }

  /// Starts a request again whose wait is over. Returns false if there is none.
  bool start_due() {
    const Clock::time_point now = Clock::now();
    const auto due = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& w) { return w.until <= now; });
    if (due == waiting_.end()) return false;
    Exchange& exchange = *due->exchange;
    waiting_.erase(due);
    start(exchange);
    return true;
  }

  [[nodiscard]] int patience() const {
    std::int64_t wait = 1000;
    if (running_.size() < options_->at_once) {
      for (const Waiting& each : waiting_) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(each.until - Clock::now()).count() + 1;
        wait = std::min<std::int64_t>(wait, std::max<std::int64_t>(left, 0));
      }
    }
    return static_cast<int>(wait);
  }

  void start(Exchange& exchange) {
    ++exchange.attempts;
    exchange.status = 0;
    exchange.answer.clear();
    exchange.content.clear();
    exchange.got = 0;
    exchange.failure.clear();
    loose_ -= exchange.loose;
    exchange.loose = 0;
    const bool had_no_connection = exchange.failure_code == CURLE_COULDNT_CONNECT;
    exchange.failure_code = CURLE_OK;
    auto running = std::make_unique<Running>();
    running->owner = this;
    running->exchange = &exchange;
    running->easy = idle_.empty() ? curl_easy_init() : idle_.back();
    if (running->easy == nullptr) throw std::bad_alloc();
    if (!idle_.empty()) idle_.pop_back();
    running_.push_back(std::move(running));  // from now on run() releases it
    Running& one = *running_.back();
    curl_easy_reset(one.easy);
    set_request(one);
    // The server may have moved to another address.
    if (had_no_connection) set(one.easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
    expect_ok(curl_multi_add_handle(multi_, one.easy));
  }

  void set_request(Running& running) {
    Exchange& exchange = *running.exchange;
    const Settings& settings = *options_->settings;
    const S3Options& limits = *options_->limits;
    CURL* const easy = running.easy;

    exchange.region = options_->learned->region(exchange.bucket, settings.region);
    // On AWS each region has its own host.
    const std::string& server =
        settings.host == host_of_aws(settings.region) ? host_of_aws(exchange.region) : settings.host;
    const bool in_host = settings.addressing == S3Addressing::virtual_host ||
                         (settings.addressing == S3Addressing::automatic && fits_host(exchange.bucket));
    const std::string host = in_host ? exchange.bucket + "." + server : server;
    exchange.endpoint = settings.scheme + "://" + host;
    std::string path = in_host ? "/" : "/" + encoded(exchange.bucket, false);
    if (!exchange.key.empty()) path += (in_host ? "" : "/") + encoded(exchange.key, true);
    const std::string query = query_text(exchange.query);

    Headers headers = exchange.headers;
    const std::string& payload = exchange.body.sha256();
    add_checksum(exchange, headers);
    if (exchange.makes_object()) add_object_headers(exchange, headers);
    running.signed_with = options_->credentials();
    if (!running.signed_with.is_anonymous()) {
      std::string time = time_text(options_->learned->now());  // "2026-11-23T07:30:21.128931" to "20261123T073021Z"
      time.resize(19);
      time.erase(std::remove_if(time.begin(), time.end(), [](char c) { return c == '-' || c == ':'; }), time.end());
      headers["host"] = host;
      headers["x-amz-date"] = time + "Z";
      headers["x-amz-content-sha256"] = payload;
      const std::string& token = running.signed_with.session_token;
      if (!token.empty()) headers["x-amz-security-token"] = token;
      headers["authorization"] =
          authorization({exchange.method, path, query, headers, payload}, running.signed_with, exchange.region);
    }
    add_lines(running, headers);

    const std::string url = exchange.endpoint + path + (query.empty() ? "" : "?" + query);
    set(easy, CURLOPT_URL, url.c_str());
    set(easy, CURLOPT_PATH_AS_IS, 1L);
    set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(easy, CURLOPT_FOLLOWLOCATION, 0L);
    set(easy, CURLOPT_NOSIGNAL, 1L);
    set(easy, CURLOPT_PRIVATE, static_cast<void*>(&running));
    set(easy, CURLOPT_HTTPHEADER, running.lines);
    set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, limits.connect_timeout.count());
    if (exchange.method == "GET" || exchange.method == "HEAD") {
      set(easy, CURLOPT_LOW_SPEED_LIMIT, 64L);
      set_long(easy, CURLOPT_LOW_SPEED_TIME, limits.stall_timeout.count());
    }
    // A wish: libcurl 7.88 refuses it for a handle whose last transfer failed.
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, exchange.room > 65536 ? 262144L : 32768L);
    if (!settings.ca_bundle.empty()) set(easy, CURLOPT_CAINFO, settings.ca_bundle.c_str());
    set(easy, CURLOPT_HEADERFUNCTION, &receive_header);
    set(easy, CURLOPT_HEADERDATA, static_cast<void*>(&running));
    set(easy, CURLOPT_WRITEFUNCTION, &receive_content);
    set(easy, CURLOPT_WRITEDATA, static_cast<void*>(&running));
    if (exchange.method == "HEAD") {
      set(easy, CURLOPT_NOBODY, 1L);
    } else if (exchange.method == "PUT" || exchange.method == "POST") {
      set(easy, CURLOPT_UPLOAD, 1L);
      set(easy, CURLOPT_UPLOAD_BUFFERSIZE, exchange.body.size() > 65536 ? 524288L : 65536L);
      set(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(exchange.body.size()));
      set(easy, CURLOPT_READFUNCTION, &send_body);
      set(easy, CURLOPT_READDATA, static_cast<void*>(&running));
      set(easy, CURLOPT_SEEKFUNCTION, &seek_body);
      set(easy, CURLOPT_SEEKDATA, static_cast<void*>(&running));
    }
    if (exchange.method != "HEAD" && exchange.method != "GET")
      set(easy, CURLOPT_CUSTOMREQUEST, exchange.method.c_str());
  }

  void add_checksum(Exchange& exchange, Headers& headers) const {
    exchange.carried = Checksum::none;
    const bool is_delete = exchange.method == "POST" && headers.count("content-md5") != 0;
    const bool uploads = exchange.method == "PUT" && !exchange.key.empty() && headers.count("x-amz-copy-source") == 0;
    if (is_delete) exchange.carried = Checksum::md5;
    if (!uploads) return;
    exchange.carried = exchange.checksum.value_or(options_->learned->checksum());
    if (exchange.carried == Checksum::sha256) headers["x-amz-checksum-sha256"] = exchange.body.sha256_base64();
    if (exchange.carried == Checksum::md5) headers["content-md5"] = exchange.body.md5_base64();
  }

  void add_object_headers(const Exchange& exchange, Headers& headers) const {
    const S3Options& limits = *options_->limits;
    const auto add = [&](const char* name, const std::optional<std::string>& value) {
      if (value) headers[name] = *value;
    };
    add("x-amz-server-side-encryption", limits.encryption);
    add("x-amz-server-side-encryption-aws-kms-key-id", limits.kms_key_id);
    add("x-amz-acl", limits.acl);
    // Cold classes charge each object for a month.
    if (exchange.key.find(".erm_tmp/") == std::string::npos) add("x-amz-storage-class", limits.storage_class);
  }

  static void add_lines(Running& running, const Headers& headers) {
    const auto add = [&](const std::string& line) {
      curl_slist* const longer = curl_slist_append(running.lines, line.c_str());
      if (longer == nullptr) throw std::bad_alloc();
      running.lines = longer;
    };
    for (const auto& [name, value] : headers) add(name + ": " + trimmed(value));
    add("Expect:");
    add("Accept:");
  }

  // ---- what libcurl calls ----

  template <class Act>
  static std::size_t guarded(Running& running, std::size_t failed, Act&& act) noexcept {
    try {
      return act();
    } catch (...) {
      running.thrown = std::current_exception();
      return failed;
    }
  }

  static std::size_t send_body(char* into, std::size_t size, std::size_t count, void* data) {
    Running& running = *static_cast<Running*>(data);
    return guarded(running, CURL_READFUNC_ABORT, [&] {
      running.moved = Clock::now();
      const std::size_t got = running.exchange->body.read(running.sent, into, size * count);
      running.sent += got;
      return got;
    });
  }

  static int seek_body(void* data, curl_off_t offset, int origin) {
    if (origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
    static_cast<Running*>(data)->sent = static_cast<std::uint64_t>(offset);
    return CURL_SEEKFUNC_OK;
  }

  static std::size_t receive_header(char* text, std::size_t size, std::size_t count, void* data) {
    Running& running = *static_cast<Running*>(data);
    return guarded(running, 0, [&] {
      const std::string_view line(text, size * count);
      running.moved = Clock::now();
      if (!running.answered) running.answered = running.moved;
      running.header_bytes += line.size();
      if (running.header_bytes > most_headers) too_much(*running.exchange, "headers of more than 256 KiB");
      const std::size_t colon = line.find(':');
      if (line.rfind("HTTP/", 0) == 0) {
        running.exchange->answer.clear();
      } else if (colon != std::string_view::npos) {
        running.exchange->answer[ascii_lower(line.substr(0, colon))] = trimmed(line.substr(colon + 1));
      }
      return line.size();
    });
  }

  static std::size_t receive_content(char* text, std::size_t size, std::size_t count, void* data) {
    Running& running = *static_cast<Running*>(data);
    return guarded(running, 0, [&]() -> std::size_t {
      Exchange& exchange = *running.exchange;
      const std::size_t bytes = size * count;
      running.moved = Clock::now();
      long status = 0;
      if (exchange.into != nullptr) curl_easy_getinfo(running.easy, CURLINFO_RESPONSE_CODE, &status);
      if (status == 206) {
        if (bytes > exchange.room - exchange.got)
          throw FormatError("cannot read '" + exchange.uri() + "': the server sent more than was asked for");
        std::memcpy(exchange.into + exchange.got, text, bytes);
        exchange.got += bytes;
      } else if (status == 200) {
        throw FormatError("cannot read a part of '" + exchange.uri() +
                          "': the server sends the whole, and ignores Range");
      } else {
        // libcurl receives no more than the server declares.
        if (!exchange.reads_object() || exchange.answer.count("content-length") == 0) {
          exchange.loose += bytes;
          running.owner->loose_ += bytes;
          if (running.owner->loose_ > most_loose) too_much(exchange, "more than 64 MiB, and does not end");
        }
        exchange.content.insert(exchange.content.end(), text, text + bytes);
      }
      return bytes;
    });
  }

  [[noreturn]] static void too_much(const Exchange& exchange, const char* what) {
    throw FormatError(std::string("cannot ") + exchange.operation + " '" + exchange.uri() + "': '" + exchange.endpoint +
                      "' answers with " + what + "; check that the endpoint is an S3 server");
  }

  // ---- the end of a request ----

  void finish_done() {
    int left = 0;
    while (const CURLMsg* const message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      void* data = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &data);
      finish(*static_cast<Running*>(data), code);
    }
  }

  /// Ends the requests whose server has said nothing for too long, or does not come to an end.
  void finish_silent() {
    const Clock::time_point now = Clock::now();
    const Clock::duration patience = options_->limits->stall_timeout;
    for (std::size_t i = running_.size(); i-- > 0;) {
      Running& one = *running_[i];
      const std::string& method = one.exchange->method;
      const bool stores = method == "PUT" || method == "POST";
      const bool is_silent =
          now - one.moved > (stores ? 2 * patience : patience) && now - one.moved > options_->limits->connect_timeout;
      // A server that copies large objects sends a space now and then. Other answers are short.
      const Clock::duration longest = (one.exchange->expects_xml ? 20 : 2) * patience;
      const bool is_endless = method != "GET" && one.answered && now - *one.answered > longest;
      if (is_silent || is_endless) finish(one, CURLE_OPERATION_TIMEDOUT);
    }
  }

  void finish(Running& running, CURLcode code) {
    Exchange& exchange = *running.exchange;
    if (code == CURLE_OPERATION_TIMEDOUT) {
      curl_off_t connected = 0;  // when the connection stood, in microseconds
      curl_easy_getinfo(running.easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
      if (connected > 0) ++exchange.silences;
    }
    if (running.thrown) std::rethrow_exception(running.thrown);
    if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
    if (code == CURLE_OK) curl_easy_getinfo(running.easy, CURLINFO_RESPONSE_CODE, &exchange.status);
    if (exchange.status == 200 && exchange.expects_xml && !is_whole_xml(exchange.text())) {
      exchange.status = 0;
      code = CURLE_PARTIAL_FILE;
    }
    if (code != CURLE_OK) {
      exchange.failure = curl_easy_strerror(code);
      exchange.failure_code = code;
    }
    const Credentials signed_with = std::move(running.signed_with);
    release(running, code == CURLE_OK);
    const auto is_it = [&](const auto& each) { return each.get() == &running; };
    running_.erase(std::find_if(running_.begin(), running_.end(), is_it));
    const bool attempts_left = exchange.attempts < options_->limits->max_attempts;
    if (options_->learned->correct(exchange)) {
      --exchange.attempts;
      waiting_.push_back({&exchange, Clock::now()});
    } else if (attempts_left && is_worth_another(exchange)) {
      waiting_.push_back({&exchange, Clock::now() + delay(exchange)});
    } else if (attempts_left && is_about_credentials(exchange) && options_->renew(signed_with)) {
      waiting_.push_back({&exchange, Clock::now()});
    } else {
      exchange.body.forget();
      if (exchange.is_ok() && exchange.on_success) exchange.on_success();
    }
  }

  /// Keeps the handle for later only after a transfer that went well: others are left in a state in which libcurl may
  /// refuse to use them again.
  void release(Running& running, bool went_well) {
    curl_multi_remove_handle(multi_, running.easy);
    if (went_well)
      idle_.push_back(running.easy);
    else
      curl_easy_cleanup(running.easy);
    running.easy = nullptr;
    curl_slist_free_all(running.lines);
    running.lines = nullptr;
  }

  /// Grows exponentially. Half of it is random, so that clients that failed together do not all come back at once.
  Clock::duration delay(const Exchange& exchange) {
    const std::int64_t longest = 5000;
    std::int64_t wait = std::max<std::int64_t>(options_->limits->retry_delay.count(), 0);
    for (int i = 1; i < exchange.attempts && wait < longest; ++i) wait *= 2;
    wait = (std::min)(wait, longest);
    wait = wait / 2 + std::uniform_int_distribution<std::int64_t>(0, wait / 2)(random_);
    if (const auto asked = exchange.answer.find("retry-after"); asked != exchange.answer.end()) {
      std::int64_t seconds = 0;
      std::from_chars(asked->second.data(), asked->second.data() + asked->second.size(), seconds);
      wait = (std::max)(wait, std::min<std::int64_t>(std::max<std::int64_t>(seconds, 0), 30) * 1000);
    }
    return std::chrono::milliseconds(wait);
  }

  CURLM* multi_;
  std::vector<CURL*> idle_;
  std::vector<std::unique_ptr<Running>> running_;
  std::deque<Waiting> waiting_;
  const Options* options_ = nullptr;
  std::size_t loose_ = 0;
  bool is_sound_ = true;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace erm::detail::s3
