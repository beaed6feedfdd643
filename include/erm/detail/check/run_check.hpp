// Checks one run: that its metadata can be read, that all they name is there as it was written, and that nothing else is.
#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "erm/detail/base/json_reader.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/check/claim_look.hpp"
#include "erm/detail/check/contents.hpp"
#include "erm/detail/check/files_check.hpp"
#include "erm/detail/check/store_tree.hpp"
#include "erm/detail/check/work.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/detail/store/run_claim.hpp"
#include "erm/detail/store/run_life.hpp"
#include "erm/detail/store/run_reader.hpp"
#include "erm/detail/store/trash_entries.hpp"
#include "erm/error.hpp"

namespace erm::detail {

/// The layout that metadata name, if it is later than 1. The reader of metadata takes any.
inline std::optional<std::int64_t> later_layout(std::string_view text) {
  static constexpr std::string_view key = "\"layout\"";
  bool may_be_later = false;
  for (std::size_t at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
    const std::size_t value = text.find_first_not_of(" \t\r\n:", at + key.size());
    if (value == std::string_view::npos) break;
    const std::string_view digits = text.substr(value, text.find_first_not_of("0123456789", value) - value);
    may_be_later = may_be_later || digits != "1";
  }
  if (!may_be_later) return std::nullopt;
  std::optional<std::int64_t> layout;
  try {
    JsonReader reader(text, "metadata");
    reader.object([&](const std::string& section) {
      if (section != "erm" || reader.kind() != JsonReader::Kind::object) return static_cast<void>(reader.any());
      reader.object([&](const std::string& name) {
        const Json value = reader.any();
        if (name == "layout" && value.is_number_integer() && value > 1) layout = value.get<std::int64_t>();
      });
    });
  } catch (const Error&) {
    // If what was read so far names the layout, the rest may be in a form that is not known here.
  }
  return layout;
}

class RunCheck : private FilesCheck {
 public:
  using Outcome = RunOutcome;

  /// `path` is the run's folder below the root, and `metadata` the name of its metadata, which is another in the trash.
  /// `tree` may be null. If it has listed the files of the run already, they are not listed again unless something seems
  /// wrong: the run may have been replaced since.
  RunCheck(CheckWork& work, const StoreTree* tree, std::string path,
           std::string metadata = std::string(metadata_filename))
      : FilesCheck(work, std::move(path), std::move(metadata)), tree_(tree) {}

  Outcome outcome() {
    constexpr int attempts = 10;
    for (int i = 1; i <= attempts; ++i) {
      work_.tick();
      out_ = {};
      Bytes bytes;
      const bool is_listed = i == 1 && tree_ != nullptr && tree_->has_listing();
      try {
        bytes = fs_.read_bounded(joined(folder_, metadata_));
        list_files(is_listed);
        examine(bytes);
      } catch (const NotFoundError&) {
        out_ = {};
        out_.is_gone = true;
      } catch (const FormatError& error) {
        add_damaged_metadata(metadata_, fault_text(error, joined(folder_, metadata_)));
      } catch (const IoError& error) {
        add_unreadable(metadata_, error);
      }
      if (is_harmless()) return std::move(out_);
      if (is_listed) continue;
      // Between its two claims, an overwrite leaves the replaced files for a moment.
      const bool looks_twice = i == 1 && has(CheckKind::unlisted_file);
      if (!looks_twice && is_settled(bytes)) return std::move(out_);
      std::this_thread::sleep_for(std::chrono::milliseconds(20 * i));
    }
    out_ = {};
    add(CheckKind::in_use, CheckSeverity::notice, "", "a process is changing the run", "check it again later");
    return std::move(out_);
  }

 private:
  static constexpr const char* remove_or_keep = "look whether you need it, and remove it or move it elsewhere";

  /// Whether the findings need no second look. One that a run was killed does: it may have just finished.
  [[nodiscard]] bool is_harmless() const {
    return std::all_of(out_.findings.begin(), out_.findings.end(), [](const CheckFinding& finding) {
      return finding.problem.severity == Severity::notice && finding.problem.kind != CheckKind::killed_run;
    });
  }

  /// Whether no process has changed the run while it was examined, so that the findings are true.
  [[nodiscard]] bool is_settled(const Bytes& before) const {
    try {
      if (!is_in_trash() && state_of_claim(fs_, claim_path(folder_)) == ClaimState::held) return false;
      for (const CheckFinding& finding : out_.findings)
        if (finding.problem.kind == CheckKind::unlisted_file &&
            fs_.info(work_.place_of(finding.problem.path)).kind == FileKind::missing)
          return false;
      return fs_.read_bounded(joined(folder_, metadata_)) == before;
    } catch (const NotFoundError&) {
      return false;
    } catch (const Error&) {
      return true;  // it cannot be read, which is the finding
    }
  }

  void list_files(bool is_listed) {
    if (is_listed) {
      files_ = tree_->listed_below(path_);
      return;
    }
    files_ = StoreTree::files_below(fs_, folder_, [&](const std::string& inside, const Error& error) {
      add_unreadable(inside, error);
    });
  }

  void examine(const Bytes& bytes) {
    known_.clear();
    known_.insert(metadata_);
    const std::string place = joined(folder_, metadata_);
    const std::optional<std::int64_t> layout = later_layout(view(bytes));
    if (layout) {
      add(CheckKind::later_version, Severity::notice, metadata_,
          "a later version of ERM wrote it, in layout " + std::to_string(*layout), "check it with that version");
    }
    MetadataFile metadata;
    try {
      metadata = MetadataReader::read(view(bytes), place);
    } catch (const FormatError& error) {
      if (!layout) add_damaged_metadata(metadata_, fault_text(error, place));
      return;
    }
    out_.ids = RunIds{metadata.record.experiment_id, metadata.record.variant_id, metadata.record.run_id};
    out_.timestamp_utc = metadata.record.timestamp_utc;
    read_writers(metadata);
    judge_life(metadata);
    check_artifacts(metadata);
    if (layout) return;
    find_foreign();
    if (metadata.written_by_erm) {
      check_histories(metadata);
      check_all_series(metadata);
      check_consoles(metadata);
    }
    check_edits(metadata);
    check_unlisted(metadata);
  }

  /// What other writers of a live run logged.
  void read_writers(MetadataFile& metadata) {
    writers_.clear();
    if (!metadata.written_by_erm || metadata.history_files) return;
    for (const auto& [file, entry] : files_) {
      if (!is_in_folder(file, "history") || !ends_with(file, ".json") || entry.kind != FileKind::file) continue;
      known_.insert(file);
      const std::string place = joined(folder_, file);
      try {
        writers_.emplace(file, MetadataReader::read(view(fs_.read_bounded(place)), place));
      } catch (const NotFoundError&) {
        // The main writer has taken it over.
      } catch (const FormatError& error) {
        add(CheckKind::damaged_metadata, Severity::error, file, fault_text(error, place),
            "put back a copy of the file or mend it; without it the run loads, and lacks what this writer logged");
      } catch (const IoError& error) {
        add_unreadable(file, error);
      }
    }
  }

  void judge_life(const MetadataFile& metadata) {
    const auto lives = [&](const std::string& file, const RunRecord& record) {
      return record.status == RunStatus::running && !is_dead(fs_, joined(folder_, file), record);
    };
    const RunRecord& main = metadata.record;
    is_alive_ = lives(metadata_, main);
    const bool was_killed = main.status == RunStatus::running && !is_alive_;
    for (const auto& [file, writer] : writers_) is_alive_ = is_alive_ || lives(file, writer.record);
    if (was_killed && !is_alive_)
      add(CheckKind::killed_run, Severity::notice, metadata_,
          "its process ended without finishing the run; last heard of at " + time_text(last_heard_of(main)),
          "resume it, or leave it as it is: what it logged is there");
  }

  void check_artifacts(const MetadataFile& metadata) {
    std::map<std::string, const StoredArtifact*> listed;  // by file
    for (const StoredArtifact& artifact : metadata.artifacts) listed.emplace(artifact.stored_filename, &artifact);
    for (const auto& [file, writer] : writers_)
      for (const StoredArtifact& artifact : writer.artifacts) listed.emplace(artifact.stored_filename, &artifact);
    for (const auto& [name, artifact] : listed) {
      const std::string file = "artifacts/" + name;
      ++work_.artifacts;
      const auto size = size_of(file, "it is the artifact " + shown(artifact->id), Severity::error,
                                "put it back, or remove the run");
      const auto compare = [&, &artifact = artifact] {
        check_content(file, *size, artifact->size, artifact->sha256.value_or(""));
      };
      if (size && !read_file(file, compare)) continue;
      ++out_.artifacts;
      out_.bytes += size.value_or(0);
    }
  }

  /// A live run has begun the file of each of its writers before it wrote metadata.
  static void expect_history_of(const std::string& writer, std::vector<std::string>& names) {
    if (std::find(names.begin(), names.end(), writer + ".csv") == names.end()) names.push_back(writer + ".csv");
  }

  void check_histories(const MetadataFile& metadata) {
    std::vector<std::string> names;
    const bool is_listed = metadata.history_files.has_value();
    if (is_listed) {
      names = *metadata.history_files;
    } else {
      for (const auto& [file, entry] : files_)
        if (is_in_folder(file, "history") && ends_with(file, ".csv")) names.push_back(last_part(file));
      if (!metadata.record.owner.empty() && !is_alive_) expect_history_of("main", names);
      for (const auto& [file, writer] : writers_)
        if (!is_alive_) expect_history_of(last_part(file).substr(0, last_part(file).size() - 5), names);
    }
    for (const std::string& name : names) {
      const std::string file = "history/" + name;
      const auto size = size_of(file, "it holds points of the run", Severity::error,
                                is_listed ? "put it back; without it the run cannot be loaded" : "put it back");
      if (size) read_file(file, [&] {
        tell(file, fault_of_history(work_, joined(folder_, file), *size), is_listed,
             "mend or remove the line; until then the run cannot be loaded");
      });
    }
  }

  void check_all_series(const MetadataFile& metadata) {
    std::set<std::string> names;
    const bool is_listed = metadata.history_files.has_value();
    bool has_series = false;
    for (const auto& [file, entry] : files_) {
      has_series = has_series || file.rfind("series/", 0) == 0;
      if (!is_listed && is_in_folder(file, "series") && (ends_with(file, ".csv") || ends_with(file, ".hist")))
        names.insert(last_part(file));
    }
    if (is_listed) names.insert(metadata.series_files.begin(), metadata.series_files.end());
    std::map<std::string, SeriesLine> contents;  // by file
    for (const std::string& name : names) {
      const std::string file = "series/" + name;
      const char* const what =
          has_series ? "it lists series of the run" : "ERM 0.1 copied the run without its series";
      const auto size = size_of(file, what, has_series ? Severity::error : Severity::warning, "put it back");
      if (!size) continue;
      read_file(file, [&] {
        const auto note = [&](const SeriesLine& line) { contents.insert_or_assign("series/" + line.file, line); };
        tell(file, fault_of_series(work_, joined(folder_, file), note), is_listed,
             "mend or remove it; until then the series of the run cannot be read");
      });
    }
    for (const auto& [file, line] : contents) {
      const auto size = size_of(file, "it belongs to the series " + shown(line.id), Severity::error, "put it back");
      if (!size) continue;
      read_file(file, [&, &file = file, &line = line] {
        if (!line.is_table()) return check_content(file, *size, line.size, line.sha256());
        const ContentFault fault = fault_of_table(work_, joined(folder_, file));
        if (!fault.what.empty())
          add(CheckKind::damaged_file, Severity::error, file, fault.what, "mend or remove the line");
      });
    }
  }

  void check_consoles(const MetadataFile& metadata) {
    std::vector<std::string> names = metadata.record.console_files;
    const bool is_listed = !names.empty();
    if (!is_listed && metadata.record.has_console) {
      for (const auto& [file, entry] : files_)
        if (is_in_folder(file, "console") && ends_with(file, ".log")) names.push_back(last_part(file));
    }
    for (const std::string& name : names) {
      const std::string file = "console/" + name;
      const auto size = size_of(file, "it holds what the process wrote to its console", Severity::error, "put it back");
      if (!size || (is_alive_ && *size == 0)) continue;
      read_file(file, [&] {
        const ContentFault fault = fault_of_console(work_, joined(folder_, file), *size);
        if (fault.what.empty() || is_alive_) return;
        add(fault.is_torn ? CheckKind::torn_file : CheckKind::damaged_file, Severity::error, file, fault.what,
            "put back a copy of the file, or leave it: what is before can be read");
      });
    }
  }

  void check_edits(const MetadataFile& metadata) {
    static const std::string name = last_part(edits_path(""));
    if (files_.count(name) == 0 || !metadata.record.edits_lie_beside) return;
    if (!size_of(name, "", Severity::error, "")) return;
    read_file(name, [&] {
      try {
        static_cast<void>(read_edits(fs_, folder_));
      } catch (const FormatError& error) {
        add(CheckKind::damaged_file, Severity::error, name, fault_text(error, joined(folder_, name)),
            "mend the file, or remove it; until then the run cannot be loaded");
      }
    });
  }

  /// Other runs, claims and links in the run's folder.
  void find_foreign() {
    std::set<std::string> nested;
    for (const auto& [file, entry] : files_) {
      const std::string name = last_part(file);
      const bool is_marker = name == registry_marker || name == experiment_marker || name == variant_marker;
      if (file == metadata_ || last_part(folder_of(file)) == claims_folder) continue;
      if (name == metadata_filename && file != name) nested.insert(folder_of(file));
      if (is_marker || name == metadata_filename) {
        known_.insert(file);
        add(CheckKind::misplaced, Severity::warning, file,
            name == metadata_filename ? "a run lies inside a run, where nothing finds it"
                                      : "an experiment, a variant or a registry lies inside a run, where nothing finds it",
            "move its folder to <registry>/<experiment>/<variant>/<run>");
      }
    }
    for (auto& [file, entry] : files_) {
      for (const std::string& folder : nested)
        if (file.rfind(folder + "/", 0) == 0) known_.insert(file);
      if (known_.count(file) != 0) continue;
      if (last_part(folder_of(file)) == claims_folder && file.find('/') != std::string::npos) {
        known_.insert(file);
        add_temporary(file);
      } else if (entry.kind == FileKind::link) {
        add_link(file);
      } else if (entry.kind == FileKind::other) {
        add_not_a_file(file);
      }
    }
  }

  /// An overwrite removes the files that it has replaced after the new metadata are there, under another claim.
  [[nodiscard]] bool was_just_saved() const {
    const std::optional<double> age = fs_.age(joined(folder_, metadata_));
    return age && *age > -10 && *age < 10;
  }

  void check_unlisted(const MetadataFile& metadata) {
    std::optional<ClaimState> claim;  // looked at only if it is needed: it may be a request
    std::optional<bool> is_fresh;
    std::set<std::string> told;
    for (const auto& [file, entry] : files_) {
      const std::string name = last_part(file);
      if (known_.count(file) != 0 || !link_above(file).empty()) continue;
      if (name == ".erm_keep" || name.rfind(".erm_probe_", 0) == 0 || name.rfind(".erm_bid_", 0) == 0) continue;  // of S3
      const std::string part = file.substr(0, file.find('/'));
      const bool is_of_run = part == "artifacts" || part == "history" || part == "series" || part == "console";
      if (!is_of_run) {
        if (told.insert(part).second)
          add(CheckKind::unlisted_file, Severity::notice, part,
              part.rfind(reserved_prefix, 0) == 0 ? "is none of the files that this version of ERM knows"
                                                  : "is no file of ERM",
              "leave it: ERM neither reads nor removes it");
        continue;
      }
      if (part == "history" && name.find(".csv.set_aside") != std::string::npos) {
        add(CheckKind::unlisted_file, Severity::warning, file,
            "is a history that another program had changed, so that ERM moved it aside and began a new one: its good lines "
            "are points which the run may lack",
            "look whether you need these points before you remove it or move it elsewhere");
        continue;
      }
      if (is_alive_) continue;
      if (!claim) claim = is_in_trash() ? ClaimState::free : readable_state_of_claim(fs_, claim_path(folder_));
      if (*claim == ClaimState::dead) continue;  // a killed overwrite left it, which the claim tells
      const bool was_overwritten = !metadata.written_by_erm && part != "artifacts";
      const bool is_left_over = !metadata.history_files && metadata.written_by_erm;  // of a live run
      const char* what = "no metadata name it";
      if (was_overwritten) what = "is not read any more: the Python package overwrote the run";
      if (!was_overwritten && !is_left_over) {
        if (!is_fresh) is_fresh = was_just_saved();
        if (*is_fresh) continue;
      }
      if (is_left_over) what = "no metadata name it: the process ended before it wrote them, or another program made it";
      add(CheckKind::unlisted_file, was_overwritten || is_left_over ? Severity::notice : Severity::warning, file, what,
          remove_or_keep);
    }
  }

  const StoreTree* tree_;
  std::map<std::string, MetadataFile> writers_;
};

}  // namespace erm::detail
