// The files in the trash of a registry.
//
//   .erm_trash/<entry>/entry.json     what was deleted, from where and when; written before the rest of the entry
//   .erm_trash/<entry>/run/           a run's folder as it was, but with its metadata in .erm_deleted_<entry>.json
//   .erm_trash/<entry>/marker.json    or the marker file of a variant or an experiment
//
// Readers see none of it as a run, a variant or an experiment. An entry without content does not count: the deletion
// has not begun, or the entry is being removed. While a run moves to the trash or back, its content is in its own
// folder, where the filename of the metadata names the entry (see deleted_entry_in).
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "erm/detail/base/json_reader.hpp"
#include "erm/detail/base/json_text.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/os/identity.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/detail/store/run_claim.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

/// Names a run; without a run id, a variant; without a variant id, an experiment.
struct RunIds {
  std::string experiment_id, variant_id, run_id;

  [[nodiscard]] std::string folder(const std::string& root) const {
    return joined(joined(joined(root, experiment_id), variant_id), run_id);
  }
  friend bool operator==(const RunIds& a, const RunIds& b) {
    return a.experiment_id == b.experiment_id && a.variant_id == b.variant_id && a.run_id == b.run_id;
  }
};

/// What the user deleted. All runs of one deleted variant or experiment have the same name here.
struct Deletion {
  std::string what;  // "run", "variant", "experiment"
  std::string name;

  friend bool operator==(const Deletion& a, const Deletion& b) { return a.what == b.what && a.name == b.name; }
};

struct TrashEntry {
  std::string name;
  RunIds ids;
  Deletion deletion;
  TimePoint deleted_utc;

  [[nodiscard]] bool is_run() const noexcept { return !ids.run_id.empty(); }

  [[nodiscard]] std::string text() const {
    std::string out = "{";
    const auto add = [&](const char* key, const std::string& value) {
      if (value.empty()) return;
      append_json_string(out += out.size() > 1 ? ", " : "", key);
      append_json_string(out += ": ", value);
    };
    add("experiment_id", ids.experiment_id);
    add("variant_id", ids.variant_id);
    add("run_id", ids.run_id);
    add("deleted_utc", time_text(deleted_utc));
    add("deleted", deletion.what);
    add("deletion", deletion.name);
    return out + "}\n";
  }

  /// Reads text(). Throws FormatError for other content, but accepts keys that a later version may add.
  static TrashEntry read(std::string_view content, const std::string& path, std::string name) {
    TrashEntry entry;
    entry.name = std::move(name);
    std::string time;
    JsonReader reader(content, "the entry of a registry's trash '" + path + "'");
    reader.object([&](const std::string& key) {
      for (const auto& [known, value] :
           {std::pair("experiment_id", &entry.ids.experiment_id), std::pair("variant_id", &entry.ids.variant_id),
            std::pair("run_id", &entry.ids.run_id), std::pair("deleted_utc", &time),
            std::pair("deleted", &entry.deletion.what), std::pair("deletion", &entry.deletion.name)}) {
        if (key != known) continue;
        *value = reader.text();
        return;
      }
      static_cast<void>(reader.any());
    });
    reader.end();
    const auto fail = [&](const std::string& what) {
      throw FormatError("cannot read the entry of a registry's trash '" + path + "': " + what +
                        "; mend the file, or remove the entry's folder");
    };
    // Check the ids, because they become paths in the registry.
    for (const std::string* const id : {&entry.ids.experiment_id, &entry.ids.variant_id, &entry.ids.run_id})
      if (const std::string fault = id->empty() ? "" : fault_of_name(*id); !fault.empty())
        fail("the id " + shown(*id) + " " + fault);
    if (entry.ids.experiment_id.empty() || (entry.is_run() && entry.ids.variant_id.empty())) fail("an id is missing");
    const std::optional<TimePoint> deleted = parse_time(time);
    if (!deleted) fail("its deleted_utc is no time");
    entry.deleted_utc = *deleted;
    return entry;
  }
};

/// An entry that is passed over.
struct TrashDamage {
  std::string name;  // of the entry
  std::string reason;
  std::error_code code;  // of the system, if that is why

  /// Whether the disk failed. An entry that somebody else deleted may be closed to this user for good.
  [[nodiscard]] bool is_of_disk() const { return code && code != std::errc::permission_denied; }
};

/// The entries of one registry's trash.
class TrashEntries {
 public:
  TrashEntries(FileSystem& fs, std::string root)
      : fs_(fs), root_(std::move(root)), folder_(joined(root_, ".erm_trash")) {}

  /// Throws FormatError if the trash is a link or a file.
  void expect_no_link() const {
    const FileKind kind = fs_.info(folder_).kind;
    if (kind != FileKind::missing && kind != FileKind::folder)
      throw FormatError("cannot use the trash '" + folder_ +
                        "': it is a link or a file, and ERM follows no links there; " + "remove it");
  }
  [[nodiscard]] const std::string& folder() const noexcept { return folder_; }
  [[nodiscard]] std::string path_of(const std::string& name) const { return joined(folder_, name); }
  [[nodiscard]] std::string run_of(const std::string& name) const { return joined(path_of(name), "run"); }
  [[nodiscard]] std::string marker_of(const std::string& name) const { return joined(path_of(name), "marker.json"); }

  /// A claim on an entry. Its destructor removes the trash if it is empty.
  class Hold {
   public:
    Hold(const TrashEntries& entries, const std::string& name)
        : entries_(entries), claim_(entries.fs_.claim(joined(joined(entries.folder_, claims_folder), name))) {}
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() {
      claim_.reset();
      try {
        entries_.fs_.remove_if_empty(entries_.folder_);
      } catch (const Error&) {
        // If this fails, the empty folder stays.
      }
    }
    /// False if a live process holds the entry.
    explicit operator bool() const noexcept { return claim_ != nullptr; }

   private:
    const TrashEntries& entries_;
    std::unique_ptr<Claim> claim_;
  };
  [[nodiscard]] std::unique_ptr<Hold> hold(const std::string& name) const {
    auto hold = std::make_unique<Hold>(*this, name);
    return *hold ? std::move(hold) : nullptr;
  }

  struct Held {
    TrashEntry entry;
    std::unique_ptr<Hold> hold;
  };

  /// Creates a new entry without content.
  [[nodiscard]] Held make(RunIds ids, Deletion deletion) const {
    expect_no_link();
    Held held{{{}, std::move(ids), std::move(deletion), now_utc()}, nullptr};
    const std::string name = new_name(held.entry.deleted_utc);
    for (int i = 1;; ++i) {
      held.entry.name = i == 1 ? name : name + "_" + std::to_string(i);
      held.hold = hold(held.entry.name);
      if (!held.hold || fs_.info(path_of(held.entry.name)).kind != FileKind::missing) continue;
      try {
        write(held.entry);
      } catch (...) {
        try {
          remove(held.entry);
        } catch (const Error&) {
          // The caller gets the first error. The next call that empties the trash removes the rest.
        }
        throw;
      }
      return held;
    }
  }

  /// A name from the time and the process number, so that two processes hardly ever choose the same name.
  static std::string new_name(TimePoint time) {
    std::string name = generated_run_id(time) + "_";
    append_padded(name, static_cast<int>((time.time_since_epoch().count() % 1000000 + 1000000) % 1000000), 6);
    return name + "_" + os::process_number();
  }

  /// Writes the entry.json of an entry that the caller holds, unless it exists.
  void write(const TrashEntry& entry) const {
    if (!fs_.are_files({entry_path(entry.name)})) fs_.write(entry_path(entry.name), entry.text(), Durability::durable);
  }

  struct Found {
    TrashEntry entry;
    bool is_whole = false;  // its content is here
  };

  /// All entries in the order of their deletion. Calls `on_nameless(name, has_content)` for entries without entry.json,
  /// and `on_damaged(damage)` for those that cannot be read.
  [[nodiscard]] std::vector<Found> find(
      const std::function<void(const std::string& name, bool has_content)>& on_nameless,
      const std::function<void(const TrashDamage& damage)>& on_damaged) const {
    expect_no_link();
    struct Files {
      bool entry = false, content = false;
    };
    std::map<std::string, Files> names;
    if (fs_.has_folders())  // some may be empty
      for (const FolderEntry& entry : fs_.list(folder_))
        if (entry.kind == FileKind::folder && entry.name[0] != '.') names[entry.name] = {};
    // What an entry consists of is not known if its folder cannot be read.
    const auto leave_out = [&](const TrashDamage& damage) {
      names.erase(damage.name);
      on_damaged(damage);
    };
    each_file(
        [&](const std::string& file) {
          const std::size_t slash = file.find('/');
          if (slash == std::string::npos || file[0] == '.') return;
          Files& files = names[file.substr(0, slash)];
          const std::string inside = file.substr(slash + 1);
          if (inside == "entry.json") files.entry = true;
          if (inside == "marker.json" || inside == "run/" + deleted_filename(file.substr(0, slash)))
            files.content = true;
        },
        leave_out);
    std::vector<Found> found;
    constexpr std::size_t at_once = 512;
    std::vector<std::string> paths;
    std::vector<const std::pair<const std::string, Files>*> some;  // whose entries are read at once
    const auto read_some = [&] {
      const std::vector<std::optional<Bytes>> contents = read_those_left(paths, on_damaged);
      for (std::size_t i = 0; i < some.size(); ++i) {
        const auto& [name, files] = *some[i];
        try {
          if (contents[i]) found.push_back({TrashEntry::read(view(*contents[i]), paths[i], name), files.content});
        } catch (const FormatError& error) {
          on_damaged({name, error.what(), {}});
        }
      }
      paths.clear();
      some.clear();
    };
    for (const auto& each : names) {
      if (!each.second.entry) {
        on_nameless(each.first, each.second.content);
        continue;
      }
      paths.push_back(entry_path(each.first));
      some.push_back(&each);
      if (some.size() == at_once) read_some();
    }
    read_some();
    std::stable_sort(found.begin(), found.end(),
                     [](const Found& a, const Found& b) { return a.entry.deleted_utc < b.entry.deleted_utc; });
    return found;
  }

  /// The entries whose content is in the trash or moving there, in the order of their deletion. Passes over those that
  /// cannot be read, and calls `on_damaged` with each.
  [[nodiscard]] std::vector<TrashEntry> list(const std::function<void(const TrashDamage& damage)>& on_damaged) const {
    std::vector<TrashEntry> entries;
    const auto refuse = [&](const std::string& name, bool has_content) {
      if (has_content)
        on_damaged({name,
                    "cannot read the trash of a registry: '" + path_of(name) +
                        "' has no entry.json, which says what it was; put it back, or remove the folder",
                    {}});
    };
    for (Found& found : find(refuse, on_damaged))
      if (found.is_whole || is_on_its_way(found.entry)) entries.push_back(std::move(found.entry));
    return entries;
  }

  /// Whether the run is deleted but its folder has not moved yet.
  [[nodiscard]] bool is_on_its_way(const TrashEntry& entry) const {
    if (!entry.is_run()) return false;
    const std::string folder = entry.ids.folder(root_);
    return fs_.are_files({joined(folder, deleted_filename(entry.name))}) && !fs_.are_files({metadata_path(folder)});
  }

  /// Removes an entry that the caller holds, with its content.
  void remove(const TrashEntry& entry) const { remove(entry.name); }
  void remove(const std::string& name) const {
    // Removes these files first: without them the rest does not count, even if only half of it is removed.
    fs_.remove_many({joined(run_of(name), deleted_filename(name)), marker_of(name)});
    fs_.remove(path_of(name));
  }

 private:
  [[nodiscard]] std::string entry_path(const std::string& name) const { return joined(path_of(name), "entry.json"); }

  /// Calls `visit(path)` with each file below the trash. Passes over an entry whose folder cannot be read.
  template <class Visit>
  void each_file(const Visit& visit, const std::function<void(const TrashDamage& damage)>& on_damaged) const {
    if (!fs_.has_folders()) {
      for (const std::string& file : fs_.files_below(folder_)) visit(file);
      return;
    }
    for (const FolderEntry& entry : fs_.list(folder_)) {
      if (entry.kind != FileKind::folder || entry.name[0] == '.') continue;
      std::vector<std::string> files;
      try {
        files = fs_.files_below(path_of(entry.name));
      } catch (const IoError& error) {
        on_damaged({entry.name, error.what(), error.code()});
      }
      for (const std::string& file : files) visit(joined(entry.name, file));
    }
  }

  /// Reads the files that still exist, because other processes may remove entries meanwhile.
  [[nodiscard]] std::vector<std::optional<Bytes>> read_those_left(
      const std::vector<std::string>& paths, const std::function<void(const TrashDamage& damage)>& on_damaged) const {
    std::vector<std::optional<Bytes>> contents;
    try {
      for (Bytes& content : read_many_bounded(fs_, paths)) contents.emplace_back(std::move(content));
    } catch (const Error&) {
      contents.clear();
      for (const std::string& path : paths) {
        contents.emplace_back();
        try {
          contents.back() = fs_.read_bounded(path);
        } catch (const NotFoundError&) {
          // The entry was removed.
        } catch (const IoError& error) {
          on_damaged({last_part(folder_of(path)), error.what(), error.code()});
        } catch (const Error& error) {
          on_damaged({last_part(folder_of(path)), error.what(), {}});
        }
      }
    }
    return contents;
  }

  FileSystem& fs_;
  std::string root_;
  std::string folder_;
};

}  // namespace erm::detail
