// All headers of ERM that need no optional dependency, in reading order.
//
//   erm::ExperimentRun run("digits", "baseline");
//   run.log_param("lr", 0.1);
//   run.log_metric("accuracy", 0.97);
//   erm::save_run_to_registry(run, "erm-registry");
//   erm::write_comparison("comparison.html", {run, erm::load_run_from_registry("erm-registry", "digits")});
#pragma once

#include "erm/version.hpp"
#include "erm/error.hpp"
#include "erm/value.hpp"
#include "erm/value_adaptor.hpp"
#include "erm/json.hpp"
#include "erm/artifact.hpp"
#include "erm/metric_history.hpp"
#include "erm/goal.hpp"
#include "erm/histogram.hpp"
#include "erm/series.hpp"
#include "erm/table.hpp"
#include "erm/param.hpp"
#include "erm/step.hpp"
#include "erm/figure.hpp"
#include "erm/image.hpp"
#include "erm/numbers_view.hpp"
#include "erm/pixels_view.hpp"
#include "erm/experiment_run.hpp"
#include "erm/console.hpp"
#include "erm/file_system.hpp"
#include "erm/registry.hpp"
#include "erm/find.hpp"
#include "erm/edit.hpp"
#include "erm/summary.hpp"
#include "erm/trash.hpp"
#include "erm/provenance_options.hpp"
#include "erm/provenance.hpp"
#include "erm/live_options.hpp"
#include "erm/live_observer.hpp"
#include "erm/live_run.hpp"
#include "erm/compare_options.hpp"
#include "erm/comparison_data.hpp"
#include "erm/comparison.hpp"
#include "erm/compare.hpp"
#include "erm/live_page.hpp"
#include "erm/compare_text.hpp"
#include "erm/notebook.hpp"
