// A page in the browser that keeps up with a training, beside the best run so far. Open progress.html while this runs: it is
// written every second here, and every ten seconds by default. Run it several times, with other learning rates.
//   live_page [SECONDS] [RATE]
#include <erm/erm.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>

int main(int argc, char** argv) {
  const int seconds = argc > 1 ? std::atoi(argv[1]) : 60;
  const double rate = argc > 2 ? std::atof(argv[2]) : 0.1;
  erm::LivePageOptions page;
  page.interval = std::chrono::seconds(1);
  page.beside = {"@min:val/loss"};
  page.comparison.title = "A training, as it goes";
  erm::LiveOptions options;
  options.observers = {erm::live_page("progress.html", page)};
  erm::LiveRun run("erm-registry", "live_page", options);
  run.log_param("lr", rate);
  std::puts("open progress.html in a browser");

  auto train_loss = run.metric("train/loss"), val_loss = run.metric("val/loss");
  for (std::int64_t step = 0; step < seconds * 50; ++step) {
    const double loss = 0.05 + std::exp(-rate * static_cast<double>(step) / 50) + 0.02 * std::sin(static_cast<double>(step));
    train_loss.log(loss, step);
    if (step % 10 == 0) val_loss.log(loss * 1.1, step);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  run.finish();  // the page says that the run has ended when this returns
  std::puts("the run has ended, and the page says so");
}
