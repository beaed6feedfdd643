// Mutual exclusion on servers that ignore conditional requests, made from plain reads and writes.
//
// Each contender writes an object of its own name, a bid, and then lists the bids. Of any two contenders, the one that
// lists later sees the other's bid, if the server's listings are up to date. Whoever sees no bid but its own has won,
// and keeps its bid until it is done; so at most one wins, whatever the timing. Of those that see each other, the one
// with the least name waits for the others, which withdraw. The bid of a killed process counts for a minute of the
// server's time, and a winner that took longer than half of that does not write any more.
#pragma once

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "erm/detail/run/paths.hpp"
#include "erm/detail/s3/claims.hpp"
#include "erm/detail/s3/client.hpp"

namespace erm::detail::s3 {

/// How long a bid counts.
inline constexpr std::chrono::seconds bid_lifetime(60);

class Election {
 public:
  Election(const Client& client, const Place& place) : client_(client), bid_(place) {
    folder_ = Client::own_folder(place);
    // The same length for every name: no name's bids begin like another's.
    prefix_ = joined(folder_, bid_prefix + sha256_hex(place.key).substr(0, 32) + "_");
    bid_.key = prefix_ + random_name();
  }
  Election(const Election&) = delete;
  Election& operator=(const Election&) = delete;
  ~Election() {
    if (!is_written_) return;
    try {
      client_.remove(bid_.bucket, {bid_.key});
    } catch (const std::exception&) {
      // The store cannot be reached. The bid ends by its age.
    }
  }

  /// Whether this is the only contender. Returns false if another one is.
  bool win() {
    client_.keep(bid_.bucket, folder_);
    began_ = std::chrono::steady_clock::now();
    is_written_ = true;  // also if the answer is lost
    Exchange put = Client::request("claim", "PUT", bid_);
    put.body = Body(std::string_view("ERM claims what this is named after.\n"));
    Client::expect_ok(client_.run(std::move(put)));
    std::minstd_rand random(std::random_device{}());
    while (is_in_time()) {
      switch (look()) {
        case Standing::alone:
          return is_in_time();
        case Standing::behind:
          return false;
        case Standing::ahead:
          std::this_thread::sleep_for(std::chrono::milliseconds(std::uniform_int_distribution<int>(5, 40)(random)));
      }
    }
    return false;
  }

  /// Whether the bid surely counts still, so that no other contender can have won meanwhile.
  [[nodiscard]] bool is_in_time() const { return std::chrono::steady_clock::now() - began_ < bid_lifetime / 2; }

 private:
  enum class Standing { alone, ahead, behind };

  Standing look() const {
    std::vector<Listed> bids;
    const std::string date = client_.list(bid_, prefix_, {}, [&](Listed&& bid) {
      bids.push_back(std::move(bid));
      return true;
    });
    Standing standing = Standing::alone;
    bool is_mine_there = false;
    for (const Listed& bid : bids) {
      if (bid.key == bid_.key) {
        is_mine_there = true;
      } else if (age(bid.modified, date) > bid_lifetime) {
        client_.remove(bid_.bucket, {bid.key});
      } else if (bid.key < bid_.key) {
        return Standing::behind;
      } else {
        standing = Standing::ahead;
      }
    }
    return is_mine_there ? standing : Standing::behind;
  }

  const Client& client_;
  Place bid_;
  std::string folder_, prefix_;
  bool is_written_ = false;
  std::chrono::steady_clock::time_point began_;
};

/// Claims `path` for a store without conditional requests: whether its last holder had left it behind, or nothing if
/// another process holds it or is just claiming it.
inline std::optional<bool> claim_alone(const Client& client, const std::string& path, const std::string& text) {
  const Place place(path);
  Election election(client, place);
  if (!election.win()) return std::nullopt;
  const bool abandoned = client.run_head(place);
  if (!election.is_in_time()) return std::nullopt;
  if (!(abandoned ? client.take_over(path, text) : client.put(path, Body(text), false))) return std::nullopt;
  if (election.is_in_time()) return abandoned;
  // The write took so long that another process may have won meanwhile. Whose text is there holds the claim.
  const Exchange found = client.run(Client::request("read", "GET", place));
  if (found.is_ok() && found.text() == text) return abandoned;
  return std::nullopt;
}

}  // namespace erm::detail::s3
