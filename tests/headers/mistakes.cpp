// Mistakes that must not compile, each with the message that says what to write. mistakes.cmake compiles this file once
// for each CASE. A line "CASE n: ..." has the text that the compiler must print; case 0 compiles.

#include <optional>

#include "erm/live_run.hpp"

struct Settings {
  double lr = 0.1;
};
enum class Device { cpu, gpu };

void log_all(erm::LiveRun& run, const erm::LiveMetric& loss) {
  static_cast<void>(run);
  static_cast<void>(loss);
#if CASE == 0
  run.log_metric("loss", 0.5, 3u);
  loss.log(0.5, 3u);
  run.log_param("device", Device::gpu);
#elif CASE == 1
  // CASE 1: the order is (name, value, step)
  run.log_metric("loss", 3, 0.25);
#elif CASE == 2
  // CASE 2: define_axis
  loss.log(0.25, 2.5);
#elif CASE == 3
  // CASE 3: a bool is no step
  run.log_metric("loss", 0.25, true);
#elif CASE == 4
  // CASE 4: Specialise erm::ParamsOf<T> with a static params(const T&)
  run.log_params(Settings());
#elif CASE == 5
  // CASE 5: this type is no param yet
  run.log_param("settings", Settings());
#elif CASE == 6
  // CASE 6: log_metric
  run.log_metric("device", Device::gpu);
#elif CASE == 7
  // CASE 7: log_metric
  run.log_metric("warmup", std::optional<int>(3));
#elif CASE == 8
  // CASE 8: the order is (name, value, step)
  run.log_metrics({{"loss", 0.25}}, 1.5);
#else
#error "there is no such case"
#endif
}
