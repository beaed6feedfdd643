// The bodies of ERM, for the one file of a program that compiles them if CMake's erm::compiled does not. Compile every
// file with -DERM_COMPILED, and let this file contain
//
//   #include <erm/implementation.hpp>
//
// Registries in object storage need libcurl and libcrypto. Their bodies are in a separate file: #include
// <erm/impl/s3.inl>.
#pragma once

#ifndef ERM_COMPILED
#error "erm/implementation.hpp is for programs whose files are all compiled with -DERM_COMPILED; header-only ones need none"
#endif

#include "erm/impl/linkage.inl"
#include "erm/impl/file_path.inl"
#include "erm/impl/value.inl"
#include "erm/impl/metric_history.inl"
#include "erm/impl/json_input.inl"
#include "erm/impl/param.inl"
#include "erm/impl/content.inl"
#include "erm/impl/artifact.inl"
#include "erm/impl/numbers_view.inl"
#include "erm/impl/image.inl"
#include "erm/impl/pixels_view.inl"
#include "erm/impl/figure.inl"
#include "erm/impl/series.inl"
#include "erm/impl/run_logger.inl"
#include "erm/impl/experiment_run.inl"
#include "erm/impl/run_json.inl"
#include "erm/impl/console.inl"
#include "erm/impl/run_status.inl"
#include "erm/impl/file_system.inl"
#include "erm/impl/local_file_system.inl"
#include "erm/impl/memory_file_system.inl"
#include "erm/impl/named_claim.inl"
#include "erm/impl/registry.inl"
#include "erm/impl/group_by.inl"
#include "erm/impl/find.inl"
#include "erm/impl/edit.inl"
#include "erm/impl/trash.inl"
#include "erm/impl/summary.inl"
#include "erm/impl/gate.inl"
#include "erm/impl/import.inl"
#include "erm/impl/copy.inl"
#include "erm/impl/export.inl"
#include "erm/impl/check.inl"
#include "erm/impl/comparison.inl"
#include "erm/impl/compare.inl"
#include "erm/impl/compare_text.inl"
#include "erm/impl/notebook.inl"
#include "erm/impl/provenance.inl"
#include "erm/impl/live_run.inl"
#include "erm/impl/live_page.inl"
