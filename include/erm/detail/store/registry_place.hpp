// A place in a registry, to be told from a wrong one.
#pragma once

#include <string>

#include "erm/detail/store/registry_layout.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

/// Throws NotFoundError for what is not there, and says which part of a question has no answer.
struct VariantPlace {
  const FileSystem& fs;
  const std::string& registry_uri;
  std::string root;

  void expect_registry() const {
    if (is_missing(root))
      throw NotFoundError("there is no registry at '" + registry_uri + "'; check the path, or save a run to it first");
  }
  void expect_experiment(const std::string& experiment_id) const {
    if (!is_missing(joined(root, experiment_id))) return;
    expect_registry();
    throw NotFoundError("there is no experiment '" + experiment_id + "' in the registry '" + registry_uri +
                        "'; list_experiments tells which there are");
  }
  void expect_variant(const std::string& experiment_id, const std::string& variant_id) const {
    if (!is_missing(joined(joined(root, experiment_id), variant_id))) return;
    expect_experiment(experiment_id);
    throw NotFoundError("there is no variant '" + variant_id + "' of experiment '" + experiment_id +
                        "' in the registry '" + registry_uri + "'; list_variants tells which there are");
  }

 private:
  [[nodiscard]] bool is_missing(const std::string& path) const {
    const FileKind kind = fs.info(path).kind;
    return kind != FileKind::folder && kind != FileKind::link;
  }
};

}  // namespace erm::detail
