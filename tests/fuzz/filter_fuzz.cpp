// Any text as a filter and as an order: it is read or refused with an erm::Error, and then asked of a run.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "erm/detail/find/filter_parser.hpp"
#include "erm/detail/find/run_order.hpp"
#include "erm/experiment_run.hpp"

namespace {

erm::ExperimentRun example() {
  erm::ExperimentRun run("digits");
  run.log_params({{"optimizer", "adam"}, {"lr", 0.01}, {"seed", 18446744073709551615U}, {"nesterov", true}, {"n", "7"}});
  for (int step = 0; step < 3; ++step) run.log_metric("loss", 1.0 / (step + 1), step);
  run.log_metric("nan", std::numeric_limits<double>::quiet_NaN());
  run.log_dict("d", {{"a", {1, {{"b", nullptr}}}}});
  run.log_features({"x"});
  run.set_tag("candidate");
  run.set_note("note");
  return run;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const erm::ExperimentRun run = example();
  const erm::detail::RunRecord& record = erm::detail::RunAccess::record(run);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const erm::detail::RunFilter filter = erm::detail::read_filter(text);
    // A condition and its opposite: one of them holds.
    const bool matches = filter.matches(record);
    if (text.find_first_not_of(" \t\r\n") != std::string_view::npos && size < 1000 &&
        text.find("not") == std::string_view::npos && text.find('(') == std::string_view::npos) {
      const std::string opposite = "not (" + std::string(text) + ")";
      if (erm::detail::read_filter(opposite).matches(record) == matches) std::abort();
    }
  } catch (const erm::Error&) {
  }
  try {
    const erm::detail::RunOrder order(text);
    if (order.compare(order.key_of(record), order.key_of(record)) != 0) std::abort();
  } catch (const erm::Error&) {
  }
  return 0;
}
