// A training that writes a live page, led by lines on its standard input; after each it answers "ok".
//   training REGISTRY RUN PAGE.html
// log N: N more points of each metric; say TEXT: a text of a series, at the last step; fail WHY: the end; otherwise the end
// of the input is. It goes on with the run where that exists, and may be killed.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "erm/live_page.hpp"
#include "erm/live_run.hpp"

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: training REGISTRY RUN PAGE.html\n", stderr);
    return 2;
  }
  erm::LivePageOptions page;
  page.interval = std::chrono::milliseconds(200);
  page.beside = {"@latest"};
  page.comparison.title = "A training";
  erm::LiveOptions options;
  options.run_id = argv[2];
  options.resume = true;
  options.provenance = false;
  options.flush_interval = std::chrono::milliseconds(20);
  options.observers = {erm::live_page(argv[3], page)};
  erm::LiveRun run(argv[1], "training", options);
  run.log_param("lr", 0.125);
  run.set_goal("val/loss", erm::Goal::minimize);
  const std::vector<std::string> names = {"train/loss", "train/accuracy", "val/loss", "val/accuracy", "speed/images", "speed/loading"};
  std::vector<erm::LiveMetric> metrics;
  for (const std::string& name : names) metrics.push_back(run.metric(name));
  std::int64_t step = run.last_step(names[0]).value_or(-1) + 1;
  for (std::string line; std::getline(std::cin, line);) {
    const std::string word = line.substr(0, line.find(' ')), rest = word.size() < line.size() ? line.substr(word.size() + 1) : "";
    if (word == "log") {
      for (int i = std::stoi(rest); i > 0; --i, ++step)
        for (std::size_t k = 0; k < metrics.size(); ++k)
          metrics[k].log(1.0 / static_cast<double>(step + 1) + static_cast<double>((step * 7919 + static_cast<std::int64_t>(k)) % 64) / 1024, step);
    } else if (word == "say") {
      run.log_text(rest, "sample", step);
    } else if (word == "fail") {
      run.fail(rest);
    }
    run.flush();
    std::puts("ok");
    std::fflush(stdout);
  }
  return 0;
}
