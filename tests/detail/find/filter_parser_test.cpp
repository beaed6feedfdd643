#include "erm/detail/find/filter_parser.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "erm/experiment_run.hpp"
#include "thrown.hpp"

namespace filter_parser_test {

using erm::detail::read_filter;
using erm_test::thrown;

namespace {

const erm::detail::RunRecord& example() {
  static const erm::ExperimentRun run = [] {
    erm::RunOptions options;
    options.variant_id = "deep";
    options.run_id = "run 7";
    options.timestamp_utc = erm::detail::parse_time("2026-11-23T07:30:21.5");
    erm::ExperimentRun made("digits", options);
    made.log_params({{"optimizer", "adam"}, {"lr", 0.01}, {"seed", 18446744073709551615U}, {"nesterov", true}});
    made.log_params({{"as text", "0.9"}, {"python", "True"}, {"empty", ""}, {"zero", 0}, {"optimizer.beta", 0.9}});
    made.log_params({{"negative", -3}, {"version", "1.10"}, {"off", false}, {"quote", "it's \"so\""}, {"é", "ü"}});
    made.log_metrics({{"val/acc", 0.97}, {"val-loss", 0.1}, {"status", "fine"}});
    made.log_metric("broken", std::numeric_limits<double>::quiet_NaN());
    made.log_metric("huge", std::numeric_limits<double>::infinity());
    made.log_metric("nan as text", "nan");
    int step = 0;
    for (const double loss : {0.9, 0.2, 0.4}) made.log_metric("loss", loss, step++);
    made.log_metric("loss.min", 77);
    made.log_metric("only nan", std::nan(""), 1);
    made.log_dict("config", {{"a", 1}, {"deep", {{"list", {1, 2.5, "x"}}, {"flag", true}}}, {"nothing", nullptr}});
    made.log_dict("per class", {{"cat.dog", 0.5}});
    made.set_tag("candidate");
    made.set_tag("team", "vision");
    made.set_tag("rank", 2);
    made.set_tag("hidden", "false");
    made.set_note("Looks good; 10% better.");
    made.set_group("seed sweep 3");
    made.log_features({"lag_1", "lag_7"});
    made.log_text("x", "report/a");
    return made;
  }();
  return erm::detail::RunAccess::record(run);
}

/// The text of the error, whole.
std::string fault_of(const std::string& filter) {
  return thrown<erm::Error>([&] { static_cast<void>(read_filter(filter)); });
}

}  // namespace

TEST_CASE("Each filter accepts or rejects the run according to its condition") {
  static const std::pair<const char*, bool> table[] = {
      {"", true},
      {"   \t\n", true},
      // numbers
      {"params.lr = 0.01", true},
      {"params.lr == 1e-2", true},
      {"params.lr != 0.01", false},
      {"params.lr <> 0.02", true},
      {"params.lr < 0.01", false},
      {"params.lr <= 0.01", true},
      {"params.lr > .009", true},
      {"params.lr >= +0.01", true},
      {"params.negative = -3", true},
      {"params.negative<-2", true},
      {"params.negative < -3.0", false},
      {"0.005 < params.lr", true},
      {"0.05 < params.lr", false},
      {"params.seed = 18446744073709551615", true},
      {"params.seed = 18446744073709551614", false},
      {"params.seed > 18446744073709551614", true},
      {"params.seed > -1", true},
      // text, and text that is a number
      {"params.optimizer = \"adam\"", true},
      {"params.optimizer = 'adam'", true},
      {"params.optimizer = 'Adam'", false},
      {"params.optimizer != 'sgd'", true},
      {"params.optimizer < 'sgd'", true},
      {"params.optimizer > 'sgd'", false},
      {"params.optimizer = 1", false},
      {"params.optimizer != 1", true},
      {"params.optimizer < 1", false},
      {"params.optimizer > 1", false},
      {"params.`as text` = 0.9", true},
      {"params.`as text` = '0.90'", true},
      {"params.`as text` > 0.8", true},
      {"params.lr = '0.01'", true},
      {"params.version = 1.1", true},
      {"params.empty = ''", true},
      {"params.quote = 'it''s \"so\"'", true},
      {"params.quote = \"it's \\\"so\\\"\"", true},
      {"params.é = 'ü'", true},
      // booleans
      {"params.nesterov = true", true},
      {"params.nesterov = TRUE", true},
      {"params.nesterov = false", false},
      {"params.nesterov != false", true},
      {"params.nesterov = 'true'", true},
      {"params.python = true", true},
      {"params.nesterov = 1", false},
      // names
      {"params.optimizer.beta = 0.9", true},
      {"params.`optimizer.beta` = 0.9", true},
      {"metrics.val/acc >= 0.9", true},
      {"metrics.val-loss<0.2", true},
      {"metrics.`val/acc` >= 0.98", false},
      {"metrics.status = 'fine'", true},
      // histories
      {"metrics.loss = 0.4", true},
      {"metrics.loss.last = 0.4", true},
      {"metrics.loss.first = 0.9", true},
      {"metrics.loss.min = 0.2", true},
      {"metrics.loss.max = 0.9", true},
      {"metrics.`loss.min` = 77", true},
      {"metrics.val/acc.max = 0.97", true},
      {"metrics.absent.max = 1", false},
      {"metrics.`only nan`.min is nan", true},
      {"metrics.loss.min < metrics.loss.last", true},
      {"metrics.loss.last < metrics.loss.min", false},
      // NaN and the infinities
      {"metrics.broken = nan", false},
      {"metrics.broken != nan", false},
      {"metrics.broken < 1", false},
      {"metrics.broken > 1", false},
      {"metrics.broken != 1", false},
      {"not metrics.broken < 1", true},
      {"metrics.broken is nan", true},
      {"metrics.`nan as text` is NaN", true},
      {"metrics.loss is nan", false},
      {"metrics.loss is not nan", true},
      {"metrics.huge = inf", true},
      {"metrics.huge > 1e308", true},
      {"metrics.huge > -inf", true},
      // missing
      {"params.absent = 1", false},
      {"params.absent != 1", false},
      {"not params.absent = 1", true},
      {"params.absent is missing", true},
      {"params.absent is not missing", false},
      {"params.empty is missing", false},
      {"params.absent is nan", false},
      {"params.absent in (1, 2)", false},
      {"params.absent not in (1, 2)", true},
      {"params.absent contains ''", false},
      {"params.absent", false},
      {"not params.absent", true},
      // a field alone
      {"params.nesterov", true},
      {"params.off", false},
      {"params.python", true},
      {"params.zero", false},
      {"params.lr", true},
      {"params.empty", false},
      {"params.optimizer", true},
      {"metrics.broken", false},
      {"tags.candidate", true},
      {"tags.failed", false},
      {"not tags.failed", true},
      {"tags.hidden", false},
      // tags, note, group
      {"tags.candidate = ''", true},
      {"tags.team = \"vision\"", true},
      {"tags.rank < 3", true},
      {"group = 'seed sweep 3'", true},
      {"note contains '10%'", true},
      {"note contains '11%'", false},
      {"failure is missing", true},
      // dicts
      {"dicts.config.a = 1", true},
      {"dicts.config.deep.flag", true},
      {"dicts.config.deep.list.1 = 2.5", true},
      {"dicts.config.deep.list.2 = 'x'", true},
      {"dicts.config.deep.list.3 is missing", true},
      {"dicts.config.deep.list.x is missing", true},
      {"dicts.config.deep.list.-1 is missing", true},
      {"dicts.config.deep.list contains '2.5'", true},
      {"dicts.config.a.b is missing", true},
      {"dicts.config.nothing = 'null'", true},
      {"dicts.config.absent is missing", true},
      {"dicts.`per class`.`cat.dog` = 0.5", true},
      {"dicts.`per class`.cat.dog is missing", true},
      {"dicts.absent.a is missing", true},
      // what the run is
      {"experiment = 'digits'", true},
      {"variant = 'deep'", true},
      {"variant in ('main', 'deep')", true},
      {"run = 'run 7'", true},
      {"run contains 'run'", true},
      {"status = 'finished'", true},
      {"status != 'failed'", true},
      {"status in ('failed', 'killed')", false},
      {"time >= '2026-11-23'", true},
      {"time < '2026-11-23'", false},
      {"time > '2026-11-23T07:30:21'", true},
      {"time < '2026-11-23T08:30:22+01:00'", true},
      {"time = '2026-11-23 07:30:21.500'", true},
      {"'2026-11-24' > time", true},
      {"time is missing", false},
      {"duration > 0", false},
      {"duration is missing", true},
      // lists
      {"features contains 'lag_7'", true},
      {"features contains 'lag'", false},
      {"features not contains 'lag_7'", false},
      {"features is missing", false},
      {"artifacts contains 'report/a'", true},
      {"artifacts contains 'report'", false},
      // in, contains
      {"params.optimizer in ('sgd', 'adam')", true},
      {"params.optimizer in ('sgd')", false},
      {"params.optimizer not in ('sgd')", true},
      {"params.lr in (0.1, 0.01)", true},
      {"params.lr IN ('0.010')", true},
      {"params.optimizer contains 'da'", true},
      {"params.optimizer not contains 'da'", false},
      {"params.lr contains '.01'", true},
      // and, or, not, parentheses
      {"params.lr = 0.01 and params.optimizer = 'adam'", true},
      {"params.lr = 0.01 AND params.optimizer = 'sgd'", false},
      {"params.lr = 1 or params.optimizer = 'adam'", true},
      {"params.lr = 1 or params.lr = 2 or params.lr = 3", false},
      {"params.lr = 0.01 or params.lr = 1 and params.lr = 2", true},
      {"(params.lr = 0.01 or params.lr = 1) and params.lr = 2", false},
      {"not params.lr = 1 and not params.lr = 2", true},
      {"not (params.lr = 0.01 or params.lr = 1)", false},
      {"not not params.nesterov", true},
      {"((((params.nesterov))))", true},
      {"params.optimizer = \"adam\" and params.lr < 0.1 and not tags.failed and metrics.val/acc >= 0.9", true},
  };
  for (const auto& [filter, expected] : table) {
    INFO(filter);
    CHECK(read_filter(filter).matches(example()) == expected);
  }
}

TEST_CASE("A duration has a unit") {
  erm::detail::RunRecord run = example();
  run.finished_utc = run.timestamp_utc + std::chrono::seconds(90);
  for (const char* const filter : {"duration = 90", "duration = 90s", "duration = 1.5m", "duration < 1h",
                                   "duration < 1d", "1m < duration", "duration in (90s, 2h)"}) {
    INFO(filter);
    CHECK(read_filter(filter).matches(run));
  }
  CHECK_FALSE(read_filter("duration > 2m").matches(run));
}

TEST_CASE("An invalid filter is shown with a caret under the position, and with what was expected") {
  const std::string fields =
      "a field (params.NAME, metrics.NAME, dicts.NAME.KEY, tags.NAME, status, experiment, variant, run, time, "
      "duration, "
      "group, note, failure, features or artifacts)";
  CHECK(fault_of("params.lr <") ==
        "cannot read the filter: expected a field, a number or a text in quotes, found the end\n"
        "  params.lr <\n"
        "             ^");
  CHECK(fault_of("params.optimizer = adam") == "cannot read the filter: expected " + fields +
                                                   ", found 'adam'; if it is a text, put it in quotes\n"
                                                   "  params.optimizer = adam\n"
                                                   "                     ^");
  CHECK(fault_of("parms.lr < 1") == "cannot read the filter: expected " + fields +
                                        ", found 'parms.lr'\n"
                                        "  parms.lr < 1\n"
                                        "  ^");
  CHECK(fault_of("params.é = 'ü' und tags.x") ==
        "cannot read the filter: expected 'and', 'or' or the end, found 'und'\n"
        "  params.é = 'ü' und tags.x\n"
        "                 ^");
  CHECK(fault_of("tags.a && tags.b") ==
        "cannot read the filter: expected 'and', 'or' or the end, found '&&'; write 'and'\n"
        "  tags.a && tags.b\n"
        "         ^");
  CHECK(fault_of("tags.a || tags.b") ==
        "cannot read the filter: expected 'and', 'or' or the end, found '||'; write 'or'\n"
        "  tags.a || tags.b\n"
        "         ^");
  CHECK(fault_of("metrics.loss - 1 = 0.9") ==
        "cannot read the filter: expected 'and', 'or' or the end, found '-'\n"
        "  metrics.loss - 1 = 0.9\n"
        "               ^");
  CHECK(fault_of("!tags.a") ==
        "cannot read the filter: expected a field, a number or a text in quotes, found '!'; write 'not'\n"
        "  !tags.a\n"
        "  ^");
  CHECK(fault_of("(tags.a") ==
        "cannot read the filter: expected 'and', 'or' or ')', found the end\n"
        "  (tags.a\n"
        "         ^");
  CHECK(fault_of("tags.a)") ==
        "cannot read the filter: expected 'and', 'or' or the end, found ')'\n"
        "  tags.a)\n"
        "        ^");
  CHECK(fault_of("params.a = 'x\ty") ==
        "cannot read the filter: the text that begins here has no end; close it with '\n"
        "  params.a = 'x y\n"
        "             ^");
  CHECK(fault_of("params.`a = 1") ==
        "cannot read the filter: the name that begins here has no end; close it with `\n"
        "  params.`a = 1\n"
        "         ^");
  CHECK(fault_of("params.a = 1e-3x") ==
        "cannot read the filter: expected a number, found '1e-3x'; write it as in 42, 0.01 or 1e-3, and a length of "
        "time as in 90s, 5m, 2h or 1d\n"
        "  params.a = 1e-3x\n"
        "             ^");
  CHECK(fault_of("params.a = 5m") ==
        "cannot read the filter: a length of time can be compared with 'duration' only; if it is a text, put it in "
        "quotes\n"
        "  params.a = 5m\n"
        "             ^");
  CHECK(fault_of("1 = 1") ==
        "cannot read the filter: expected a field on one side of the comparison, found '1'\n"
        "  1 = 1\n"
        "  ^");
  CHECK(fault_of("'adam'") ==
        "cannot read the filter: expected =, !=, <, <=, > or >=, found the end\n"
        "  'adam'\n"
        "        ^");
  CHECK(fault_of("params.a in 1") ==
        "cannot read the filter: expected '(', found '1'\n"
        "  params.a in 1\n"
        "              ^");
  CHECK(fault_of("params.a in (1; 2)") ==
        "cannot read the filter: expected ',' or ')', found ';'\n"
        "  params.a in (1; 2)\n"
        "                ^");
  CHECK(fault_of("params.a in ()") ==
        "cannot read the filter: expected a field, a number or a text in quotes, found ')'\n"
        "  params.a in ()\n"
        "               ^");
  CHECK(fault_of("params.a in (params.b)") ==
        "cannot read the filter: expected a number or a text in quotes, found 'params.b'\n"
        "  params.a in (params.b)\n"
        "               ^");
  CHECK(fault_of("params.a not 1") ==
        "cannot read the filter: expected 'in' or 'contains', found '1'\n"
        "  params.a not 1\n"
        "               ^");
  CHECK(fault_of("params.a is 1") ==
        "cannot read the filter: expected 'missing' or 'nan', found '1'\n"
        "  params.a is 1\n"
        "              ^");
  CHECK(fault_of("params.a contains 1") ==
        "cannot read the filter: expected a text in quotes, found '1'\n"
        "  params.a contains 1\n"
        "                    ^");
  CHECK(fault_of("status = 'done'") ==
        "cannot read the filter: expected \"running\", \"finished\", \"failed\" or \"killed\", found ''done''\n"
        "  status = 'done'\n"
        "           ^");
  CHECK(fault_of("time > 'noon'") ==
        "cannot read the filter: expected a time, found ''noon''; write it as in \"2026-11-23\" or "
        "\"2026-11-23T07:30:21\", in UTC\n"
        "  time > 'noon'\n"
        "         ^");
  CHECK(fault_of("time > params.lr") ==
        "cannot read the filter: a time can be compared with a time only\n"
        "  time > params.lr\n"
        "         ^");
  CHECK(fault_of("time contains '2026'") ==
        "cannot read the filter: a time contains no text; compare it\n"
        "  time contains '2026'\n"
        "  ^");
  CHECK(fault_of("time") ==
        "cannot read the filter: expected a comparison, found the end\n"
        "  time\n"
        "      ^");
  CHECK(fault_of("features = 'x'") ==
        "cannot read the filter: 'features' is a list; ask what it 'contains'\n"
        "  features = 'x'\n"
        "  ^");
  CHECK(fault_of("features") ==
        "cannot read the filter: expected 'contains', found the end\n"
        "  features\n"
        "          ^");
  CHECK(fault_of("params.") == "cannot read the filter: expected " + fields +
                                   ", found 'params.'\n"
                                   "  params.\n"
                                   "  ^");
  CHECK(fault_of("dicts.a = 1") == "cannot read the filter: expected " + fields +
                                       ", found 'dicts.a'\n"
                                       "  dicts.a = 1\n"
                                       "  ^");
  CHECK(fault_of("params.a = \xFF") == "cannot read the filter: it is not UTF-8; encode it so");
}

TEST_CASE("The depth of a filter is limited, but not its length") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '(') + "tags.candidate" + std::string(depth, ')');
  };
  CHECK(read_filter(nested(99)).matches(example()));
  CHECK(erm_test::contains(fault_of(nested(100)), "'not' and parentheses nest deeper than 100; simplify it\n  (((("));
  std::string nots;
  for (int i = 0; i < 100000; ++i) nots += "not ";
  CHECK(erm_test::contains(fault_of(nots + "tags.x"), "nest deeper than 100"));
  std::string ors = "tags.candidate";
  for (int i = 0; i < 100000; ++i) ors += " or tags.x and tags.y";
  CHECK(read_filter(ors).matches(example()));
}

}  // namespace filter_parser_test
