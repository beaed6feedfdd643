// Another file of the consumer, compiled with other flags, and without a JSON library: braces need none.
#include <erm/experiment_run.hpp>

#if defined(EXPECT_COMPILED) != defined(ERM_COMPILED)
#error "the target does not say how ERM is built"
#endif

erm::ExperimentRun logged_run();

erm::ExperimentRun logged_run() {
  erm::RunOptions options;
  options.dicts["options"] = {{"from", "braces"}};
  erm::ExperimentRun run("consumer", options);
  run.log_param("lr", 0.1);
  run.log_metric("loss", 0.25, 1);
  run.log_dict("per class", {{"cat", 0.9}, {"dog", {{"precision", 0.8}}}});
  return run;
}
