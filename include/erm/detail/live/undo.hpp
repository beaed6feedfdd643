// What was there before a live run was begun, resumed or joined. If the run cannot start, that is put back.
#pragma once

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "erm/artifact.hpp"
#include "erm/detail/run/contents.hpp"
#include "erm/detail/store/run_claim.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

struct LiveUndo {
  std::shared_ptr<FileSystem> fs;
  std::string folder;    // of the run
  std::string metadata;  // the path of the writer's metadata
  std::string history;   // the path of the writer's history
  std::string mark;      // a text in the metadata that only this live run writes
  bool is_main = true;
  std::optional<Bytes> metadata_before = {};  // nothing if the run, or the writer, is new
  bool made_history = false;

  /// For the holder of the claim on the folder.
  void run_claimed() const noexcept {
    try {
      if (fs->info(metadata).kind == FileKind::file) {
        const Bytes now = fs->read(metadata);
        if (view(now).find(mark) != std::string_view::npos) {
          if (metadata_before)
            fs->write(metadata, view(*metadata_before));
          else
            fs->remove(metadata);
        } else if (now != metadata_before) {
          return;  // another process has the run by now
        }
      }
      if (made_history) fs->remove(history);
      if (!is_main || metadata_before) return;
      fs->remove_if_empty(folder);  // needs no descriptor
      remove_leftovers(*fs, folder);
    } catch (const std::exception&) {
      // The caller reports the error that made the run fail. What remains counts as a killed run.
    }
  }
  void run() const noexcept {
    try {
      const std::unique_ptr<Claim> claim =
          claim_patiently([&] { return fs->claim(claim_path(folder)); }, std::chrono::seconds(2));
      if (claim) run_claimed();
    } catch (const std::exception&) {
      // As above.
    }
  }
};

}  // namespace erm::detail
