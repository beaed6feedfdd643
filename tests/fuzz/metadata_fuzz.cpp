// Any bytes as erm_metadata.json: refused with a FormatError, or read as a run that is the same when it was written and
// read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "erm/detail/store/metadata_reader.hpp"
#include "erm/detail/store/metadata_writer.hpp"

namespace {

std::string written(const erm::detail::MetadataFile& file) {
  return erm::detail::MetadataWriter::text(file.record, file.record.run_id, file.artifacts, file.history_files,
                                           file.record.finished_utc);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  erm::detail::MetadataFile file;
  try {
    file = erm::detail::MetadataReader::read(text, "run/erm_metadata.json");
  } catch (const erm::FormatError&) {
    return 0;
  }
  const std::string once = written(file);
  const std::string twice = written(erm::detail::MetadataReader::read(once, "again/erm_metadata.json"));
  if (once != twice) std::abort();
  return 0;
}
