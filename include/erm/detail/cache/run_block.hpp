// What a reader's cache keeps of some runs of one variant: their stamps, and what filters and orders ask for.
//
//   RunBlockWriter writer(place);
//   writer.add("run_1", stamp, record);
//   const auto block = RunBlock::read(writer.take(), place);     // null if a byte of it is not as it was written
//   block->value(0, block->find(0, CachedColumn::metric, "loss").value());
//
// A block is a text of its own: a header with a checksum, an entry of fixed size for each run, the sets of names that
// runs have (most have the same), eight bytes for each value, and texts. So a filter finds the place of a name once for
// all runs with the same names, and then reads eight bytes of each run. Numbers are in this machine's order of bytes.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/to_size.hpp"
#include "erm/detail/cache/digest.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/file_info.hpp"
#include "erm/goal.hpp"
#include "erm/value.hpp"

namespace erm::detail {

/// What a value of a run is. The number is a part of the format.
enum class CachedColumn : std::uint32_t { param, metric, tag, goal, feature, group, note, failure };

struct CachedName {
  CachedColumn column;
  std::uint32_t at, size;  // its text
};

struct CachedEntry {
  std::uint64_t stamp[5];
  std::int64_t timestamp;
  std::int64_t duration;  // in microseconds
  std::uint32_t id_at, id_size;
  std::uint32_t names_at, names;  // in the block's list of names
  std::uint32_t slots_at;         // in the block's list of cells: a slot for each name, then a byte for each, its kind
  std::uint16_t status;
  std::uint8_t has_history, has_duration;

  [[nodiscard]] bool has(const FileStamp& other) const noexcept {
    return stamp[0] == other.size && std::memcmp(stamp + 1, other.marks, sizeof other.marks) == 0;
  }
};

struct RunBlockHeader {
  static constexpr std::uint64_t current = 0x0001'4B4C'424D'5245U;  // also tells the order of bytes, and the version

  std::uint64_t magic = current;
  std::uint64_t checksum = 0;  // of all that follows it
  std::uint64_t place = 0;     // a digest of the registry and the variant
  std::uint64_t size = 0;      // of the block
  std::uint32_t entries = 0, names = 0, cells = 0, text = 0;
};

class RunBlock {
 public:
  /// In words, so that all parts are aligned.
  using Words = std::unique_ptr<std::uint64_t[]>;
  /// Null if these bytes are not a block of that place, as it was written.
  static std::shared_ptr<const RunBlock> read(Words words, std::size_t size, std::uint64_t place);
  static std::shared_ptr<const RunBlock> read(std::string_view bytes, std::uint64_t place) {
    Words words(new std::uint64_t[bytes.size() / 8 + 1]);
    std::memcpy(words.get(), bytes.data(), bytes.size());
    return read(std::move(words), bytes.size(), place);
  }

  [[nodiscard]] std::size_t size() const noexcept { return header_.entries; }
  [[nodiscard]] const CachedEntry& entry(std::size_t i) const noexcept { return entries_[i]; }
  [[nodiscard]] std::string_view id(std::size_t i) const { return text(entries_[i].id_at, entries_[i].id_size); }
  [[nodiscard]] const CachedName* names_of(std::size_t i) const { return names_ + entries_[i].names_at; }
  [[nodiscard]] std::string_view text_of(const CachedName& name) const { return text(name.at, name.size); }
  /// The place of a name among those of a run; nothing if the run does not have it.
  [[nodiscard]] std::optional<std::size_t> find(std::size_t i, CachedColumn column, std::string_view name) const;
  /// The value at a place among a run's names.
  void read_value(std::size_t i, std::size_t place, Value& value) const;
  [[nodiscard]] std::string_view read_text(std::size_t i, std::size_t place) const {
    const std::uint64_t slot = slots_[entries_[i].slots_at + place];
    return text(static_cast<std::uint32_t>(slot >> 32), static_cast<std::uint32_t>(slot & 0xFFFFFFFFU));
  }
  [[nodiscard]] std::uint64_t slot(std::size_t i, std::size_t place) const {
    return slots_[entries_[i].slots_at + place];
  }
  [[nodiscard]] Value::Kind kind(std::size_t i, std::size_t place) const {
    const CachedEntry& entry = entries_[i];
    const auto* const kinds = reinterpret_cast<const unsigned char*>(slots_ + entry.slots_at + entry.names);
    return static_cast<Value::Kind>(kinds[place]);
  }

 private:
  friend class RunBlockWriter;
  RunBlock() = default;

  [[nodiscard]] std::string_view text(std::uint32_t at, std::uint32_t size) const {
    if (at > header_.text || size > header_.text - at) return {};
    return {text_ + at, size};
  }
  [[nodiscard]] bool is_whole() const;

  Words words_;
  RunBlockHeader header_;
  const CachedEntry* entries_ = nullptr;
  const CachedName* names_ = nullptr;
  const std::uint64_t* slots_ = nullptr;
  const char* text_ = nullptr;
};

class RunBlockWriter {
 public:
  explicit RunBlockWriter(std::uint64_t place) : place_(place) {}

  /// False if the run is too large for a cache.
  bool add(std::string_view run_id, const FileStamp& stamp, const RunRecord& record, bool has_history);
  /// An entry of another block.
  void add(const RunBlock& block, std::size_t i);

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  /// The block; empty again afterwards.
  std::string take();

 private:
  struct Names {
    std::uint32_t at, count;
  };
  std::uint64_t put_text(std::string_view text) {
    const std::uint64_t at = text_.size();
    text_ += text;
    return at << 32 | text.size();
  }
  /// The same, for texts that repeat: names, the values of a choice.
  std::uint64_t put_common(std::string_view text);
  /// The same for the next value: most runs have the texts of the run before.
  std::uint64_t put_value_text(std::string_view text);
  void begin() {
    sought_.clear();
    kinds_.swap(last_kinds_);
    kinds_.clear();
    new_slots_.swap(last_slots_);
    new_slots_.clear();
  }
  void put(CachedColumn column, std::string_view name, std::uint64_t slot, Value::Kind kind);
  void put_value(CachedColumn column, const std::string& name, const Value& value);
  [[nodiscard]] Names put_names();
  void end(CachedEntry entry);

  std::uint64_t place_;
  std::vector<CachedEntry> entries_;
  std::vector<CachedName> names_;
  std::vector<std::uint64_t> slots_;
  std::string text_;
  std::map<std::string, Names, std::less<>> sets_;             // of names, by all of them
  std::map<std::string, std::uint64_t, std::less<>> common_;   // texts

  // of the run that is being added
  std::vector<std::pair<CachedColumn, std::string_view>> sought_;
  std::vector<std::uint64_t> new_slots_, last_slots_;
  std::string kinds_, last_kinds_;
  Names last_ = {};  // of the run before
};

// ---- bodies ----

inline std::shared_ptr<const RunBlock> RunBlock::read(Words words, std::size_t size, std::uint64_t place) {
  constexpr std::size_t checked = offsetof(RunBlockHeader, place);
  RunBlockHeader header;
  if (size < sizeof header) return nullptr;
  std::memcpy(static_cast<void*>(&header), words.get(), sizeof header);
  if (header.magic != RunBlockHeader::current || header.size != size || header.place != place) return nullptr;
  const char* at = reinterpret_cast<const char*>(words.get());
  if (header.checksum != quick_digest({at + checked, size - checked})) return nullptr;
  const std::uint64_t parts = std::uint64_t{header.entries} * sizeof(CachedEntry) + std::uint64_t{header.cells} * 8 +
                              std::uint64_t{header.names} * sizeof(CachedName) + header.text;
  if (sizeof header + parts != size) return nullptr;
  std::shared_ptr<RunBlock> block(new RunBlock);
  block->header_ = header;
  block->words_ = std::move(words);
  at += sizeof header;
  block->entries_ = reinterpret_cast<const CachedEntry*>(at);
  at += header.entries * sizeof(CachedEntry);
  block->slots_ = reinterpret_cast<const std::uint64_t*>(at);
  at += std::size_t{header.cells} * 8;
  block->names_ = reinterpret_cast<const CachedName*>(at);
  at += header.names * sizeof(CachedName);
  block->text_ = at;
  if (!block->is_whole()) return nullptr;
  return block;
}

/// Whether all numbers of places are inside.
inline bool RunBlock::is_whole() const {
  for (std::size_t i = 0; i < header_.entries; ++i) {
    const CachedEntry& entry = entries_[i];
    const std::uint64_t cells = entry.names + (std::uint64_t{entry.names} + 7) / 8;
    if (std::uint64_t{entry.names_at} + entry.names > header_.names) return false;
    if (entry.slots_at + cells > header_.cells) return false;
  }
  return true;
}

inline std::optional<std::size_t> RunBlock::find(std::size_t i, CachedColumn column, std::string_view name) const {
  const CachedName* const names = names_of(i);
  std::size_t from = 0, to = entries_[i].names;
  while (from < to) {
    const std::size_t middle = (from + to) / 2;
    const CachedName& one = names[middle];
    const int order = one.column != column ? (one.column < column ? -1 : 1) : text_of(one).compare(name);
    if (order == 0) return middle;
    if (order < 0)
      from = middle + 1;
    else
      to = middle;
  }
  return std::nullopt;
}

inline void RunBlock::read_value(std::size_t i, std::size_t place, Value& value) const {
  const std::uint64_t slot = this->slot(i, place);
  switch (kind(i, place)) {
    case Value::Kind::text:
      value = Value(std::string(read_text(i, place)));
      return;
    case Value::Kind::signed_integer: {
      std::int64_t number = 0;
      std::memcpy(&number, &slot, sizeof number);
      value = Value(number);
      return;
    }
    case Value::Kind::unsigned_integer:
      value = Value(slot);
      return;
    case Value::Kind::floating: {
      double number = 0;
      std::memcpy(&number, &slot, sizeof number);
      value = Value(number);
      return;
    }
    case Value::Kind::boolean:
      value = Value(slot != 0);
      return;
  }
}

inline std::uint64_t RunBlockWriter::put_common(std::string_view text) {
  const auto known = common_.find(text);
  if (known != common_.end()) return known->second;
  const std::uint64_t place = put_text(text);
  if (common_.size() < 4096) common_.emplace(text, place);
  return place;
}

inline std::uint64_t RunBlockWriter::put_value_text(std::string_view text) {
  const std::size_t k = new_slots_.size();
  if (k < last_slots_.size() && static_cast<Value::Kind>(last_kinds_[k]) == Value::Kind::text) {
    const std::uint64_t slot = last_slots_[k];
    if ((slot & 0xFFFFFFFFU) == text.size() && text_.compare(to_size(slot >> 32), text.size(), text) == 0) return slot;
  }
  return text.size() <= 64 ? put_common(text) : put_text(text);
}

inline void RunBlockWriter::put(CachedColumn column, std::string_view name, std::uint64_t slot, Value::Kind kind) {
  sought_.emplace_back(column, name);
  new_slots_.push_back(slot);
  kinds_ += static_cast<char>(kind);
}

inline void RunBlockWriter::put_value(CachedColumn column, const std::string& name, const Value& value) {
  std::uint64_t slot = 0;
  switch (value.kind()) {
    case Value::Kind::text:
      slot = put_value_text(value.str());
      break;
    case Value::Kind::signed_integer: {
      const auto number = value.get<std::int64_t>();
      std::memcpy(&slot, &number, sizeof slot);
      break;
    }
    case Value::Kind::unsigned_integer:
      slot = value.get<std::uint64_t>();
      break;
    case Value::Kind::floating: {
      const auto number = value.get<double>();
      std::memcpy(&slot, &number, sizeof slot);
      break;
    }
    case Value::Kind::boolean:
      slot = value.get<bool>() ? 1 : 0;
      break;
  }
  put(column, name, slot, value.kind());
}

inline bool RunBlockWriter::add(std::string_view run_id, const FileStamp& stamp, const RunRecord& record,
                                bool has_history) {
  constexpr std::uint64_t most = std::uint64_t{256} << 10;  // such metadata are read for much longer than they are cached
  if (stamp.size > most || text_.size() > (std::size_t{1} << 30)) return false;
  begin();
  for (const auto& [name, value] : record.params) put_value(CachedColumn::param, name, value);
  for (const auto& [name, value] : record.metrics) put_value(CachedColumn::metric, name, value);
  for (const auto& [name, value] : record.tags)
    put(CachedColumn::tag, name, put_value_text(value), Value::Kind::text);
  for (const auto& [name, goal] : record.goals)
    put(CachedColumn::goal, name, goal == Goal::minimize ? 0 : 1, Value::Kind::boolean);
  for (const std::string& feature : record.features) put(CachedColumn::feature, feature, 0, Value::Kind::boolean);
  const auto put_own = [&](CachedColumn column, const std::string& own) {
    if (!own.empty()) put(column, {}, put_value_text(own), Value::Kind::text);
  };
  put_own(CachedColumn::group, record.group);
  put_own(CachedColumn::note, record.note);
  put_own(CachedColumn::failure, record.failure);
  CachedEntry entry = {};
  entry.stamp[0] = stamp.size;
  std::memcpy(entry.stamp + 1, stamp.marks, sizeof stamp.marks);
  entry.timestamp = record.timestamp_utc.time_since_epoch().count();
  const std::optional<std::chrono::microseconds> duration = duration_of(record);
  entry.duration = duration ? duration->count() : 0;
  entry.has_duration = duration ? 1 : 0;
  entry.status = static_cast<std::uint16_t>(record.status);
  entry.has_history = has_history ? 1 : 0;
  const std::uint64_t id = put_text(run_id);
  entry.id_at = static_cast<std::uint32_t>(id >> 32);
  entry.id_size = static_cast<std::uint32_t>(id & 0xFFFFFFFFU);
  end(entry);
  return true;
}

inline void RunBlockWriter::add(const RunBlock& block, std::size_t i) {
  begin();
  CachedEntry entry = block.entry(i);
  const CachedName* const names = block.names_of(i);
  for (std::size_t k = 0; k < entry.names; ++k) {
    const Value::Kind kind = block.kind(i, k);
    std::uint64_t slot = block.slot(i, k);
    if (kind == Value::Kind::text) slot = put_value_text(block.read_text(i, k));
    put(names[k].column, block.text_of(names[k]), slot, kind);
  }
  const std::uint64_t id = put_text(block.id(i));
  entry.id_at = static_cast<std::uint32_t>(id >> 32);
  entry.id_size = static_cast<std::uint32_t>(id & 0xFFFFFFFFU);
  end(entry);
}

/// The names of the run, most often those of the run before.
inline RunBlockWriter::Names RunBlockWriter::put_names() {
  bool is_same = last_.count == sought_.size();
  for (std::size_t k = 0; is_same && k < sought_.size(); ++k) {
    const CachedName& name = names_[last_.at + k];
    is_same = name.column == sought_[k].first && name.size == sought_[k].second.size() &&
              text_.compare(name.at, name.size, sought_[k].second) == 0;
  }
  if (is_same) return last_;
  std::string key;
  for (const auto& [column, name] : sought_) {
    const std::uint64_t size = name.size();
    key += static_cast<char>(column);
    key.append(reinterpret_cast<const char*>(&size), sizeof size) += name;
  }
  const auto [set, is_new] = sets_.try_emplace(
      std::move(key), Names{static_cast<std::uint32_t>(names_.size()), static_cast<std::uint32_t>(sought_.size())});
  if (is_new)
    for (const auto& [column, name] : sought_) {
      const std::uint64_t text = put_common(name);
      names_.push_back(
          {column, static_cast<std::uint32_t>(text >> 32), static_cast<std::uint32_t>(text & 0xFFFFFFFFU)});
    }
  return set->second;
}

inline void RunBlockWriter::end(CachedEntry entry) {
  last_ = put_names();
  entry.names_at = last_.at;
  entry.names = last_.count;
  entry.slots_at = static_cast<std::uint32_t>(slots_.size());
  slots_.insert(slots_.end(), new_slots_.begin(), new_slots_.end());
  for (std::size_t at = 0; at < kinds_.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, kinds_.data() + at, (std::min)(std::size_t{8}, kinds_.size() - at));
    slots_.push_back(word);
  }
  entries_.push_back(entry);
}

inline std::string RunBlockWriter::take() {
  RunBlockHeader header;
  header.place = place_;
  header.entries = static_cast<std::uint32_t>(entries_.size());
  header.names = static_cast<std::uint32_t>(names_.size());
  header.cells = static_cast<std::uint32_t>(slots_.size());
  header.text = static_cast<std::uint32_t>(text_.size());
  const auto bytes_of = [](const auto& list) {
    return std::string_view(reinterpret_cast<const char*>(list.data()), list.size() * sizeof list[0]);
  };
  const std::string_view parts[] = {bytes_of(entries_), bytes_of(slots_), bytes_of(names_), text_};
  header.size = sizeof header;
  for (const std::string_view part : parts) header.size += part.size();
  std::string block;
  block.reserve(to_size(header.size));
  block.append(reinterpret_cast<const char*>(&header), sizeof header);
  for (const std::string_view part : parts) block += part;
  header.checksum = quick_digest(std::string_view(block).substr(offsetof(RunBlockHeader, place)));
  std::memcpy(&block[0], &header, sizeof header);
  *this = RunBlockWriter(place_);
  return block;
}

}  // namespace erm::detail
