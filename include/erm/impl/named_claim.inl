// The claim of LocalFileSystem where locks do not exclude everybody, for erm/impl/local_file_system.inl.
#pragma once

#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "erm/detail/base/utf8.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/store/named_claim.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

class NamedClaim final : public Claim {
 public:
  /// `file` is new and empty. `reads_back`: commit() reads what it has written, because the file system may lie.
  NamedClaim(os::File file, bool abandoned, bool alone, bool reads_back)
      : path_(file.path()),
        text_(ClaimText::of_this_process(session_)),
        abandoned_(abandoned),
        alone_(alone),
        reads_back_(reads_back),
        keeps_folder_(reads_back && !file.locks_exclude_all()) {
    try {
      write_to(file, text_, Durability::buffered);
    } catch (...) {
      os::remove_file(path_);
      throw;
    }
  }
  NamedClaim(const NamedClaim&) = delete;
  NamedClaim& operator=(const NamedClaim&) = delete;
  ~NamedClaim() override {
    try {
      end();
    } catch (const Error&) {
      // A destructor cannot report this. The file names this process, and is abandoned when the process has ended.
    }
  }
  [[nodiscard]] bool was_abandoned() const override { return abandoned_; }
  [[nodiscard]] bool may_have_neighbours() const override { return !alone_; }
  void begin() override {
    os::File file = os::open_to_rewrite(path_);
    if (!file)
      throw IoError::failed_to("write to", path_, std::make_error_code(std::errc::no_such_file_or_directory));
    text_.append(ClaimText::begun, 1, std::string::npos);
    write_to(file, text_, Durability::buffered);
  }
  void commit(const std::string& target, std::string_view content, Durability durability) override {
    const std::string part = joined(folder_of(path_), unclaiming_name());
    os::File file;
    if (os::try_create(part, file) != os::Created::yes)
      throw IoError::failed_to("create", part, std::make_error_code(std::errc::file_exists));
    try {
      write_to(file, content, durability);
      if (!is_mine()) {
        throw RunExistsError("cannot write '" + target + "': another process took over its claim '" + path_ +
                             "', because nothing had changed for an hour; save again");
      }
      os::rename_file(part, target);
    } catch (...) {
      os::remove_file(part);
      throw;
    }
    if (durability == Durability::durable) os::sync_folder(folder_of(target));
    if (reads_back_) read_back(target, content);
    end();
  }
  void abandon() noexcept override {
    if (std::exchange(has_ended_, true) || ends_with(text_, ClaimText::begun)) return;
    try {
      if (is_mine()) begin();
    } catch (const Error&) {
      // Then the next holder does not know that something may be left.
    }
  }

 private:
  /// Closes the file: some network file systems send it only then.
  static void write_to(os::File& file, std::string_view text, Durability durability) {
    file.write(text.data(), text.size());
    if (durability == Durability::durable) file.sync();
    file.close();
  }

  [[nodiscard]] bool is_mine() const { return front_of(path_) == text_; }

  static void read_back(const std::string& target, std::string_view content) {
    const os::File file = os::open_to_read(target);
    std::string found(content.size() + 1, '\0');
    found.resize(file.info().size == content.size() ? file.read_at(0, found.data(), found.size()) : 0);
    if (found == content) return;
    throw IoError("cannot write '" + target + "': the file system gives back other content than was written; write " +
                      "through one mount of it only",
                  std::make_error_code(std::errc::io_error));
  }

  void end() {
    if (has_ended_) return;
    has_ended_ = true;
    if (is_mine()) os::remove_file(path_);
    // Another mount may take a removed folder for existing for some seconds, and could not create its claim in it.
    if (!keeps_folder_) os::remove_empty_folder(folder_of(path_));
  }

  std::string path_;
  Session session_;
  std::string text_;
  bool abandoned_;
  bool alone_;
  bool reads_back_;
  bool keeps_folder_;
  bool has_ended_ = false;
};

}  // namespace erm::detail
